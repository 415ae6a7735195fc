"""Counting pings into the steps of a funnel, from their rows: exact, and as slow as there are lines to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from apps.core.ids import first_id_at
from apps.monitoring.selectors.funnel_steps import ENDS_AT

WHOLE = 0
"""Stands for the campaign itself where an order's id would stand."""
_POST_WITHIN = timedelta(days=31)

_COUNT = """
    WITH line AS MATERIALIZED (
        SELECT p.id, p.campaign_id, p.lead_id, p.status, p.posted_at IS NOT NULL AS is_posted,
               (one->>'order')::bigint AS order_id, one->>'verdict' AS verdict,
               coalesce((%(ends)s::jsonb->>(one->>'verdict'))::int, 1) AS ends
          FROM auctions_ping p CROSS JOIN LATERAL jsonb_array_elements(p.lines) one
         WHERE p.id >= %(first)s AND p.id < %(last)s AND p.status NOT IN ('test', 'open') {only}
    ), told AS (
        SELECT line.*,
               CASE WHEN verdict = 'cap' AND EXISTS (
                    SELECT 1 FROM auctions_bid b WHERE b.ping_id = line.id AND b.order_id = line.order_id
               ) THEN 4 ELSE ends END AS at,
               post.outcome, coalesce(post.price, 0) AS price
          FROM line
          LEFT JOIN LATERAL (
               SELECT a.outcome, CASE WHEN a.outcome = 'accepted' THEN a.price ELSE 0 END AS price
                 FROM deliveries_attempt a
                WHERE a.lead_id = line.lead_id AND a.order_id = line.order_id AND a.kind = 'sale'
                  AND a.id >= %(first)s AND a.id < %(posts_end)s
                ORDER BY (a.outcome = 'accepted') DESC, a.id DESC LIMIT 1
          ) post ON line.lead_id IS NOT NULL AND line.ends >= 4
    ), placed AS (
        SELECT id, campaign_id, order_id, lead_id, price,
               CASE WHEN at < 5 THEN at WHEN NOT is_posted THEN 5 WHEN outcome = 'accepted' THEN 7 ELSE 6 END AS step,
               CASE WHEN at < 5 THEN verdict
                    WHEN NOT is_posted THEN status
                    WHEN outcome = 'accepted' THEN ''
                    ELSE coalesce(nullif(outcome, ''), 'not_reached') END AS reason,
               at < 5 AND outcome = 'accepted' AS is_later
          FROM told
    ), top AS (
        SELECT id, campaign_id, max(least(step, 5)) AS step FROM placed GROUP BY id, campaign_id
    ), ping AS (
        SELECT top.id, top.campaign_id, p.status, l.status AS lead_status, l.price,
               CASE WHEN top.step < 5 THEN top.step WHEN p.posted_at IS NULL THEN 5
                    WHEN l.status = 'sold' THEN 7 ELSE 6 END AS step
          FROM top JOIN auctions_ping p ON p.id = top.id LEFT JOIN leads_lead l ON l.id = p.lead_id
    ), refused AS (
        SELECT p.campaign_id, p.reason FROM auctions_ping p
         WHERE p.id >= %(first)s AND p.id < %(last)s AND p.status NOT IN ('test', 'open') AND p.lines = '[]' {only}
    )
    SELECT campaign_id, order_id, step, reason, count(*), sum(price) FROM placed GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT campaign_id, order_id, 8, '', count(*), sum(price) FROM placed WHERE is_later GROUP BY 1, 2
    UNION ALL
    SELECT campaign_id, 0, step, '', count(*), coalesce(sum(price), 0) FROM ping GROUP BY 1, 3
    UNION ALL
    SELECT ping.campaign_id, 0, ping.step, why.reason, count(*), 0
      FROM ping JOIN (SELECT DISTINCT id, step, reason FROM placed WHERE step < 5) why
        ON why.id = ping.id AND why.step = ping.step
     GROUP BY 1, 3, 4
    UNION ALL
    SELECT campaign_id, 0, step, CASE step WHEN 5 THEN status ELSE coalesce(lead_status, 'in_flight') END, count(*), 0
      FROM ping WHERE step IN (5, 6) GROUP BY 1, 3, 4
    UNION ALL
    SELECT campaign_id, 0, 0, reason, count(*), 0 FROM refused WHERE reason <> '' GROUP BY 1, 4
    UNION ALL
    SELECT campaign_id, 0, 0, '', count(*), 0 FROM refused GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Count:
    """So many pings of a campaign ended at `step` for `reason`; `order_id` 0 counts the pings themselves.

    For an order the reasons of a step add up. For the campaign the empty reason is the whole step, and a ping may stand
    under several of the others: every order had its own. `money` is what sales brought.
    """

    campaign_id: int
    order_id: int
    step: int
    reason: str
    pings: int
    money: Decimal


def count(since: datetime, until: datetime, *, campaign_id: int | None = None) -> Iterator[Count]:
    """The pings received in a span of time, counted from their rows."""
    only = "AND p.campaign_id = %(campaign)s" if campaign_id is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(only=only),
            {
                "first": first_id_at(since),
                "last": first_id_at(until),
                "posts_end": first_id_at(until + _POST_WITHIN),
                "campaign": campaign_id,
                "ends": json.dumps(ENDS_AT),
            },
        )
        yield from (Count(*row) for row in cursor.fetchall())
