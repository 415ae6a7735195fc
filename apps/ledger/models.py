"""Money: sales, payments of buyers, and the append-only double-entry ledger under them.

All three tables are append-only in the database itself (triggers of the migrations), and the entries of a booking add
up to zero before any transaction may commit. The one thing that may be written to a sale later, once, is that it was
reversed.
"""

from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.leads.models import loose
from apps.ledger.choices import EntryKind, PaymentKind

_STANDS = models.Q(reversed_at__isnull=True)


class Sale(models.Model):
    """One lead sold to one buyer on one order. The constraints are the last word on double sales.

    `place` counts a lead's sales from 1; an exclusive lead has no second place. A reversed sale counts no more.
    """

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    lead_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    attempt_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    is_exclusive = models.BooleanField(default=True)
    place = models.PositiveSmallIntegerField(default=1)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    payout = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    recovered = models.BooleanField(default=False, help_text="Sold after the first choice had failed.")
    booked_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("attempt_id",), name="sale_once_per_attempt", condition=_STANDS),
            models.UniqueConstraint(
                fields=("lead_id", "buyer_id"), name="sale_once_per_buyer", condition=_STANDS
            ),
            models.UniqueConstraint(
                fields=("lead_id", "place"), name="sale_once_per_place", condition=_STANDS
            ),
            models.UniqueConstraint(
                fields=("lead_id",),
                name="sale_once_exclusive",
                condition=models.Q(is_exclusive=True) & _STANDS,
            ),
            models.CheckConstraint(
                condition=models.Q(is_exclusive=False) | models.Q(place=1), name="sale_exclusive_is_first"
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0) & models.Q(payout__gte=0), name="sale_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("company", "-booked_at"), name="sale_company"),
            models.Index(fields=("order_id", "-booked_at"), name="sale_order"),
        ]

    def __str__(self) -> str:
        return f"{self.price} {self.currency}"


class Payment(models.Model):
    """What moved a buyer's balance without a sale. `amount` is above zero; the kind says in whose favour.

    `form_key` is that of the form it was booked with: sent twice, it is booked once.
    """

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    buyer_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=PaymentKind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=300)
    by_name = models.CharField(max_length=254)
    form_key = models.UUIDField(unique=True)
    booked_at = models.DateTimeField()

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_above_zero")
        ]
        indexes: ClassVar = [models.Index(fields=("buyer_id", "-id"), name="payment_buyer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.amount} {self.currency}"


class Entry(models.Model):
    """One side of a booking. The entries of a booking add up to zero; corrections are new, reversing entries.

    A booking belongs to a sale, to a buyer's payment or, where nothing was sold, to a lead (`lead_id`), which has each
    kind once.

    Accounts: `buyer` (what the buyer owes, +), `source` (what we owe the source, −), `margin` (what is left, −), `cash`
    (money that came in, +), `adjust` (what was given to buyers without money, +).
    """

    company_path = "company"

    company = loose(Company)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="entries", null=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="entries", null=True, db_index=False
    )
    lead_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12, choices=EntryKind.choices, default=EntryKind.SALE)
    account = models.CharField(max_length=8)
    account_id = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("sale", "account"), name="entry_once_per_sale", condition=models.Q(kind="sale")
            ),
            models.UniqueConstraint(
                fields=("sale", "account"),
                name="entry_once_per_reversal",
                condition=models.Q(kind="reversal"),
            ),
            models.UniqueConstraint(
                fields=("lead_id", "kind", "account"),
                name="entry_once_per_lead",
                condition=models.Q(lead_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("payment", "account"),
                name="entry_once_per_payment",
                condition=models.Q(payment__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(sale__isnull=False, lead_id__isnull=True, payment__isnull=True)
                | models.Q(sale__isnull=True, lead_id__isnull=False, payment__isnull=True)
                | models.Q(sale__isnull=True, lead_id__isnull=True, payment__isnull=False),
                name="entry_of_one_thing",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("account", "account_id", "at"), name="entry_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"


class BalanceState(models.Model):
    """How a counted balance stood at the last look: `fine`, `low` or `out`, and since when. Changes are told."""

    buyer_id = models.BigIntegerField(primary_key=True)
    state = models.CharField(max_length=4)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"buyer {self.buyer_id}: {self.state}"
