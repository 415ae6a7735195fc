"""Stored answers to pings read again by other rules: what would have been bid if these rules had read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid
from apps.auctions.services import records
from apps.core.crypto import DataKey, DecryptionError, unwrap
from apps.deliveries.services import opened_answer
from apps.engine import pinging
from apps.engine.auction.allowing import orders_of
from apps.engine.orders import EndpointSpec
from apps.engine.pinging import Answered
from apps.leads.models import Lead
from apps.publishing import specs

LAST = 1000
"""How many answers of an endpoint a back-test reads."""
_STORED = Decimal("0.000001")
_USUAL_SHARE = "exclusive"


@dataclass(frozen=True, slots=True)
class Rebid:
    """A stored answer that the rules would read otherwise. `status` is what the bid would be: late stays late."""

    bid: Bid
    answered: Answered
    status: str


@dataclass(frozen=True, slots=True)
class PingBacktest:
    """`read` answers were read; `left_out` were erased or kept in part. `changed` newest first."""

    read: int
    left_out: int
    changed: tuple[Rebid, ...]

    def counts(self) -> list[tuple[str, str, int]]:
        """(was, would be, how many), most first; the same twice where only the amount is another."""
        found: dict[tuple[str, str], int] = {}
        for one in self.changed:
            pair = one.bid.status, one.status
            found[pair] = found.get(pair, 0) + 1
        return sorted(((*pair, count) for pair, count in found.items()), key=lambda row: (-row[2], row[:2]))


def ping_backtest(company_id: int, asked: EndpointSpec) -> PingBacktest:
    """The last answers to pings of an endpoint read by its rules (`asked` is the endpoint as pinged). Nothing is
    written.
    """
    bids = list(
        Bid.objects.filter(endpoint_id=asked.id, company_id=company_id)
        .exclude(sealed_response=None)
        .select_related("ping")
        .defer("sealed_request", "ping__sealed")
        .order_by("-id")[:LAST]
    )
    keys = _lead_keys(bids)
    left_out = 0
    changed = []
    for bid in bids:
        answered = _read(bid, asked, keys)
        if answered is None:
            left_out += 1
            continue
        status = bid.status if bid.status == BidStatus.LATE else answered.status
        amounts = _as_stored(answered.exclusive), _as_stored(answered.shared)
        if (status, *amounts) != (bid.status, bid.exclusive, bid.shared):
            changed.append(Rebid(bid, answered, status))
    return PingBacktest(len(bids) - left_out, left_out, tuple(changed))


def _lead_keys(bids: list[Bid]) -> dict[int, bytes]:
    """The wrapped keys of the leads that came whole, by lead."""
    leads = {bid.ping.lead_id for bid in bids if bid.ping.wrapped_key is None and bid.ping.lead_id}
    rows = Lead.objects.filter(pk__in=leads, wrapped_key__isnull=False)
    return dict(rows.values_list("pk", "wrapped_key"))


def _read(bid: Bid, asked: EndpointSpec, keys: Mapping[int, bytes]) -> Answered | None:
    try:
        kept = records.opened(_key(bid, keys), bid.sealed_response, "response", bid.pk)
    except DecryptionError:
        return None
    if kept is None or kept.get("truncated"):
        return None
    return pinging.read(asked, opened_answer(kept), at=bid.started_at, share=_share(bid))


def _key(bid: Bid, keys: Mapping[int, bytes]) -> DataKey:
    return unwrap(bid.ping.wrapped_key or keys.get(bid.ping.lead_id or 0) or b"")


def _share(bid: Bid) -> str:
    """How the order bought when it was asked."""
    version_id = bid.ping.version_id
    order = orders_of(specs.load(version_id)).get(bid.order_id) if version_id else None
    return order.share if order is not None else _USUAL_SHARE


def _as_stored(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_STORED, ROUND_HALF_UP)
