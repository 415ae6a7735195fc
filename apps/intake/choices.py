"""Closed vocabularies of intake."""

from django.db import models


class PayloadStatus(models.TextChoices):
    """What a kept payload of a webhook is there for."""

    TEST = "test", "Test"
    HELD = "held", "Waits for the mapping"
    DONE = "done", "Taken up"
    STUCK = "stuck", "Could not be taken up"


class ChangeKind(models.TextChoices):
    """How payloads of a webhook differ from the one that it was mapped by."""

    NEW = "new", "New"
    GONE = "gone", "Gone"
