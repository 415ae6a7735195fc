"""Closed vocabularies of deliveries."""

from django.db import models


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SOLD = "sold", "Sold"
    UNSOLD = "unsold", "Unsold"
    HELD = "held", "Held: an answer is unknown"
    QUARANTINED = "quarantined", "Quarantined: it ended its process three times"
    CANCELLED = "cancelled", "Cancelled"


class AttemptStatus(models.TextChoices):
    STARTED = "started", "Started"
    SETTLED = "settled", "Settled"


class CallbackStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    DONE = "done", "Done"
    FAILED = "failed", "Given up"
