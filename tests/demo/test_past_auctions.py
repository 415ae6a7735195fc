"""Auctions of the last days, as `demo_load` writes them: every kind of end, every row true."""

from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command

from apps.auctions.models import Bid, Ping
from apps.auctions.services import records
from apps.core.clock import now
from apps.core.crypto import unwrap
from apps.deliveries.models import Attempt, Delivery
from apps.demo.cast import GRIDTEN, SOLAR, SOLERA
from apps.demo.services import company_load, history_load
from apps.engine import reasons
from apps.leads.models import Lead, LeadEvent
from apps.leads.sealing import unseal
from apps.ledger.models import Sale
from apps.publishing.selectors import current

pytestmark = pytest.mark.django_db
PINGS = 150


@pytest.fixture
def past():
    company = company_load(simulator="http://127.0.0.1:9").company
    history_load(company, leads=5, pings=PINGS)
    return company


def test_past_auctions_are_true_in_every_row(past):
    pings = list(Ping.objects.all())
    assert {ping.origin for ping in pings} == {"ping", "direct_post"}
    assert {"posted", "expired", "rejected"} == {ping.status for ping in pings}
    assert PINGS * 0.8 < len(pings) <= PINGS
    spec = current(past.campaigns.get(name=SOLAR).pk)
    bids = Counter(Bid.objects.values_list("ping_id", flat=True))
    for ping in pings:
        _one(ping, {order.id for order in spec.orders}, bids[ping.pk])
    assert set(Bid.objects.values_list("status", flat=True)) == {"bid", "no_bid", "late", "error"}


def _one(ping: Ping, orders: set[int], asked: int) -> None:
    assert ping.received_at < ping.answered_at < now()
    assert ping.asked == asked
    assert not ping.reservations
    if ping.lines:
        assert sorted(line["order"] for line in ping.lines) == sorted(orders)
    if ping.reason:
        assert ping.reason in reasons.REASONS
        assert ping.message
    if ping.origin == "ping" and ping.lines:
        assert unseal(ping).normal("state") == ping.state
    if ping.plan:
        assert ping.price > 0
        assert Decimal(0) < ping.payout < ping.price
        assert ping.expires_at > ping.answered_at
        assert ping.plan["steps"]


def test_what_was_posted_became_a_lead_on_the_awards_way(past):
    posted = Ping.objects.filter(status="posted")
    leads = Lead.objects.filter(campaign__name=SOLAR, method="exchange")
    assert posted.count() > PINGS / 5
    assert set(posted.values_list("lead_id", flat=True)) <= set(leads.values_list("pk", flat=True))
    for ping in posted:
        delivery = Delivery.objects.get(lead_id=ping.lead_id)
        assert delivery.plan["steps"] == ping.plan["steps"]
        told = LeadEvent.objects.get(lead_id=ping.lead_id, kind="considered")
        assert told.data["ping"] == ping.public_id
        assert told.data["orders"] == ping.lines
    sold = leads.filter(status="sold")
    assert sold.count() > posted.count() / 2
    for lead in sold:
        sales = list(Sale.objects.filter(lead_id=lead.pk).order_by("place"))
        assert sum(sale.price for sale in sales) == lead.price
        assert sum(sale.payout for sale in sales) == lead.payout
        assert [sale.place for sale in sales] == list(range(1, len(sales) + 1))
    assert Sale.objects.filter(lead_id__in=sold.values("pk"), place=2).exists()


def test_tempers_show(past):
    slow = Bid.objects.filter(buyer_name=GRIDTEN.name)
    assert set(slow.values_list("status", flat=True)) <= {"late", "error"}
    passed = [line for ping in Ping.objects.all() for line in ping.lines if line["verdict"] == "too_slow"]
    assert passed
    fickle = Attempt.objects.filter(buyer_name=SOLERA.name)
    assert set(fickle.values_list("outcome", flat=True)) <= {"rejected", "retryable", "unknown"}
    assert "Territory just filled" in set(fickle.values_list("reason", flat=True))
    bid = Bid.objects.filter(status="bid", ping__origin="ping").select_related("ping").first()
    key = unwrap(bid.ping.wrapped_key)
    sent = records.opened(key, bid.sealed_request, "request", bid.pk)
    assert unseal(bid.ping).normal("email") not in str(sent)
    assert records.opened(key, bid.sealed_response, "response", bid.pk)["status"] == 200


def test_the_command_loads_as_many_as_told(capsys):
    call_command("demo_load", "--leads", "5", "--pings", "12")
    assert Ping.objects.exists()
    assert "loaded, with 5 leads" in capsys.readouterr().out
