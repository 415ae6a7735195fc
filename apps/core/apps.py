"""Django's handle on the floor everything stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Clock, ids, encryption, redaction, the HTTP door, and the bases of admin and API."""

    name = "apps.core"
    label = "core"
    verbose_name = "Core"
