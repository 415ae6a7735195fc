"""What the doors remember: replies by idempotency key, and counts of what was refused before it became a lead."""

from typing import ClassVar

from django.db import models

from apps.sources.models import Terms


class StoredReply(models.Model):
    """A reply kept for 24 hours under the source's idempotency key, to be repeated byte for byte.

    `body` is null while the first request waits for the buyers' answer; its lead is recorded by then, in the same
    transaction as this row, so that no crash can make a second one. `lead_id` stays null for a ping, and while the
    buyers of a direct post are asked. The key is kept as a digest, the request too.
    """

    terms = models.ForeignKey(
        Terms, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    key_digest = models.BinaryField(max_length=32)
    request_digest = models.BinaryField(max_length=32)
    lead_id = models.BigIntegerField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("terms", "key_digest"), name="reply_once")]
        indexes: ClassVar = [models.Index(fields=("created_at",), name="reply_created")]

    def __str__(self) -> str:
        return f"Reply {self.http_status or 'in flight'}"


class Refusal(models.Model):
    """Counts requests refused before a lead was recorded, per hour, reason and, where known, terms."""

    terms_id = models.BigIntegerField(default=0)
    code = models.CharField(max_length=32)
    hour = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("terms_id", "code", "hour"), name="refusal_once")
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.count}"
