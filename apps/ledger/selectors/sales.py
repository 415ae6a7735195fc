"""Reads of sales and of the sums of accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from apps.core.prepared import array, fetch_all
from apps.ledger.models import Entry, Sale

ZERO = Decimal("0.00")


def sales_of(lead_id: int) -> QuerySet[Sale]:
    """The sales of one lead that stand, first sale first."""
    return Sale.objects.filter(lead_id=lead_id, reversed_at=None).order_by("place")


@dataclass(frozen=True, slots=True)
class SoldSoFar:
    """A lead's sales together: how many, what buyers pay, what the source earns (money).

    `orders` has the order and the price of each, first sale first.
    """

    count: int = 0
    price: Decimal = Decimal("0.00")
    payout: Decimal = Decimal("0.00")
    orders: tuple[tuple[int, Decimal], ...] = ()


_SOLD = """
    SELECT lead_id, order_id, price, payout FROM ledger_sale
     WHERE lead_id = ANY(%s::bigint[]) AND reversed_at IS NULL ORDER BY place
"""


def sold_so_far(lead_ids: Iterable[int]) -> dict[int, SoldSoFar]:
    """The sales of each lead that has any that stand."""
    ids = array(map(str, lead_ids))
    sales: defaultdict[int, list[tuple[int, Decimal, Decimal]]] = defaultdict(list)
    for lead_id, *sale in fetch_all(_SOLD, [ids]) if ids != "{}" else ():
        sales[lead_id].append(tuple(sale))
    return {
        lead_id: SoldSoFar(
            count=len(some),
            price=sum((price for _, price, _ in some), ZERO),
            payout=sum((payout for _, _, payout in some), ZERO),
            orders=tuple((order_id, price) for order_id, price, _ in some),
        )
        for lead_id, some in sales.items()
    }


def balance(account: str, account_id: int | None = None) -> Decimal:
    """The sum of an account, in money; what a buyer owes is positive, what a source is owed negative."""
    entries = Entry.objects.filter(account=account)
    if account_id is not None:
        entries = entries.filter(account_id=account_id)
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal("0.00")
