"""Reads of the ledger."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from apps.ledger.models import Entry, Sale


def sales_of(lead_id: int) -> QuerySet[Sale]:
    """The sales of one lead, first sale first."""
    return Sale.objects.filter(lead_id=lead_id).order_by("place")


def sold_so_far(lead_ids: Iterable[int]) -> dict[int, tuple[int, Decimal]]:
    """For each lead with sales: how many, and their prices together."""
    rows = (
        Sale.objects.filter(lead_id__in=list(lead_ids))
        .order_by()
        .values_list("lead_id")
        .annotate(count=Count("id"), total=Sum("price"))
    )
    return {lead_id: (count, total) for lead_id, count, total in rows}


def balance(account: str, account_id: int | None = None) -> Decimal:
    """The sum of an account, in money; what a buyer owes is positive, what a source is owed negative."""
    entries = Entry.objects.filter(account=account)
    if account_id is not None:
        entries = entries.filter(account_id=account_id)
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal("0.00")
