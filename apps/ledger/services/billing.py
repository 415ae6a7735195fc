"""What limits a buyer's spending: by invoice nothing, prepaid what it paid in, on credit a limit more. Live.

From the first limit on, the buyer's balance is counted (`engine.balance`), for good: going back to invoices only takes
the limit away.
"""

from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection, transaction

from apps.buyers.choices import Billing
from apps.buyers.models import Buyer
from apps.companies.services import record
from apps.core.errors import ApplicationError
from apps.engine import balance
from apps.ledger.selectors import currency_of

NOTHING = Decimal("0.00")

# Whoever books or reverses a sale writes to the table of sales and looks for the counter in the same statement. Nobody
# is in the middle of that while this lock is held; who comes after sees the counter.
_NO_SALES_MEANWHILE = "SET LOCAL lock_timeout = '3s'; LOCK TABLE ledger_sale IN SHARE MODE"
_COUNT = """
    INSERT INTO leads_capcounter (cap_key, period_key, used, updated_at)
    SELECT %s, %s, coalesce(sum(amount) * 100, 0)::bigint, now() FROM ledger_entry
     WHERE account = 'buyer' AND account_id = %s AND currency = %s AND kind IN ('sale', 'reversal')
    ON CONFLICT (cap_key, period_key) DO NOTHING
"""
_IS_COUNTED = "SELECT EXISTS (SELECT FROM leads_capcounter WHERE cap_key = %s AND period_key = %s)"
_LIMIT = """
    UPDATE leads_capcounter SET updated_at = now(), live_limit = %s::bigint - (
        SELECT coalesce(sum(amount) * 100, 0)::bigint FROM ledger_entry
         WHERE account = 'buyer' AND account_id = %s AND currency = %s AND kind = 'payment')
     WHERE cap_key = %s AND period_key = %s
"""
_NO_LIMIT = "UPDATE leads_capcounter SET live_limit = NULL, updated_at = now() WHERE cap_key = %s"


@transaction.atomic
def billing_set(
    buyer: Buyer, *, billing: str, by: Any, credit_limit: Decimal = NOTHING, warn_below: Decimal | None = None
) -> None:
    """How a buyer pays from now on, in every process; audited. The credit limit is nothing unless on credit, and
    nobody is warned of what has no limit.

    Refused while sales are booked without a moment's pause (`busy`).
    """
    row = Buyer.objects.select_for_update(no_key=True).get(pk=buyer.pk)
    before = _words(row)
    row.billing = Billing(billing)
    row.credit_limit = credit_limit if row.billing == Billing.CREDIT else NOTHING
    row.warn_below = None if row.billing == Billing.INVOICE else warn_below
    row.save(update_fields=["billing", "credit_limit", "warn_below"])
    currency = currency_of(row)
    with connection.cursor() as cursor:
        if row.billing == Billing.INVOICE:
            cursor.execute(_NO_LIMIT, [balance.key(row.pk)])
        else:
            _count(cursor, row, currency)
            of_limit = [balance.cents(row.credit_limit), row.pk, currency, balance.key(row.pk), currency]
            cursor.execute(_LIMIT, of_limit)
    buyer.billing, buyer.credit_limit, buyer.warn_below = row.billing, row.credit_limit, row.warn_below
    if _words(row) != before:
        summary = f"Billing of buyer “{row}”: {_words(row)}, was {before}"
        record(row, by=by, action="buyer.billing_changed", summary=summary)


def _count(cursor: Any, buyer: Buyer, currency: str) -> None:
    """Begin to count what the buyer spends, unless that is done: sales that stand are spent."""
    counter = [balance.key(buyer.pk), currency]
    cursor.execute(_IS_COUNTED, counter)
    if cursor.fetchone()[0]:
        return
    try:
        cursor.execute(_NO_SALES_MEANWHILE)
    except OperationalError as refused:
        raise ApplicationError(
            "Sales are being booked without a pause. Nothing was changed; try again in a moment.", code="busy"
        ) from refused
    cursor.execute(_COUNT, [*counter, buyer.pk, currency])


def _words(buyer: Buyer) -> str:
    told = {
        Billing.INVOICE: "by invoice",
        Billing.PREPAID: "prepaid",
        Billing.CREDIT: f"on credit up to {buyer.credit_limit:.2f}",
    }[Billing(buyer.billing)]
    return told if buyer.warn_below is None else f"{told}, warning below {buyer.warn_below:.2f}"
