"""What a test of a ping tells beside that of a post: the bid that was read, and whether it came in time."""

from apps.deliveries.services.testing.lines import Line, failed
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Outcome, Reading

_NO_BID = (Outcome.REJECTED, Outcome.DUPLICATE)


def lines(
    reading: Reading, promise: str, late_after_ms: int | None, response: OutboundResponse
) -> list[Line]:
    """The bid in words; nothing of a post. `promise` may be shown."""
    if late_after_ms is None or response.error is not None:
        return []
    told = [_bid(reading, promise)] if reading.rule_index is not None else []
    ms = response.timings.total_ms
    if ms > late_after_ms:
        late = f"It came after {ms:,.0f} ms, and a bid counts within {late_after_ms:,} ms: it would be late and unused."
        told.append(failed("In time", late))
    else:
        told.append(Line("In time", f"A bid counts within {late_after_ms:,} ms."))
    return told


def _bid(reading: Reading, promise: str) -> Line:
    if reading.outcome in _NO_BID:
        return Line("Bid", f"None: {reading.reason}." if reading.reason else "None.")
    prices = [
        f"{reading.price} for the lead alone" if reading.price else "",
        f"{reading.shared_price} for a shared lead" if reading.shared_price else "",
    ]
    if reading.outcome != Outcome.ACCEPTED or not any(prices):
        return failed("Bid", "None: the answer has no price that can be read, and a bid is a price.")
    rest = [
        f"the post sends back “{promise}”" if promise else "",
        f"it holds until {reading.expiry}" if reading.expiry else "",
    ]
    return Line("Bid", f"{'; '.join(filter(None, [*prices, *rest]))}.")
