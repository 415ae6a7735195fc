"""How it is auctioned: deadlines, minimum bids, margins, and how endpoints are pinged."""

from collections.abc import Iterator

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.orders import EndpointSpec, OrderSpec, PingSpec
from apps.engine.selling import MarginSpec
from apps.publishing.diff import words
from apps.publishing.diff.words import said, shown

_AUCTION = {
    "deadline_ms": "buyers have to answer a ping within, in ms:", "ping_valid_s": "a ping may be posted for, in s:",
    "minimum_bid": "minimum bid", "on_mismatch": "when a post differs from its ping:",
    "post_floor": "a post goes down the ranking while:", "expected_value": "ranking by expected value:",
}  # fmt: skip
_TERMS = {
    "minimum_bid": "minimum bid", "sample_payout": "bid of a test ping", "pings_per_post": "most pings per post",
}  # fmt: skip
_ORDER = {
    "price_kind": "pays", "share": "share mode", "shared_price": "price when shared", "minimum_bid": "minimum bid",
}  # fmt: skip
_PING = {
    "url": "ping URL", "method": "ping method", "body_format": "ping format", "content_type": "ping content type",
    "timeout_ms": "ping timeout",
}  # fmt: skip
NO_PING = PingSpec("")


def campaign(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """The campaign's own settings."""
    yield from words.attributes(old, new, {"traffic": "sources send by"}, "")
    yield from words.attributes(old.auction, new.auction, _AUCTION, "")
    yield from _margin(old.auction.margin, new.auction.margin, "")


def terms(old: TermsSpec, new: TermsSpec, label: str) -> Iterator[str]:
    """What of one source's terms concerns auctions."""
    yield from words.attributes(old, new, _TERMS, label)
    yield from _margin(old.margin, new.margin, label)


def order(old: OrderSpec, new: OrderSpec, label: str) -> Iterator[str]:
    """What of an order concerns auctions."""
    yield from words.attributes(old, new, _ORDER, label)
    yield from _margin(old.margin, new.margin, label)


def ping(old: EndpointSpec, new: EndpointSpec, label: str) -> Iterator[str]:
    """How an endpoint is pinged, mapping and rules apart from their wording."""
    before, after = old.ping or NO_PING, new.ping or NO_PING
    yield from words.attributes(before, after, _PING, label)
    for what, had, has in (
        ("ping template", before.template, after.template),
        ("ping rules", before.rules, after.rules),
    ):
        if had != has:
            yield said(label, f"{what} changed")


def _margin(old: MarginSpec | None, new: MarginSpec | None, label: str) -> Iterator[str]:
    if old != new:
        yield said(label, f"margin {_margin_said(old)} → {_margin_said(new)}")


def _margin_said(margin: MarginSpec | None) -> str:
    if margin is None:
        return "as the campaign's"
    forms = {"none": "none", "fixed": "{}", "percent": "{} %"}
    parts = [forms[margin.kind].format(shown(margin.amount))]
    parts += [f"{forms[one.kind].format(shown(one.amount))} from {shown(one.above)}" for one in margin.bands]
    return ", ".join(parts)
