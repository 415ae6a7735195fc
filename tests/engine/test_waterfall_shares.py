"""What may follow a sale of an auctioned lead."""

from dataclasses import replace
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


def auctioned(*shares: str, needs: str = "0", max_buyers: int = 2) -> Plan:
    """Orders 1, 2, … as an auction ranked them: exclusive, or a share as the money it brings."""
    steps = tuple(
        Step(
            number,
            100 + number,
            1,
            PRICE,
            share="exclusive" if share == "exclusive" else "shared",
            brings=Decimal("10" if share == "exclusive" else share),
            needs=Decimal(needs),
        )
        for number, share in enumerate(shares, start=1)
    )
    return Plan(steps, groups=(GroupLimit(1, max_buyers, "stop"),), max_buyers=max_buyers)


def test_nothing_counts_after_an_exclusive_sale() -> None:
    of = auctioned("exclusive", "5", "exclusive")
    assert after(result(1, Outcome.ACCEPTED), of=of) == Sold((1,))
    assert after(result(1, Outcome.UNKNOWN), of=of) == Hold(1, "why")
    assert after(result(1, Outcome.REJECTED), of=of) == Send(2, PRICE, 1, 0)


def test_exclusive_steps_do_not_count_after_a_share() -> None:
    of = auctioned("5", "exclusive", "4")
    assert after(result(1, Outcome.ACCEPTED), of=of) == Send(3, PRICE, 2, 0)
    assert after(result(1, Outcome.UNKNOWN), of=of) == Send(3, PRICE, 2, 0), "it may be one"
    assert after(result(1, Outcome.REJECTED), of=of) == Send(2, PRICE, 1, 0)


def test_an_exclusive_order_in_doubt_is_asked_again() -> None:
    of = auctioned("exclusive", "5")
    assert after(result(1, Outcome.UNKNOWN, NOW), of=of, unknown="resend") == Send(1, PRICE, 0, 1)


def test_a_share_counts_while_it_can_pay_with_the_best_that_is_left() -> None:
    of = auctioned("6", "5", "exclusive", "3", needs="8")
    refused = result(1, Outcome.REJECTED)
    assert after(of=of) == Send(1, PRICE, 0, 0)
    assert after(refused, of=of) == Send(2, PRICE, 1, 0), "5 and 3 still pay the 8"
    assert after(refused, result(2, Outcome.ACCEPTED), of=of) == Send(4, PRICE, 3, 0)
    assert after(refused, result(4, Outcome.FAILED), of=of) == Send(3, PRICE, 2, 0), "5 alone does not"
    nobody = (refused, result(2, Outcome.REJECTED), result(3, Outcome.REJECTED))
    assert after(*nobody, of=of) == Unsold("buyer_rejected"), "3 alone does not pay the 8"


def test_after_a_share_the_promise_is_kept_before_others_join() -> None:
    of = auctioned("5", "1", "4", needs="8")
    sold = result(1, Outcome.ACCEPTED)
    assert after(sold, of=of) == Send(3, PRICE, 2, 0), "5 and 1 would fill both places and pay 6"
    assert after(sold, result(3, Outcome.REJECTED), of=of) == Send(2, PRICE, 1, 0), "6 is better than 5"
    assert after(sold, result(3, Outcome.ACCEPTED), of=of) == Sold((1, 3))


def test_a_retry_that_is_awaited_may_still_pay() -> None:
    of = auctioned("6", "4", needs="8")
    waits = result(1, Outcome.RETRYABLE, NOW.replace(hour=13))
    assert after(waits, of=replace(of, steps=of.steps[::-1])) == Send(2, PRICE, 0, 0)


def test_two_orders_of_a_buyer_bring_one_sale() -> None:
    of = auctioned("6", "5", "exclusive", needs="8")
    of = replace(of, steps=(of.steps[0], replace(of.steps[1], buyer_id=101), of.steps[2]))
    assert after(of=of) == Send(3, PRICE, 2, 0)
