"""The money of a buyer at a glance."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from apps.buyers.choices import Billing
from apps.buyers.models import Buyer
from apps.engine import balance
from apps.leads.models import CapCounter

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Account:
    """How a buyer stands, money in `currency`.

    `owed` is the ledger's: sales that stand less what was paid in, below zero for a buyer that has paid in more. `left`
    is what may still be spent, None without a limit, below zero where more was spent than is allowed now. `reserved` is
    set aside for leads on their way. `others` are sums owed in other currencies, which the balance does not cover.
    """

    currency: str
    billing: Billing
    credit_limit: Decimal
    warn_below: Decimal | None
    owed: Decimal
    spent_this_month: Decimal
    reserved: Decimal = ZERO
    left: Decimal | None = None
    others: dict[str, Decimal] = field(default_factory=dict)

    @property
    def own(self) -> Decimal:
        """Of what was paid in, what is neither spent nor reserved."""
        return -self.owed - self.reserved

    @property
    def is_out(self) -> bool:
        """Whether nothing can be spent."""
        return self.left is not None and self.left <= 0

    @property
    def is_low(self) -> bool:
        """Whether less is left than people want to be told of."""
        return self.left is not None and self.warn_below is not None and self.left < self.warn_below


def currency_of(buyer: Buyer) -> str:
    """The currency of its account: the company's, or the one in which counting began."""
    rows = CapCounter.objects.filter(cap_key=balance.key(buyer.pk)).order_by("pk")
    return rows.values_list("period_key", flat=True).first() or buyer.company.currency


_STANDS = """
    SELECT counter.used, counter.live_limit, sums.*
      FROM (SELECT 1) AS one
      LEFT JOIN leads_capcounter counter ON counter.cap_key = %s AND counter.period_key = %s
      LEFT JOIN (
        SELECT currency, sum(amount), coalesce(sum(amount) FILTER (WHERE kind <> 'payment'), 0),
               coalesce(sum(amount) FILTER (WHERE kind <> 'payment' AND at >= %s), 0)
          FROM ledger_entry WHERE account = 'buyer' AND account_id = %s GROUP BY currency
      ) AS sums (currency, owed, spent, of_month) ON true
"""


def account_of(buyer: Buyer, *, now: datetime) -> Account:
    """How a buyer stands, all of one instant; `now` says which month. Reads all entries of the buyer."""
    currency = currency_of(buyer)
    with connection.cursor() as cursor:
        asked = [balance.key(buyer.pk), currency, _month(now, buyer.company.time_zone), buyer.pk]
        cursor.execute(_STANDS, asked)
        rows = cursor.fetchall()
    used, limit = rows[0][:2]
    sums = {of: (owed, spent, of_month) for _, _, of, owed, spent, of_month in rows if of is not None}
    owed, spent, of_month = sums.pop(currency, (ZERO, ZERO, ZERO))
    return Account(
        currency=currency,
        billing=Billing(buyer.billing),
        credit_limit=buyer.credit_limit,
        warn_below=buyer.warn_below,
        owed=owed,
        spent_this_month=of_month,
        reserved=ZERO if used is None else _money(used) - spent,
        left=None if limit is None else _money(limit - used),
        others={of: amounts[0] for of, amounts in sums.items() if amounts[0]},
    )


def _month(now: datetime, time_zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(time_zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / 100).quantize(ZERO)
