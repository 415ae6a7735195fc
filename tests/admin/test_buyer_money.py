"""A buyer's money in the admin: at a glance, topped up once, adjusted with a reason, on a statement."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.buyers.models import Buyer
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.ledger.models import Payment
from apps.ledger.selectors import account_of
from apps.ledger.services import billing_set, sale_book
from tests.admin.conftest import House
from tests.deliveries.money import top_up
from tests.ledger.test_balances import sale


def url(house: House, name: str) -> str:
    return reverse(f"admin:buyers_buyer_{name}", args=(house.world.buyer.pk,))


def answer(client: Client, house: House, name: str, **data: Any) -> str:
    """Fill in the page of this name and send it; what the next page says, or the same one with its errors."""
    shown = client.get(url(house, name)).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', shown)
    assert key is not None
    sent = {"confirmed": "yes", "form_key": key.group(1), **data}
    return client.post(url(house, name), sent, follow=True).content.decode()


def left(house: House) -> Decimal | None:
    return account_of(Buyer.objects.get(pk=house.world.buyer.pk), now=now()).left


def test_billing_is_switched_with_what_follows_from_it(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    asked = client.get(url(ours, "billing")).content.decode()
    assert "It owes nothing, and buys without a limit." in asked
    assert "Paid until now" not in asked
    told = answer(client, ours, "billing", billing="credit", credit_limit="500.00", warn_below="50.00")
    assert "It has 500.00 USD left to spend, its credit limit of 500.00 USD counted in." in told
    assert left(ours) == Decimal("500.00")
    event = AuditEvent.objects.latest("pk")
    assert event.action == "buyer.billing_changed"
    assert event.summary.endswith("on credit up to 500.00, warning below 50.00, was by invoice")


def test_credit_needs_a_limit(ours: House) -> None:
    told = answer(ours.client(Role.MANAGER), ours, "billing", billing="credit", credit_limit="")
    assert "Without a credit limit it is prepaid." in told
    assert left(ours) is None


def test_what_is_owed_can_be_booked_as_paid_with_the_switch(ours: House) -> None:
    sale_book(sale(ours.world.buyer, 1))
    client = ours.client(Role.MANAGER)
    assert "The 20.00 USD that it owes" in client.get(url(ours, "billing")).content.decode()
    answer(client, ours, "billing", billing="prepaid", settled="on")
    assert left(ours) == 0
    assert Payment.objects.get().amount == Decimal("20.00")


def test_a_top_up_sent_twice_is_booked_once(ours: House) -> None:
    billing_set(ours.world.buyer, billing="prepaid", by=None)
    client = ours.client(Role.MANAGER)
    shown = client.get(url(ours, "topup")).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', shown)
    assert key is not None
    sent = {"confirmed": "yes", "form_key": key.group(1), "amount": "250.00", "note": "Wire 4711"}
    first, second = (client.post(url(ours, "topup"), sent, follow=True).content.decode() for _ in "ab")
    assert "Top-up of 250.00 USD booked. It has 250.00 USD left to spend." in first
    assert "was booked already, once" in second
    assert left(ours) == Decimal("250.00")
    assert AuditEvent.objects.filter(action="buyer.payment_booked").count() == 1


@pytest.mark.parametrize(
    "data", [{"amount": "0", "note": "x"}, {"amount": "1.001", "note": "x"}, {"amount": "5", "note": ""}, {}]
)
def test_what_makes_no_sense_is_asked_again(ours: House, data: dict) -> None:
    told = answer(ours.client(Role.MANAGER), ours, "topup", **data)
    assert "sl-error" in told
    assert not Payment.objects.exists()


def test_a_question_alone_books_nothing(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    client.post(url(ours, "topup"), {"amount": "5", "note": "x"})
    assert not Payment.objects.exists()


def test_adjustments_say_why_and_refunds_are_bounded(ours: House) -> None:
    billing_set(ours.world.buyer, billing="prepaid", by=None)
    client = ours.client(Role.MANAGER)
    answer(client, ours, "adjust", kind="credit", amount="40.00", note="Bad leads of October")
    told = answer(client, ours, "adjust", kind="refund", amount="40.01", note="Leaves us")
    assert "Only 40.00 of what" in told
    answer(client, ours, "adjust", kind="debit", amount="15.00", note="A slip")
    assert left(ours) == Decimal("25.00")
    statement = client.get(url(ours, "statement")).content.decode()
    assert "Bad leads of October" in statement
    assert "−15.00" in statement


@pytest.mark.parametrize(
    ("role", "may"), [(Role.VIEWER, False), (Role.OPERATOR, False), (Role.MANAGER, True)]
)
def test_everybody_reads_managers_move_money(ours: House, role: Role, may: bool) -> None:
    client = ours.client(role)
    for name in ("topup", "adjust", "billing"):
        assert client.get(url(ours, name)).status_code == (200 if may else 403)
        assert client.post(url(ours, name), {"confirmed": "yes"}).status_code == (200 if may else 403)
    for name in ("statement", "statement_csv"):
        assert client.get(url(ours, name)).status_code == 200
    assert ("/topup/" in client.get(url(ours, "change")).content.decode()) is may


def test_the_buyers_page_and_list_say_how_it_stands(ours: House) -> None:
    buyer, client = ours.world.buyer, ours.client(Role.VIEWER)
    assert "no limit" in client.get(url(ours, "change")).content.decode()
    billing_set(buyer, billing="prepaid", warn_below=Decimal("30.00"), by=None)
    page = client.get(url(ours, "change")).content.decode()
    assert "is out of money: its orders are passed over" in page
    assert 'class="sl-state sl-state-bad">Out of money' in page
    top_up(buyer, "25.00")
    assert (
        "less than the 30.00 USD below which you want to know"
        in client.get(url(ours, "change")).content.decode()
    )
    top_up(buyer, "5.00")
    page = client.get(url(ours, "change")).content.decode()
    assert 'class="sl-state sl-state-good">Can spend' in page
    changelist = reverse("admin:buyers_buyer_changelist")
    assert "30.00 USD" in client.get(changelist).content.decode()
    assert "30.00 USD" not in client.get(changelist, {"money": "out"}).content.decode()
    assert "30.00 USD" in client.get(changelist, {"money": "limit"}).content.decode()
    assert "30.00 USD" not in client.get(changelist, {"money": "invoice"}).content.decode()


def test_a_statement_is_paged_and_comes_as_a_file(ours: House) -> None:
    buyer, client = ours.world.buyer, ours.client(Role.VIEWER)
    assert "Nothing yet." in client.get(url(ours, "statement")).content.decode()
    for number in range(1, 53):
        sale_book(sale(buyer, number, "1.00"))
    first = client.get(url(ours, "statement"))
    text = first.content.decode()
    assert text.count('data-label="Balance"') == 50
    assert "−52.00" in text
    older = re.search(r'href="(\?before=[^"]+)">Older', text)
    assert older is not None
    second = client.get(url(ours, "statement") + older.group(1)).content.decode()
    assert second.count('data-label="Balance"') == 2
    assert "−1.00" in second
    response = client.get(url(ours, "statement_csv"))
    rows = b"".join(response.streaming_content).decode().splitlines()
    assert rows[0] == "time_utc,what,lead,note,by,amount,balance,currency"
    assert len(rows) == 53
    assert rows[1].endswith(",-1.00,-52.00,USD")


def test_a_note_is_no_formula_in_a_spreadsheet(ours: House) -> None:
    answer(ours.client(Role.MANAGER), ours, "topup", amount="5", note="=1+1")
    response = ours.client(Role.VIEWER).get(url(ours, "statement_csv"))
    assert "'=1+1" in b"".join(response.streaming_content).decode()
