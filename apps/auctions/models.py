"""What was put up, who was asked, and what each answered.

As in `leads`, foreign keys carry no database constraint and ids are time-ordered.
"""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.auctions.choices import BidStatus, PingOrigin, PingStatus
from apps.campaigns.models import Campaign
from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import WrappedKeyField
from apps.core.ids import public_id
from apps.leads.models import loose
from apps.publishing.models import Version
from apps.sources.models import Source, Terms


class Ping(models.Model):
    """A lead put up for auction. What was pinged is in `sealed`, under the ping's own data key; of a lead that came
    whole it stays empty, for the lead holds it.

    `plan` is the award as a plan of delivery (JSON of `engine.routing.Plan`), winners first. `lines` says of every
    order what became of it: [{"order", "name", "buyer", "verdict", "detail", …}], numbers as texts, nothing personal.
    `reservations` lists what the winners' caps hold until the ping is posted or expires: {order id: reservations}.
    """

    PREFIX = "PING"
    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    campaign = loose(Campaign)
    source = loose(Source)
    terms = loose(Terms)
    version = loose(Version, null=True)
    origin = models.CharField(max_length=12, choices=PingOrigin.choices, default=PingOrigin.PING)
    status = models.CharField(max_length=10, choices=PingStatus.choices)
    reason = models.CharField(max_length=32, blank=True)
    """Code of the first problem, a key of `engine.reasons.REASONS`."""
    message = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=2, blank=True)
    sub_id = models.CharField(max_length=120, blank=True)
    payout = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0"))
    """What the source is bid."""
    price = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal("0"))
    """What the winners pay together, unrounded."""
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    lead_id = models.BigIntegerField(null=True)
    deadline_ms = models.PositiveIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    """How many buyers were asked."""
    checks = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    plan = models.JSONField(null=True)
    shadow = models.JSONField(null=True)
    """What ranking by expected value would have awarded, where it only looks on."""
    reservations = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    wrapped_key = WrappedKeyField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("company", "-id"), name="ping_company"),
            models.Index(fields=("terms", "-id"), name="ping_terms"),
            models.Index(fields=("campaign", "-id"), name="ping_campaign"),
            models.Index(fields=("lead_id",), name="ping_lead", condition=models.Q(lead_id__isnull=False)),
            models.Index(
                fields=("expires_at",), name="ping_lives", condition=models.Q(status__in=("open", "accepted"))
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """As sources and people see it, for example PING-0123456789ABCDEF."""
        return public_id(self.PREFIX, self.id)


class Bid(models.Model):
    """One buyer asked in one auction, and its answer. `exclusive` and `shared` are what it pays, unrounded.

    `sealed_request` and `sealed_response` are under the key of the ping, or of the lead it is about.
    """

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    # Its index is `bid_ping`.
    ping = models.ForeignKey(
        Ping, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="bids"
    )
    order_id = models.BigIntegerField()
    order_name = models.CharField(max_length=120)
    buyer_id = models.BigIntegerField()
    buyer_name = models.CharField(max_length=120)
    endpoint_id = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=BidStatus.choices)
    exclusive = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    shared = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    reason = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    rule_index = models.SmallIntegerField(null=True)
    fields = models.JSONField(default=list)
    timings = models.JSONField(default=dict)
    sealed_request = models.BinaryField(null=True)
    sealed_response = models.BinaryField(null=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    """Until when the buyer says its bid holds."""

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=("ping", "id"), name="bid_ping"),
            models.Index(fields=("endpoint_id", "-id"), name="bid_endpoint"),
            models.Index(fields=("company", "-id"), name="bid_company"),
            models.Index(fields=("order_id", "ping"), name="bid_order", condition=models.Q(status="bid")),
        ]

    def __str__(self) -> str:
        return f"{self.order_name}: {self.status}"


class PingPace(models.Model):
    """How many pings an endpoint with a limit may get: a token bucket, `level` as of `at`, and the ids of the bids that
    are under way, or were when nobody told of their end.
    """

    endpoint_id = models.BigIntegerField(primary_key=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField()
    under_way = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return f"endpoint {self.endpoint_id}: {self.level}, {len(self.under_way)} under way"


class OrderRecord(models.Model):
    """How an order has fared with what it was posted lately: the base of expected values. Renewed by a periodic job."""

    order_id = models.BigIntegerField(primary_key=True)
    posted = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"order {self.order_id}: {self.accepted} of {self.posted}"
