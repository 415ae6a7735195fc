"""Who buys leads."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from apps.buyers.choices import Billing
from apps.campaigns.models import CapBase
from apps.companies.models import Company, CompanyQuerySet


class Buyer(models.Model):
    """Somebody who buys leads."""

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="buyers")
    name = models.CharField(max_length=120)
    contact_email = models.EmailField(blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off passes over all its orders."
    )
    note = models.TextField(blank=True)
    billing = models.CharField(max_length=8, choices=Billing.choices, default=Billing.INVOICE)
    """Live, with the two amounts below, in the company's currency; set by `ledger.services.billing_set` only."""
    credit_limit = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    warn_below = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    """When less than this is left to spend, people are told."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "name"), name="buyer_name_per_company"),
            models.CheckConstraint(condition=models.Q(credit_limit__gte=0), name="buyer_credit_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class BuyerCap(CapBase):
    """A cap over all of a buyer's orders."""

    cap_subject = "buyer"
    company_path = "buyer__company"

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="caps")

    objects = CompanyQuerySet.as_manager()
