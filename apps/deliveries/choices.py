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


class CallbackEvent(models.TextChoices):
    RESULT = "result", "The result"
    CORRECTION = "correction", "A correction of the result"


class AttemptKind(models.TextChoices):
    SALE = "sale", "Offer"
    COPY = "copy", "Copy after the sale"
    STATUS = "status", "Question to the status URL"


class CallPhase(models.TextChoices):
    POST = "post", "Post"
    PING = "ping", "Ping"
    STATUS = "status", "Status URL"


class CopyStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    DONE = "done", "Arrived"
    FAILED = "failed", "Given up"


class FileStatus(models.TextChoices):
    PENDING = "pending", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"


class DriftKind(models.TextChoices):
    NEW_SHAPE = "new_shape", "A new kind of answer"
    NO_RULE = "no_rule", "More answers that no rule reads"


class TestedBy(models.TextChoices):
    PERSON = "person", "A person"
    CANARY = "canary", "Canary"
