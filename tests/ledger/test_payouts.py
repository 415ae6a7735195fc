"""What a source is owed for a lead that nobody bought: booked once, reversed once when it is sold after all."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from apps.ledger import selectors, services
from apps.ledger.choices import EntryKind
from apps.ledger.models import Entry, Sale
from apps.ledger.services import Booking, Payout

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OWED = Payout(company_id=1, lead_id=10, source_id=60, amount=Decimal("20"), currency="USD", at=NOW)
SALE = Booking(
    company_id=1, lead_id=10, delivery_id=20, attempt_id=30, order_id=40, buyer_id=50, source_id=60, exclusive=True,
    place=1, price=Decimal("25"), payout=Decimal("20"), currency="USD", recovered=False, at=NOW,
)  # fmt: skip


def test_a_payout_without_a_sale_is_owed_to_the_source_and_lowers_the_margin() -> None:
    services.payouts_book([OWED])
    sides = dict(Entry.objects.filter(kind=EntryKind.PAYOUT).values_list("account", "amount"))
    assert sides == {"source": Decimal("-20.00"), "margin": Decimal("20.00")}
    assert selectors.balance("source", 60) == Decimal("-20.00")
    assert not Sale.objects.exists()


def test_it_is_booked_once_a_lead() -> None:
    services.payouts_book([OWED])
    services.payouts_book([OWED, replace(OWED, lead_id=11)])
    assert Entry.objects.count() == 4
    assert selectors.balance("source", 60) == Decimal("-40.00")


def test_a_later_sale_takes_its_place() -> None:
    services.payouts_book([OWED, replace(OWED, lead_id=11)])
    assert services.sale_book(SALE)
    assert selectors.balance("source", 60) == Decimal("-40.00")
    assert selectors.balance("margin") == Decimal("15.00")
    assert selectors.balance("buyer", 50) == Decimal("25.00")
    kinds = list(Entry.objects.filter(lead_id=10).order_by("id").values_list("kind", flat=True))
    assert kinds == ["payout"] * 2 + ["payout_back"] * 2


def test_each_further_sale_of_a_shared_lead_reverses_nothing_again() -> None:
    services.payouts_book([OWED])
    shared = replace(SALE, exclusive=False)
    services.sale_book(shared)
    services.sale_book(replace(shared, attempt_id=31, buyer_id=51, place=2, payout=Decimal("0")))
    assert Entry.objects.filter(kind=EntryKind.PAYOUT_BACK).count() == 2
    assert selectors.balance("source", 60) == Decimal("-20.00")


def test_a_sale_that_is_refused_reverses_nothing() -> None:
    services.sale_book(SALE)
    services.payouts_book([replace(OWED, lead_id=11)])
    assert not services.sale_book(replace(SALE, lead_id=11))
    assert not Entry.objects.filter(kind=EntryKind.PAYOUT_BACK).exists()


@pytest.mark.parametrize("change", [{"amount": "-20.01"}, {"lead_id": None}, {"kind": "payout_back"}])
def test_one_side_alone_cannot_stand(change: dict[str, object]) -> None:
    side = {"company_id": 1, "lead_id": 12, "kind": "payout", "account": "source", "account_id": 60, "amount": "-20",
            "currency": "USD", "at": NOW}  # fmt: skip
    with pytest.raises(IntegrityError, match=r"do not add up|entry_of_one_thing"):
        Entry.objects.create(**side | change)
    assert not Entry.objects.exists()
