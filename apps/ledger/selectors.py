"""Reads of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from apps.ledger.models import Entry, Sale


def sales_of(lead_id: int) -> QuerySet[Sale]:
    """The sales of one lead that stand, first sale first."""
    return Sale.objects.filter(lead_id=lead_id, reversed_at=None).order_by("place")


@dataclass(frozen=True, slots=True)
class SoldSoFar:
    """A lead's sales together: how many, what buyers pay, what the source earns (money)."""

    count: int = 0
    price: Decimal = Decimal("0.00")
    payout: Decimal = Decimal("0.00")


def sold_so_far(lead_ids: Iterable[int]) -> dict[int, SoldSoFar]:
    """The sales of each lead that has any that stand."""
    rows = (
        Sale.objects.filter(lead_id__in=list(lead_ids), reversed_at=None)
        .order_by()
        .values_list("lead_id")
        .annotate(count=Count("id"), prices=Sum("price"), payouts=Sum("payout"))
    )
    return {lead_id: SoldSoFar(count, price, payout) for lead_id, count, price, payout in rows}


def balance(account: str, account_id: int | None = None) -> Decimal:
    """The sum of an account, in money; what a buyer owes is positive, what a source is owed negative."""
    entries = Entry.objects.filter(account=account)
    if account_id is not None:
        entries = entries.filter(account_id=account_id)
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal("0.00")
