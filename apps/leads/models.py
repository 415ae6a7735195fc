"""The lead, its timeline, and the counters its reservations stand on.

These tables are written thousands of times a minute: foreign keys carry no database constraint (each would lock the
same few parent rows on every insert), and ids are time-ordered numbers made by `core.ids`.
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from apps.campaigns.models import Campaign
from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import WrappedKeyField
from apps.core.ids import public_id
from apps.leads.choices import EventKind, LeadMethod, LeadStatus
from apps.publishing.models import Version
from apps.sources.models import Source, Terms


def loose(to, **options) -> models.ForeignKey:
    """A foreign key without constraint or index of its own: see the module's note."""
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **options
    )


class Lead(models.Model):
    """A submission on record.

    All that is personal is in `sealed`, the JSON of its values under the lead's own data key; `wrapped_key` is that key
    under the key ring, and erasing the person is destroying it. Digests (HMAC, company scope) serve search and
    duplicates. `reservations` lists what the lead holds: [cap key, period key, amount, basis].
    """

    PREFIX = "L"
    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    campaign = loose(Campaign)
    source = loose(Source)
    terms = loose(Terms)
    version = loose(Version, null=True)
    method = models.CharField(max_length=12, choices=LeadMethod.choices, default=LeadMethod.SIMPLE_POST)
    status = models.CharField(max_length=10, choices=LeadStatus.choices)
    is_test = models.BooleanField(default=False)
    reason = models.CharField(max_length=32, blank=True)
    """Code of the first problem, a key of `engine.reasons.REASONS`."""
    message = models.CharField(max_length=300, blank=True)
    """Its public text, without personal data."""
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=2, blank=True)
    sub_id = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0"))
    payout = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0"))
    sealed = models.BinaryField()
    wrapped_key = WrappedKeyField(null=True)
    email_digest = models.BinaryField(null=True)
    phone_digest = models.BinaryField(null=True)
    reservations = models.JSONField(default=list)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("company", "-id"), name="lead_company"),
            models.Index(fields=("terms", "-id"), name="lead_terms"),
            models.Index(fields=("campaign", "-id"), name="lead_campaign"),
            models.Index(
                fields=("email_digest",), name="lead_email", condition=models.Q(email_digest__isnull=False)
            ),
            models.Index(
                fields=("phone_digest",), name="lead_phone", condition=models.Q(phone_digest__isnull=False)
            ),
            models.Index(
                fields=("received_at",),
                name="lead_in_flight",
                condition=models.Q(status__in=("in_flight", "held")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """As sources and people see it, for example L-0123456789ABCDEF."""
        return public_id(self.PREFIX, self.id)


class LeadEvent(models.Model):
    """A line of a lead's timeline. Append-only; `data` holds names, codes and numbers, never personal values."""

    company_path = "lead__company"

    lead = models.ForeignKey(
        Lead, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="events"
    )
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=("lead", "id"), name="event_lead")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%H:%M:%S}"


class DuplicateClaim(models.Model):
    """Who holds a value within a scope. Of N simultaneous equal leads exactly one takes the row.

    `scope` names scope, its id and the fields, for example `campaign:12:email`; `digest` is the keyed digest of the
    values. A claim older than the rule's window may be taken over.
    """

    pk = models.CompositePrimaryKey("scope", "digest")
    scope = models.CharField(max_length=160)
    digest = models.BinaryField(max_length=32)
    lead_id = models.BigIntegerField()
    claimed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # Only claims that count sold leads are ever given back.
            models.Index(
                fields=("lead_id",), name="claim_sold", condition=models.Q(scope__startswith="sold:")
            ),
        ]

    def __str__(self) -> str:
        return self.scope


class CapCounter(models.Model):
    """How much of a cap is used in one period: leads or cents, reservations included.

    Changed only by conditional statements (`used + n <= limit`), never read and written back. The limit of a cap is its
    version's. A buyer's balance is counted here, too (see `engine.balance`): its limit is live and stands in
    `live_limit`, in cents, None while the buyer has none.
    """

    cap_key = models.CharField(max_length=64)
    period_key = models.CharField(max_length=32)
    used = models.BigIntegerField(default=0)
    live_limit = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("cap_key", "period_key"), name="counter_once"),
            models.CheckConstraint(condition=models.Q(used__gte=0), name="counter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.cap_key} {self.period_key}: {self.used}"


class HashedUpTo(models.Model):
    """Before which lead those of a company have their hashes on record, as far back as `window_s`."""

    company_id = models.BigIntegerField(primary_key=True)
    lead_id = models.BigIntegerField()
    window_s = models.BigIntegerField()

    def __str__(self) -> str:
        return f"company {self.company_id}: before lead {self.lead_id}"


class BackfilledVersion(models.Model):
    """Up to which version of a campaign earlier leads have been given the claims of its duplicate rules."""

    campaign_id = models.BigIntegerField(primary_key=True)
    version_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"campaign {self.campaign_id}: version {self.version_id}"
