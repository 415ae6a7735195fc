"""How it is auctioned: deadlines, minimum bids, margins, and how endpoints are pinged."""

from collections.abc import Iterator

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.selling import MarginSpec
from apps.publishing.diff import shows, words
from apps.publishing.diff.words import said, shown

_AUCTION = {
    "deadline_ms": "buyers answer a ping within", "ping_valid_s": "a ping can be posted for",
    "minimum_bid": "minimum bid", "on_mismatch": "when a post differs from its ping:",
    "post_floor": "a post goes down the ranking while", "expected_value": "ranking by expected value:",
}  # fmt: skip
_TERMS = {
    "minimum_bid": "minimum bid", "sample_payout": "bid of a test ping", "pings_per_post": "most pings for each post:",
}  # fmt: skip
_ORDER = {
    "price_kind": "pays", "share": "share mode", "shared_price": "price of a shared lead", "minimum_bid": "minimum bid",
}  # fmt: skip
_PING = {
    "url": "ping URL", "method": "ping method", "body_format": "ping format", "content_type": "ping content type",
    "timeout_ms": "ping timeout",
}  # fmt: skip


def campaign(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """The campaign's own settings."""
    yield from words.attributes(old, new, {"traffic": "sources send by"}, "", shows.AUCTION)
    yield from words.attributes(old.auction, new.auction, _AUCTION, "", shows.AUCTION)
    yield from _margin(old.auction.margin, new.auction.margin, "")


def terms(old: TermsSpec, new: TermsSpec, label: str) -> Iterator[str]:
    """What of one source's terms concerns auctions."""
    yield from words.attributes(old, new, _TERMS, label, shows.AUCTION)
    yield from _margin(old.margin, new.margin, label)


def order(old: OrderSpec, new: OrderSpec, label: str) -> Iterator[str]:
    """What of an order concerns auctions."""
    yield from words.attributes(old, new, _ORDER, label, shows.AUCTION)
    yield from _margin(old.margin, new.margin, label)


def ping(old: EndpointSpec, new: EndpointSpec, label: str) -> Iterator[str]:
    """How an endpoint is pinged, apart from the rows of its mapping."""
    before, after = old.ping, new.ping
    if before is None or after is None:
        if after is not None:
            yield said(label, f"is pinged now, at {after.url}")
        elif before is not None:
            yield said(label, "is no longer pinged")
        return
    yield from words.attributes(before, after, _PING, label, shows.ENDPOINT)
    if before.template != after.template:
        change = "added" if not before.template else "changed" if after.template else "removed"
        yield said(label, f"ping template {change}")
    if before.rules != after.rules:
        yield said(label, f"ping rules changed, {len(before.rules)} → {len(after.rules)}")
    targets = [[row.target for row in one.mapping] for one in (before, after)]
    if targets[0] != targets[1] and set(targets[0]) == set(targets[1]):
        yield said(label, "ping mapping rows are in another order")


def _margin(old: MarginSpec | None, new: MarginSpec | None, label: str) -> Iterator[str]:
    if old != new:
        yield said(label, f"margin {_margin_said(old)} → {_margin_said(new)}")


def _margin_said(margin: MarginSpec | None) -> str:
    if margin is None:
        return "as elsewhere"
    parts = [_kept(margin.kind, shown(margin.amount))]
    parts += [f"{_kept(one.kind, shown(one.amount))} from {shown(one.above)}" for one in margin.bands]
    return ", ".join(parts)


def _kept(kind: str, amount: str) -> str:
    return {"none": "none", "percent": f"{amount} %"}.get(kind, amount)
