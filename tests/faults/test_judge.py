"""The judge itself: it has to see each kind of wrong, or the zeros of all other tests mean nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from apps.buyers.models import Buyer
from apps.core.ids import new_id
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.leads.models import CapCounter, Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import market
from tests.deliveries.money import prepaid
from tests.faults.harness import tally
from tests.faults.harness.checker import Verdict, check

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made wrong here on purpose must not stand in the last line."""
    monkeypatch.setattr(tally, "add", lambda verdict: None)


@pytest.fixture
def sold(simulator: Running) -> Delivery:
    """A lead sold as it should be."""
    delivery = market(simulator, ["accept", "accept"]).lead()
    services.drain()
    assert check([delivery.lead_id]) == Verdict()
    return delivery


def test_a_promise_without_a_lead_and_a_lead_without_delivery_are_lost(sold: Delivery) -> None:
    assert check([sold.lead_id, new_id()]).lost == 2  # neither is on record, nor on its way
    Delivery.objects.all().delete()
    assert check([sold.lead_id]).lost == 1


def test_a_lead_bought_by_two_is_sold_twice(sold: Delivery) -> None:
    first = Attempt.objects.get()
    first.pk, first.order_id, first.buyer_id = new_id(), first.order_id + 1, first.buyer_id + 1
    first.save(force_insert=True)
    assert check([sold.lead_id]).double_sold == 1


def test_what_has_not_ended_is_stuck(sold: Delivery) -> None:
    Lead.objects.update(status="in_flight")
    Attempt.objects.update(status="started")
    assert check([sold.lead_id]).stuck == 2


def test_a_counter_over_its_limit_or_without_its_reservations_is_over_cap(sold: Delivery) -> None:
    CapCounter.objects.create(cap_key="order:7", period_key="total", used=3, updated_at=datetime.now(UTC))
    assert check([sold.lead_id], limits={"order:7": 5}).over_cap == 1
    assert check([sold.lead_id], limits={"order:7": 2}).over_cap == 2


def test_a_balance_below_zero_or_off_the_books_is_over_cap(sold: Delivery) -> None:
    buyer = Buyer.objects.get(pk=Sale.objects.get().buyer_id)
    prepaid(buyer, "100.00")
    assert check([sold.lead_id]).clean
    CapCounter.objects.update(used=5)
    assert check([sold.lead_id]).over_cap == 1
    CapCounter.objects.update(used=10_001)
    assert check([sold.lead_id]).over_cap == 2


def test_a_sale_that_nobody_owes_for_is_a_mismatch(sold: Delivery) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        try:
            cursor.execute(
                "UPDATE ledger_entry SET amount = amount + %s WHERE account = 'buyer'", [Decimal(1)]
            )
        finally:
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    assert check([sold.lead_id]).ledger_mismatch == 2


def test_a_lead_called_sold_without_a_sale_is_a_mismatch(simulator: Running) -> None:
    delivery = market(simulator, ["reject"]).lead()
    services.drain()
    Lead.objects.update(status="sold")
    assert check([delivery.lead_id]).ledger_mismatch == 1
