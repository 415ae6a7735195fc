"""Reads of auctions: how much a source pings for what it posts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.auctions.choices import PingOrigin, PingStatus
from apps.core.ids import first_id_at
from apps.core.prepared import fetch_all

RATIO_OVER = timedelta(hours=1)
GRACE = 100
"""So many pings an hour are no matter, whatever is posted of them."""

_TRAFFIC = f"""
    SELECT count(*), count(posted_at) FROM auctions_ping
     WHERE terms_id = %s::bigint AND id >= %s::bigint
       AND origin = '{PingOrigin.PING}' AND status <> '{PingStatus.TEST}'
"""  # noqa: S608 - the values written into it are ours


@dataclass(frozen=True, slots=True)
class PingTraffic:
    """What came from one source's terms over `RATIO_OVER`: live pings, and how many of these were posted."""

    pings: int
    posts: int

    def is_over(self, per_post: int, *, more: int = 0) -> bool:
        """Whether the next ping, after `more` that are not counted here, is one too many."""
        return self.pings + more >= max(GRACE, per_post * self.posts)


def ping_traffic(terms_id: int, *, at: datetime) -> PingTraffic:
    """The traffic up to `at`. The more a source has pinged, the longer it takes."""
    return PingTraffic(*fetch_all(_TRAFFIC, (terms_id, first_id_at(at - RATIO_OVER)))[0])
