"""A lead's journey to buyers, and the calls it takes.

PostgreSQL is the queue: `next_attempt_at` says when a pending delivery is due, `leased_until` who has it now.
As in `leads`, foreign keys carry no database constraint and ids are time-ordered.
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.core.ids import public_id
from apps.deliveries.choices import AttemptKind, AttemptStatus, DeliveryStatus
from apps.leads.models import Lead, loose
from apps.publishing.models import Version


class Delivery(models.Model):
    """One journey of a lead through the orders of its campaign.

    `plan` is the routing plan made at the first claim (JSON of `engine.routing.Plan` steps), `history` the
    results so far; both name orders by id. `claims` counts claims since the last settled attempt: at three
    the delivery is quarantined, for it ends the process that works on it. On a held delivery `next_attempt_at`
    says when the buyer's status URL is asked next; null: it waits for a person.
    """

    PREFIX = "DEL"
    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    lead = models.ForeignKey(
        Lead, on_delete=models.DO_NOTHING, db_constraint=False, related_name="deliveries"
    )
    version = loose(Version)
    status = models.CharField(max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    next_attempt_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)
    plan = models.JSONField(null=True)
    history = models.JSONField(default=list)
    only_order_id = models.BigIntegerField(null=True)
    """Set on a re-delivery to one chosen order."""
    ignores = models.JSONField(default=list, db_default=[])
    """What a re-delivery need not heed, said by a person: of `hours`, `caps`, `duplicates`."""
    is_closed = models.BooleanField(default=False, db_default=False)
    """Its source has been told that it was not sold: nobody else is offered the lead."""
    awaits_auction = models.BooleanField(default=False, db_default=False)
    """Its buyers have to be pinged first: `auctions` gives it its plan, no drain takes it before."""
    sealed_bids = models.BinaryField(null=True)
    """What buyers answered to the ping, by order, under the lead's key: their post may have to repeat some of it."""
    reason = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(
                fields=("next_attempt_at",), name="delivery_due", condition=models.Q(status="pending")
            ),
            models.Index(
                fields=("next_attempt_at",), name="delivery_auctions", condition=models.Q(awaits_auction=True)
            ),
            models.Index(
                fields=("next_attempt_at",),
                name="delivery_asks",
                condition=models.Q(status="held", next_attempt_at__isnull=False),
            ),
            models.Index(fields=("company", "-id"), name="delivery_company"),
            models.Index(
                fields=("company", "status"),
                name="delivery_trouble",
                condition=models.Q(status__in=("held", "quarantined")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """As people see it, for example DEL-0123456789ABCDEF."""
        return public_id(self.PREFIX, self.id)


class Attempt(models.Model):
    """One HTTP call, written before bytes leave and settled after.

    `sealed_request` and `sealed_response` are under the lead's data key. `fields` names what was sent,
    without values. `timings` are the stages of `engine.outbound.Timings` in milliseconds. `reservations` as
    on the lead.
    """

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, related_name="attempts"
    )
    lead = models.ForeignKey(Lead, on_delete=models.DO_NOTHING, db_constraint=False, related_name="attempts")
    order_id = models.BigIntegerField()
    order_name = models.CharField(max_length=120)
    buyer_id = models.BigIntegerField()
    buyer_name = models.CharField(max_length=120)
    endpoint_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=AttemptKind.choices, default=AttemptKind.SALE)
    step = models.PositiveSmallIntegerField()
    retry = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=8, choices=AttemptStatus.choices, default=AttemptStatus.STARTED)
    outcome = models.CharField(max_length=10, blank=True)
    idempotency_key = models.CharField(max_length=64)
    url = models.CharField(max_length=1000, blank=True)
    """Without its query string."""
    http_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    rule_index = models.SmallIntegerField(null=True)
    shape = models.CharField(max_length=16, blank=True)
    """Fingerprint of the answer's form: see `AnswerShape`."""
    price = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0"))
    fields = models.JSONField(default=list)
    timings = models.JSONField(default=dict)
    sealed_request = models.BinaryField(null=True)
    sealed_response = models.BinaryField(null=True)
    reservations = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=("company", "-id"), name="attempt_company"),
            models.Index(fields=("endpoint_id", "-id"), name="attempt_endpoint"),
            models.Index(fields=("started_at",), name="attempt_open", condition=models.Q(status="started")),
        ]

    def __str__(self) -> str:
        return f"{self.order_name}: {self.outcome or self.status}"
