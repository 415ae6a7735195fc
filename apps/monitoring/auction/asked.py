"""Those that were asked, each with its answer: as a line of the table, and as a call with its payloads."""

from dataclasses import dataclass

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid, Ping
from apps.auctions.services.records import opened
from apps.engine.orders import EndpointSpec
from apps.engine.pinging import pinged
from apps.monitoring.auction.money_words import exact
from apps.monitoring.auction.picture import took_ms
from apps.monitoring.auction.words import BIDS
from apps.monitoring.stages import stage_times
from apps.monitoring.trace.attempts import AttemptShown, Reader, rules_shown
from apps.monitoring.trace.outcomes import why
from apps.monitoring.trace.payloads import payload_text
from apps.monitoring.wording import span


@dataclass(frozen=True, slots=True)
class AskedShown:
    """One buyer that was asked. `against` says how its time compares with what it had, `call` is the whole call."""

    pk: int
    order: str
    buyer: str
    tone: str
    words: str
    exclusive: str
    shared: str
    took: str
    against: str
    said: str
    holds_until: str
    call: AttemptShown


def asked(bid: Bid, ping: Ping, reader: Reader, currency: str) -> AskedShown:
    """One bid as its reader may see it."""
    tone, words = BIDS[BidStatus(bid.status)]
    total = took_ms(bid)
    endpoint = _pinged(reader, bid.endpoint_id)
    budget = min(ping.deadline_ms, endpoint.timeout_ms) if endpoint is not None else ping.deadline_ms
    call = _call(bid, ping, reader, endpoint)
    return AskedShown(
        pk=bid.pk,
        order=bid.order_name,
        buyer=bid.buyer_name,
        tone=tone,
        words=words,
        exclusive=exact(bid.exclusive, currency) if bid.exclusive is not None else "",
        shared=exact(bid.shared, currency) if bid.shared is not None else "",
        took=f"{total:,.0f} ms" if total is not None else "",
        against=_against(total, budget, endpoint is not None and endpoint.timeout_ms < ping.deadline_ms),
        said=call.detail,
        holds_until=f"{bid.expires_at:%H:%M:%S} UTC" if bid.expires_at else "",
        call=call,
    )


def _against(total: float | None, budget_ms: int, is_own: bool) -> str:
    limit = f"{'its own limit of ' if is_own else ''}{budget_ms:,} ms"
    if total is None:
        return f"no answer within {limit}"
    if total > budget_ms:
        return f"{total - budget_ms:,.0f} ms over {limit}"
    return f"{budget_ms - total:,.0f} ms before {limit}"


def _pinged(reader: Reader, endpoint_id: int) -> EndpointSpec | None:
    endpoint = reader.endpoint(endpoint_id)
    return pinged(endpoint) if endpoint is not None else None


def _call(bid: Bid, ping: Ping, reader: Reader, endpoint: EndpointSpec | None) -> AttemptShown:
    tone, words = BIDS[BidStatus(bid.status)]
    total = took_ms(bid)
    return AttemptShown(
        pk=bid.pk,
        order=bid.order_name,
        buyer=bid.buyer_name,
        words=words,
        tone=tone,
        retry=0,
        offset=span(ping.received_at, bid.started_at),
        took=f"{total:,.0f} ms" if total is not None else "",
        detail=reader.show(_said(bid)),
        reference=reader.show(bid.reference),
        price="",
        url=endpoint.url.partition("?")[0] if endpoint is not None else "",
        http_status=bid.http_status,
        request=_payload(bid.sealed_request, "request", bid.pk, reader) or "Nothing is kept of the request.",
        response=_payload(bid.sealed_response, "response", bid.pk, reader) or "No answer came.",
        rules=rules_shown(endpoint.rules, bid.rule_index) if endpoint and bid.http_status else (),
        unread="",
        stages=stage_times(bid.timings),
        opened=False,
    )


def _said(bid: Bid) -> str:
    """Why it came to this: our words, or the buyer's own in quotes."""
    if bid.status == BidStatus.LATE:
        late = "Its answer came after the deadline: recorded, used for nothing."
        return late if took_ms(bid) is not None else "No answer has come, not even late."
    said = why(reason=bid.reason, error=bid.error, http_status=bid.http_status)
    return " ".join(filter(None, [said, f"({bid.error_detail})" if bid.error_detail else ""]))


def _payload(sealed: bytes | memoryview | None, what: str, bid_id: int, reader: Reader) -> str:
    if reader.key is None:
        return "Erased."
    return reader.show(payload_text(opened(reader.key, sealed, what, bid_id)))
