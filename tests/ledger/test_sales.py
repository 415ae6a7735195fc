from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.ledger import selectors, services
from apps.ledger.models import Entry, Sale
from apps.ledger.services import Booking

pytestmark = pytest.mark.django_db(transaction=True)

SALE = Booking(
    company_id=1,
    lead_id=10,
    delivery_id=20,
    attempt_id=30,
    order_id=40,
    buyer_id=50,
    source_id=60,
    exclusive=True,
    place=1,
    price=Decimal("25.005"),
    payout=Decimal("20"),
    currency="USD",
    recovered=False,
    at=datetime(2026, 11, 21, tzinfo=UTC),
)


def test_a_sale_is_booked_with_entries_that_add_up_to_zero() -> None:
    assert services.sale_book(SALE)
    sides = dict(Entry.objects.values_list("account", "amount"))
    assert sides == {"buyer": Decimal("25.00"), "source": Decimal("-20.00"), "margin": Decimal("-5.00")}
    assert selectors.balance("buyer", 50) == Decimal("25.00")
    price, payout = Decimal("25.00"), Decimal("20.00")
    sold = selectors.SoldSoFar(1, price, payout, ((SALE.order_id, price),))
    assert selectors.sold_so_far([10, 11]) == {10: sold}


def test_the_same_attempt_is_booked_once() -> None:
    assert services.sale_book(SALE)
    assert not services.sale_book(SALE)
    assert (Sale.objects.count(), Entry.objects.count()) == (1, 3)


@pytest.mark.parametrize("exclusive", [True, False])
def test_an_exclusive_lead_is_sold_once(exclusive: bool) -> None:
    assert services.sale_book(SALE)
    other = replace(SALE, attempt_id=31, buyer_id=51, exclusive=exclusive)
    assert not services.sale_book(other)
    assert (Sale.objects.count(), Entry.objects.count()) == (1, 3)


def test_a_shared_lead_is_sold_once_to_each_buyer() -> None:
    shared = replace(SALE, exclusive=False)
    second = replace(shared, attempt_id=31, buyer_id=51, place=2)
    same_buyer = replace(shared, attempt_id=32, order_id=41, place=3)
    assert services.sales_book([shared, second, same_buyer]) == {30, 31}


def test_an_exclusive_sale_has_no_second_place() -> None:
    with pytest.raises(IntegrityError, match="sale_exclusive_is_first"):
        services.sale_book(replace(SALE, place=2))
    assert not Sale.objects.exists()


@pytest.mark.parametrize("change", [{"amount": Decimal("1")}, None])
def test_entries_are_never_changed_or_deleted(change: dict[str, Decimal] | None) -> None:
    services.sale_book(SALE)
    with pytest.raises(IntegrityError, match="append-only"):
        Entry.objects.update(**change) if change else Entry.objects.all().delete()
    with pytest.raises(IntegrityError, match="append-only"):
        Sale.objects.update(price=1)
    assert selectors.balance("buyer") == Decimal("25.00")


def test_a_sale_without_entries_cannot_be_committed() -> None:
    with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
        Sale.objects.create(
            id=1, company_id=1, lead_id=1, delivery_id=1, attempt_id=1, order_id=1, buyer_id=1, price=5, payout=1,
            currency="USD", booked_at=SALE.at,
        )  # fmt: skip
    assert not Sale.objects.exists()


def test_a_reversal_must_add_up_too() -> None:
    services.sale_book(SALE)
    entry = Entry.objects.get(account="buyer")
    with pytest.raises(IntegrityError, match="do not add up"):
        Entry.objects.create(
            company_id=1,
            sale=entry.sale,
            kind="return",
            account="buyer",
            amount=-5,
            currency="USD",
            at=SALE.at,
        )
    assert Entry.objects.count() == 3
