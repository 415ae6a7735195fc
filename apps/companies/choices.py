"""Closed vocabularies of companies."""

from django.db import models


class Role(models.TextChoices):
    """What a member may do. Each role may do all that the ones after it may."""

    OWNER = "owner", "Owner: everything, members included"
    MANAGER = "manager", "Manager: configure and publish"
    OPERATOR = "operator", "Operator: live switches, deliveries, blocks"
    VIEWER = "viewer", "Viewer: read only"
