"""In which forms endpoints answer, and where that has changed."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.deliveries.choices import DriftKind
from apps.leads.models import loose


class AnswerShape(models.Model):
    """A form in which an endpoint has answered: status, content type, names of its keys, the rule that read it.

    `samples` are ids of attempts, the latest first; `amount` the money of the offers it answered.
    """

    company_path = "company"

    company = loose(Company)
    endpoint_id = models.BigIntegerField()
    fingerprint = models.CharField(max_length=16)
    http_status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=80, blank=True)
    keys = models.JSONField(default=list)
    rule_index = models.SmallIntegerField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    seen = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0"))
    samples = models.JSONField(default=list)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("endpoint_id", "fingerprint"), name="shape_once_per_endpoint")
        ]

    def __str__(self) -> str:
        return f"endpoint {self.endpoint_id}: {self.fingerprint}"


class DriftItem(models.Model):
    """An endpoint answers otherwise than before; somebody should look. At most one open item a cause."""

    company_path = "company"

    company = loose(Company)
    endpoint_id = models.BigIntegerField()
    endpoint_name = models.CharField(max_length=250)
    kind = models.CharField(max_length=10, choices=DriftKind.choices)
    fingerprint = models.CharField(max_length=16, blank=True)
    told = models.CharField(max_length=300)
    """What is different, in a sentence."""
    seen = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0"))
    samples = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=254, blank=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("endpoint_id", "kind", "fingerprint"),
                name="drift_open_once",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.told
