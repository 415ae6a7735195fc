from datetime import UTC, datetime, timedelta

import pytest

from apps.engine.buyer_duplicates import Taken, days_ago, last_taken
from apps.engine.orders import OrderSpec

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def order(days: int | None = 30, scope: str = "buyer") -> OrderSpec:
    return OrderSpec(1, "Order", 101, "Buyer", 1, 1, duplicate_days=days, duplicate_scope=scope)


def taken(days: float, *, order_id: int = 2, buyer_id: int = 101, sold: bool = True) -> Taken:
    return Taken(order_id, buyer_id, NOW - timedelta(days=days), sold)


def test_the_last_sale_within_the_window_decides() -> None:
    assert last_taken(order(), [taken(29), taken(3), taken(12)], NOW) == taken(3)
    assert last_taken(order(), [taken(30)], NOW) is None
    assert last_taken(order(None), [taken(1)], NOW) is None
    assert last_taken(order(), [], NOW) is None


def test_scopes() -> None:
    assert last_taken(order(scope="order"), [taken(1)], NOW) is None
    assert last_taken(order(scope="order"), [taken(1, order_id=1)], NOW) == taken(1, order_id=1)
    assert last_taken(order(), [taken(1, buyer_id=102)], NOW) is None


def test_an_offer_under_way_counts_and_a_sale_is_told_first() -> None:
    offered = taken(0, sold=False)
    assert last_taken(order(), [offered], NOW) == offered
    assert last_taken(order(), [offered, taken(5)], NOW) == taken(5)


@pytest.mark.parametrize(
    ("days", "words"), [(0.9, "today"), (1.5, "1 day ago"), (12.99, "12 days ago"), (-1, "today")]
)
def test_days_ago(days: float, words: str) -> None:
    assert days_ago(NOW - timedelta(days=days), NOW) == words
