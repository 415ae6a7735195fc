"""Rates and concurrency of endpoints as they are pinged, kept over all processes.

Counted apart from posts: many more pings than posts are sent, and a post must not wait for its place behind them. All
bidders of an auction ask in one statement that commits by itself; auctions whose endpoints have no limits ask nothing.
A ping one too many is not sent: an auction waits for nobody.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from apps.auctions.offered import Asked, Offered
from apps.auctions.services import asking
from apps.core import clock
from apps.core.ids import first_id_at
from apps.core.prepared import fetch_all
from apps.engine import pace
from apps.engine.orders import EndpointSpec
from apps.engine.routing import Considered

OVER_RATE, OVER_CONCURRENCY = "over_ping_rate", "over_ping_concurrency"
SPARE = timedelta(seconds=1)
"""How much longer than it is listened to a ping counts as under way, where nobody says that it was answered."""

# The rows are locked in the order of endpoint ids, and the time is read once a row is locked. `had` is what the bucket
# gives, `free` how many more may be under way; null where there is no such limit. Lost with the power, a few pings too
# many may go: no commit waits for the disk.
_TAKE = """
    WITH wanted AS MATERIALIZED (
        SELECT w.*, set_config('synchronous_commit', 'off', true) AS unhurried
          FROM json_to_recordset(%s::json)
            AS w (endpoint_id bigint, bids bigint[], capacity float8, refill float8, places int, oldest bigint)
    ), locked AS MATERIALIZED (
        SELECT w.*, p.level, p.at, p.under_way
          FROM auctions_pingpace p JOIN wanted w USING (endpoint_id) ORDER BY p.endpoint_id FOR UPDATE OF p
    ), timed AS MATERIALIZED (
        SELECT *, clock_timestamp() AS moment, ARRAY(SELECT u FROM unnest(under_way) u WHERE u >= oldest) AS kept
          FROM locked
    ), filled AS MATERIALIZED (
        SELECT *, least(level + greatest(extract(epoch FROM moment - at), 0) * refill, capacity) AS ready,
               places - cardinality(kept) AS free
          FROM timed
    ), counted AS MATERIALIZED (
        SELECT *, floor(ready + 1e-6)::int AS had,
               greatest(least(cardinality(bids), floor(ready + 1e-6)::int, free), 0) AS most
          FROM filled
    )
    UPDATE auctions_pingpace p
       SET level = coalesce(c.ready - c.most, p.level), at = greatest(c.moment, c.at),
           under_way = CASE WHEN c.places IS NULL THEN '{}' ELSE c.kept || c.bids[1:c.most] END
      FROM counted c WHERE p.endpoint_id = c.endpoint_id
    RETURNING p.endpoint_id, c.most, c.free IS NOT NULL AND c.free <= coalesce(c.had, c.free)
"""
# A new bucket is more than full: what may be saved up is all that is taken of it.
_BEGIN = """
    INSERT INTO auctions_pingpace (endpoint_id, level, at, under_way)
    SELECT begun, 1e9, clock_timestamp(), '{}' FROM unnest(%s::bigint[]) AS begun ORDER BY begun
    ON CONFLICT DO NOTHING RETURNING 1
"""
_GIVE_BACK = """
    WITH locked AS MATERIALIZED (
        SELECT endpoint_id, set_config('synchronous_commit', 'off', true) AS unhurried FROM auctions_pingpace
         WHERE endpoint_id = ANY(%s::bigint[]) ORDER BY endpoint_id FOR UPDATE
    )
    UPDATE auctions_pingpace p
       SET under_way = ARRAY(SELECT u FROM unnest(p.under_way) u WHERE u <> ALL (%s::bigint[]))
      FROM locked WHERE p.endpoint_id = locked.endpoint_id
    RETURNING 1
"""


def take(offered: Offered, asked: Sequence[Asked]) -> tuple[list[Asked], list[Considered]]:
    """Those that may be asked now, each counted, and a line for each one too many. Not within a transaction."""
    wanted = _wanted(offered, asked)
    if not wanted:
        return list(asked), []
    given = _given(wanted)
    missing = wanted.keys() - given.keys()
    if missing:
        fetch_all(_BEGIN, [sorted(missing)])
        given |= _given({key: wanted[key] for key in missing})
    may: list[Asked] = []
    over: list[Considered] = []
    for one in asked:
        places = wanted.get(one.endpoint.id)
        most, crowded = given.get(one.endpoint.id, (0, False))
        if places is None or one.id in places["bids"][:most]:
            may.append(one)
        else:
            over.append(Considered(one.order.id, *_why(one.endpoint, crowded=crowded)))
    return may, over


def give_back(asked: Iterable[Asked]) -> None:
    """These are under way no more, as far as they were answered; the others count until nobody listens to them."""
    answered = [one for one in asked if one.endpoint.concurrency and one.response is not None]
    if answered:
        endpoints = sorted({one.endpoint.id for one in answered})
        fetch_all(_GIVE_BACK, [endpoints, [one.id for one in answered]])


def _wanted(offered: Offered, asked: Iterable[Asked]) -> dict[int, dict[str, Any]]:
    """By endpoint with a limit, its limits and the bids that want a place."""
    bids: defaultdict[int, list[int]] = defaultdict(list)
    limited: dict[int, EndpointSpec] = {}
    for one in asked:
        if one.endpoint.rate or one.endpoint.concurrency:
            bids[one.endpoint.id].append(one.id)
            limited[one.endpoint.id] = one.endpoint
    return {key: _limits(offered, endpoint) | {"bids": bids[key]} for key, endpoint in limited.items()}


def _limits(offered: Offered, endpoint: EndpointSpec) -> dict[str, Any]:
    rate = endpoint.rate
    longest = timedelta(milliseconds=asking.budget_ms(offered, endpoint) + asking.LATE_MS) + SPARE
    return {
        "endpoint_id": endpoint.id,
        "capacity": pace.capacity(rate) if rate else None,
        "refill": pace.per_second(rate) if rate else None,
        "places": endpoint.concurrency,
        "oldest": first_id_at(clock.now() - longest),
    }


def _given(wanted: Mapping[int, dict[str, Any]]) -> dict[int, tuple[int, bool]]:
    """By endpoint, how many may go, and whether it is the concurrency that keeps the others back."""
    rows = fetch_all(_TAKE, [json.dumps(list(wanted.values()))])
    return {endpoint_id: (most, crowded) for endpoint_id, most, crowded in rows}


def _why(endpoint: EndpointSpec, *, crowded: bool) -> tuple[str, str]:
    if crowded or endpoint.rate is None:
        return OVER_CONCURRENCY, f"{endpoint.concurrency} at once"
    limit, seconds = endpoint.rate
    return OVER_RATE, f"{limit} in {seconds} s"
