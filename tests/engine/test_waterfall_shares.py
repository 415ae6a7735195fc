"""What may follow a sale of an auctioned lead."""

from datetime import UTC, datetime
from decimal import Decimal

from apps.engine import waterfall
from apps.engine.orders import EndpointSpec
from apps.engine.outcome import Outcome
from apps.engine.routing import GroupLimit, Plan, Step
from apps.engine.waterfall import Hold, Result, Send, Sold, Unsold

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICE = Decimal("10")


def result(order_id: int, what: Outcome, retry_at: datetime | None = None) -> Result:
    return Result(order_id, what, NOW, "why", retry_at=retry_at)


def after(*history: Result, of: Plan, unknown: str = "hold") -> waterfall.Decision:
    endpoint = EndpointSpec(1, "e", "https://buyer.example/", retries=2, unknown_policy=unknown)
    return waterfall.next_step(of, history, dict.fromkeys(range(1, 20), endpoint), NOW)


def auctioned(*shares: str, max_buyers: int = 2) -> Plan:
    """Orders 1, 2, … as an auction ranked them; `joins` is a share that counts only beside another."""
    steps = tuple(
        Step(number, 100 + number, 1, PRICE, share=share.replace("joins", "shared"), joins=share == "joins")
        for number, share in enumerate(shares, start=1)
    )
    return Plan(steps, groups=(GroupLimit(1, max_buyers, "stop"),), max_buyers=max_buyers)


def test_nothing_counts_after_an_exclusive_sale() -> None:
    of = auctioned("exclusive", "shared", "exclusive")
    assert after(result(1, Outcome.ACCEPTED), of=of) == Sold((1,))
    assert after(result(1, Outcome.UNKNOWN), of=of) == Hold(1, "why")
    assert after(result(1, Outcome.REJECTED), of=of) == Send(2, PRICE, 1, 0)


def test_exclusive_steps_do_not_count_after_a_share() -> None:
    of = auctioned("shared", "exclusive", "shared")
    assert after(result(1, Outcome.ACCEPTED), of=of) == Send(3, PRICE, 2, 0)
    assert after(result(1, Outcome.UNKNOWN), of=of) == Send(3, PRICE, 2, 0), "it may be one"
    assert after(result(1, Outcome.REJECTED), of=of) == Send(2, PRICE, 1, 0)


def test_a_share_that_joins_counts_only_beside_a_sale() -> None:
    of = auctioned("shared", "joins", "shared")
    assert after(result(1, Outcome.REJECTED), of=of) == Send(3, PRICE, 2, 0)
    assert after(result(1, Outcome.UNKNOWN), of=of) == Send(3, PRICE, 2, 0), "a doubt is no sale"
    refused = (result(1, Outcome.REJECTED), result(3, Outcome.REJECTED))
    assert after(*refused, of=of) == Unsold("buyer_rejected")
    sold = (result(1, Outcome.REJECTED), result(3, Outcome.ACCEPTED))
    assert after(*sold, of=of) == Send(2, PRICE, 1, 0), "its place comes when another has bought"


def test_an_exclusive_order_in_doubt_is_asked_again() -> None:
    of = auctioned("exclusive", "shared")
    assert after(result(1, Outcome.UNKNOWN, NOW), of=of, unknown="resend") == Send(1, PRICE, 0, 1)
