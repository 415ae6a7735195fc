"""Lets `manage.py simulator` be found. There are no models here."""

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    """Buyers that behave as told, for demo, tests, benchmarks and customers' trials."""

    name = "apps.simulator"
    verbose_name = "Buyer simulator"
