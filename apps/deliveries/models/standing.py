"""What is remembered of orders and endpoints between deliveries: turns, breakers, tokens, pace, tests."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import EncryptedTextField
from apps.deliveries.choices import CallPhase, TestedBy
from apps.leads.models import loose


class OrderShare(models.Model):
    """An order's turns within its group, for round robin and weighted groups: `engine.strategies.Turns` by
    row.

    `given` counts the leads it was first in line for, `credit` the leads it is owed, `last_turn` is the
    running number of its last turn within the group.
    """

    order_id = models.BigIntegerField(primary_key=True)
    group_id = models.BigIntegerField(db_index=True)
    given = models.BigIntegerField(default=0)
    credit = models.DecimalField(max_digits=16, decimal_places=12, default=Decimal("0"))
    last_turn = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"order {self.order_id}: {self.given}"


class EndpointBreaker(models.Model):
    """The circuit breaker of an endpoint in one phase: `state` is the JSON of an `engine.breaker.BreakerState`.

    `opened_at` repeats its opening for lists and alerts; null while closed.
    """

    endpoint_id = models.BigIntegerField()
    phase = models.CharField(
        max_length=8, choices=CallPhase.choices, default=CallPhase.POST, db_default=CallPhase.POST
    )
    state = models.JSONField(default=dict)
    opened_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("endpoint_id", "phase"), name="breaker_per_endpoint_and_phase")
        ]

    def __str__(self) -> str:
        return f"endpoint {self.endpoint_id}, {self.phase}: {'open' if self.opened_at else 'closed'}"


class EndpointToken(models.Model):
    """The OAuth token of an endpoint, shared by all processes. `made_for` is a keyed digest of the settings and the
    secret it belongs to: with other ones, as another version may have them, it is another token.

    `refreshing_until` is the lease of whoever fetches the next one; `failed_at` and `error` tell of the last failure,
    null and empty once a token came.
    """

    endpoint_id = models.BigIntegerField()
    token = EncryptedTextField(blank=True, default="")
    made_for = models.CharField(max_length=64, blank=True)
    obtained_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    refreshing_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("endpoint_id", "made_for"), name="token_per_endpoint_and_settings"
            )
        ]

    def __str__(self) -> str:
        return f"token of endpoint {self.endpoint_id}"


class EndpointPace(models.Model):
    """How many requests an endpoint with a rate limit may get: a token bucket, `level` as of `at`."""

    endpoint_id = models.BigIntegerField(primary_key=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"endpoint {self.endpoint_id}: {self.level}"


class EndpointTest(models.Model):
    """One run of Test Endpoint: what was looked at, in order, and what came of it."""

    company_path = "company"

    company = loose(Company)
    endpoint_id = models.BigIntegerField()
    by = models.CharField(max_length=8, choices=TestedBy.choices)
    phase = models.CharField(
        max_length=8, choices=CallPhase.choices, default=CallPhase.POST, db_default=CallPhase.POST
    )
    who = models.CharField(max_length=254, blank=True)
    passed = models.BooleanField()
    lines = models.JSONField(default=list)
    """[{"step", "passed", "told", "ms"}]; no secret and no personal data."""
    outcome = models.CharField(max_length=10, blank=True)
    total_ms = models.FloatField(default=0)
    at = models.DateTimeField()

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-at",)
        indexes: ClassVar = [
            models.Index(fields=("endpoint_id", "-at"), name="test_endpoint"),
            models.Index(fields=("at",), name="test_at"),
        ]

    def __str__(self) -> str:
        return f"Test of endpoint {self.endpoint_id}"


class EndpointCanary(models.Model):
    """When an endpoint with canaries is tested next, and how long it has been failing them: null while it passes."""

    endpoint_id = models.BigIntegerField(primary_key=True)
    due_at = models.DateTimeField(db_index=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)
    """What was wrong the last time."""

    def __str__(self) -> str:
        return f"canary of endpoint {self.endpoint_id}"
