"""What the doors remember: replies by idempotency key, counts of what was refused before it became a lead, and
payloads of webhooks: tests to map by, and leads that wait for their mapping."""

from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import WrappedKeyField
from apps.intake.choices import ChangeKind, PayloadStatus
from apps.leads.models import loose
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


class WebhookPayload(models.Model):
    """A webhook's body as it came: a test that the mapping is made by, or live leads that wait for their mapping.

    `sealed` is the JSON of body, type and query under the row's own data key. `done` of the `leads` in it are on
    record; who takes it up holds it until `claimed_until`.
    """

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    terms = loose(Terms)
    status = models.CharField(max_length=8, choices=PayloadStatus.choices)
    received_at = models.DateTimeField()
    sealed = models.BinaryField()
    wrapped_key = WrappedKeyField(null=True)
    leads = models.PositiveIntegerField(default=1)
    done = models.PositiveIntegerField(default=0)
    claims = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("terms", "-id"), name="payload_terms"),
            models.Index(fields=("terms", "id"), name="payload_held", condition=models.Q(status="held")),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}, {self.received_at:%Y-%m-%d %H:%M}"


class WebhookChange(models.Model):
    """Payloads of a webhook are otherwise than the one it was mapped by: a place is new, or one that is mapped is gone.

    One open row a place; it grows while it goes on happening, and is closed when people say that they know, or when
    the mapping is saved by a payload that has it.
    """

    company_path = "company"

    company = loose(Company)
    terms = loose(Terms)
    kind = models.CharField(max_length=4, choices=ChangeKind.choices)
    path = models.CharField(max_length=500)
    seen = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-first_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("terms", "kind", "path"),
                name="change_open_once",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.path}"
