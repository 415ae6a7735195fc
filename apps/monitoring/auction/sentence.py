"""What came of a ping, in a sentence: "Won by Denver Roofers at $42.13; BrightPath was bid $33.70 after 212 ms. …"."""

from collections.abc import Sequence

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Bid, Ping
from apps.monitoring.auction.award import Won
from apps.monitoring.auction.money_words import exact
from apps.monitoring.wording import counted, money, span


def sentence(ping: Ping, bids: Sequence[Bid], won: Sequence[Won], currency: str) -> str:
    """How the ping ended, or where it stands."""
    if ping.status == PingStatus.TEST:
        return "A test: checked and answered. No buyer was asked, nothing was counted."
    if ping.status == PingStatus.OPEN:
        return f"{counted(ping.asked or len(bids), 'buyer')} being asked, until {ping.deadline_ms:,} ms are over."
    if not won:
        return _unsold(ping, bids)
    names = " and ".join(f"{one.order.buyer_name} at {exact(one.price, currency)}" for one in won)
    told = f"{ping.source} was bid {money(ping.payout, currency)}" if ping.origin == PingOrigin.PING else (
        f"{ping.source} is promised {money(ping.payout, currency)}"
    )  # fmt: skip
    took = f" after {span(ping.received_at, ping.answered_at)}" if ping.answered_at else ""
    return f"Won by {names}; {told}{took}. {_answers(ping, bids)} {_since(ping)}".strip()


def _unsold(ping: Ping, bids: Sequence[Bid]) -> str:
    took = f" after {span(ping.received_at, ping.answered_at)}" if ping.answered_at else ""
    if not ping.lines:
        return f"Refused{took}: “{ping.message}”. No buyer was asked."
    return f"Nobody won{took}: “{ping.message}”. {_answers(ping, bids)}"


def _answers(ping: Ping, bids: Sequence[Bid]) -> str:
    if not ping.asked:
        return "Nobody was asked."
    count = {status: sum(bid.status == status for bid in bids) for status in ("bid", "late", "error")}
    parts = [f"{count['bid'] or 'none'} bid"]
    parts += [f"{count['late']} came late"] if count["late"] else []
    parts += [f"{count['error']} gave no readable answer"] if count["error"] else []
    return f"Of {counted(ping.asked, 'buyer')} asked {', '.join(parts)}."


def _since(ping: Ping) -> str:
    if ping.status == PingStatus.POSTED and ping.posted_at and ping.answered_at:
        if ping.origin == PingOrigin.PING:
            return f"Posted {span(ping.answered_at, ping.posted_at)} later."
        return "The lead went straight to the winner."
    if ping.status == PingStatus.EXPIRED:
        return "It was never posted."
    if ping.expires_at is not None:
        return f"It may be posted until {ping.expires_at:%H:%M:%S} UTC."
    return ""
