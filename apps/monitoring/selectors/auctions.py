"""How auctions go right now, for the overview."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from apps.core.ids import first_id_at

COUNTED = 20_000
"""So many pings and bids of the last hour are looked at, the newest: enough for shares, quick at any rate."""
_LAST = timedelta(minutes=5)

_PULSE = """
    WITH ping AS (
        SELECT id, status, deadline_ms FROM auctions_ping
         WHERE company_id = ANY(%(companies)s) AND id >= %(hour)s AND status NOT IN ('test', 'open')
         ORDER BY id DESC LIMIT %(counted)s
    ), bid AS (
        SELECT status, (timings->>'total_ms')::float AS ms FROM auctions_bid
         WHERE company_id = ANY(%(companies)s) AND id >= %(hour)s ORDER BY id DESC LIMIT %(counted)s
    )
    SELECT (SELECT count(*) FROM auctions_ping
             WHERE company_id = ANY(%(companies)s) AND id >= %(recent)s AND status <> 'test'),
           (SELECT count(*) FROM ping),
           (SELECT count(*) FROM ping WHERE status IN ('accepted', 'posted', 'expired')),
           (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY deadline_ms) FROM ping WHERE deadline_ms > 0),
           count(*), count(*) FILTER (WHERE status = 'bid'), count(*) FILTER (WHERE status = 'late'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)
      FROM bid
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last hour. `per_minute` is of the last five; `answer_ms` the median of answers, late ones among them, and
    `deadline_ms` the usual deadline; both None where there was none.
    """

    per_minute: float
    pings: int
    won: int
    deadline_ms: int | None
    asked: int
    bids: int
    late: int
    answer_ms: float | None

    @property
    def bid_share(self) -> float | None:
        """Of all that were asked, those that bid in time."""
        return self.bids / self.asked if self.asked else None

    @property
    def won_share(self) -> float | None:
        """Of all pings, those that somebody won."""
        return self.won / self.pings if self.pings else None

    @property
    def is_slow(self) -> bool:
        """Whether the median answer is near the deadline."""
        return bool(self.answer_ms and self.deadline_ms and self.answer_ms > 0.8 * self.deadline_ms)


def pulse(company_ids: Sequence[int], *, now: datetime) -> Pulse:
    """How the auctions of these companies went in the last hour, tests left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PULSE,
            {
                "companies": list(company_ids),
                "hour": first_id_at(now - timedelta(hours=1)),
                "recent": first_id_at(now - _LAST),
                "counted": COUNTED,
            },
        )
        recent, *rest = cursor.fetchone()
    return Pulse(recent / (_LAST / timedelta(minutes=1)), *rest)
