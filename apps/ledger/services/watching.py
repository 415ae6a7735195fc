"""Buyers that run low or out of money: told once, as a warning or an error of the log, until they can spend again."""

import logging

from django.db import connection

logger = logging.getLogger(__name__)

# Of buyers that are switched off nobody needs to know; once they are on again they are looked at anew.
_LOOK = """
    WITH seen AS (
        SELECT buyer.id,
               CASE WHEN NOT buyer.is_active OR counter.live_limit IS NULL THEN 'fine'
                    WHEN counter.live_limit <= counter.used THEN 'out'
                    WHEN counter.live_limit - counter.used < buyer.warn_below * 100 THEN 'low'
                    ELSE 'fine' END AS state
          FROM buyers_buyer buyer JOIN leads_capcounter counter ON counter.cap_key = 'balance:' || buyer.id
         WHERE buyer.billing <> 'invoice'
            OR EXISTS (SELECT FROM ledger_balancestate known WHERE known.buyer_id = buyer.id AND known.state <> 'fine')
    )
    INSERT INTO ledger_balancestate AS known (buyer_id, state, since)
    SELECT id, state, now() FROM seen ORDER BY id
    ON CONFLICT (buyer_id) DO UPDATE SET state = EXCLUDED.state, since = EXCLUDED.since
     WHERE known.state <> EXCLUDED.state
    RETURNING known.buyer_id, known.state
"""


def balances_watch() -> dict[int, str]:
    """Look at all balances that are counted; how those stand that stand otherwise than at the last look, by buyer:
    `out`, `low` or `fine`. Of two that look at once each change is told by one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        changed: dict[int, str] = dict(cursor.fetchall())
    for buyer_id, state in sorted(changed.items()):
        if state == "out":
            logger.error("buyer_out_of_money", extra={"buyer_id": buyer_id})
        elif state == "low":
            logger.warning("buyer_low_on_money", extra={"buyer_id": buyer_id})
    return changed
