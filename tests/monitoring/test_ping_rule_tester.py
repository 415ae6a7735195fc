"""The rule tester of pings: bids read from pasted and stored answers, and edited rules against the last ones."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.auctions.models import Bid, Ping
from apps.buyers.models import Endpoint
from apps.buyers.services import response_rules_set
from apps.companies.choices import Role
from apps.core.crypto import new_data_key
from tests.auctions.market import PING_RULES
from tests.factories import CompanyFactory, MemberFactory
from tests.monitoring.auctions import EMAIL, Lot, bid, lot, put_up
from tests.monitoring.desk import html, member

pytestmark = pytest.mark.django_db

DENVER = "Denver Roofers"


@pytest.fixture
def scene() -> Lot:
    return lot([DENVER])


def url(scene: Lot) -> str:
    endpoint = scene.orders[DENVER].endpoint
    assert endpoint is not None
    return reverse("admin:buyers_endpoint_ping_rules", args=(endpoint.pk,))


def answered(scene: Lot, body: dict, status: str = "bid", **columns: object) -> Bid:
    key = new_data_key()
    ping = put_up(scene, key=key)
    came = {"status": 200, "headers": [["Content-Type", "application/json"]], "body": json.dumps(body)}
    return bid(ping, scene.orders[DENVER], status, key=key, came=came, http_status=200, **columns)


def test_a_pasted_answer_is_read_as_a_bid(scene: Lot) -> None:
    body = {
        "status": "bid",
        "bid": "42.5",
        "shared_bid": 20,
        "promise": "T-9",
        "expires_at": "2099-01-01T00:00:00Z",
    }
    sent = {"status": "200", "content_type": "application/json", "body": json.dumps(body)}
    text = html(member(scene.world).post(url(scene), sent))
    assert "✓ Bid" in text
    assert "42.5 for the lead alone" in text
    assert "20 for a shared lead" in text
    assert "holds until 2099-01-01 00:00:00 UTC" in text
    assert "T-9" in text
    assert text.count("✓ decides") == 1


def test_what_the_rules_accept_may_be_no_bid(scene: Lot) -> None:
    over = {"status": "bid", "bid": "42.5", "expires_at": "2001-01-01T00:00:00Z"}
    for body, why in ((over, "bid_expired"), ({"status": "bid", "bid": "call us"}, "no_price")):
        text = html(member(scene.world).post(url(scene), {"status": "200", "body": json.dumps(body)}))
        assert "✕ No bid" in text
        assert why in text


def test_a_stored_answer_is_judged_with_personal_data_masked(scene: Lot) -> None:
    row = answered(scene, {"status": "no_bid", "reason": f"{EMAIL} is known"}, "no_bid")
    client = member(scene.world, Role.VIEWER)
    assert row.ping.public_id in html(client.get(url(scene)))
    text = html(client.get(url(scene), {"call": row.pk}))
    assert "✕ No bid" in text
    assert "is known" in text
    assert EMAIL not in text


def test_edited_rules_are_tried_on_the_last_answers_and_nothing_is_written(scene: Lot) -> None:
    row = answered(scene, {"status": "bid", "bid": "42.126", "cpl": 50}, exclusive="42.126")
    late = answered(scene, {"status": "bid", "bid": "9"}, "late", exclusive="9")
    client, endpoint = member(scene.world), scene.orders[DENVER].endpoint
    assert "<strong>0</strong> of 2 answers" in html(client.get(url(scene), {"last": 1}))
    first, second = PING_RULES
    response_rules_set(endpoint, rows=({**first, "price_path": "cpl"}, second), phase="ping", by=None)
    text = html(client.get(url(scene), {"last": 1}))
    assert "<strong>2</strong> of 2 answers" in text
    assert "42.126" in text
    assert "50" in text
    assert "▲ Late" in text
    row.refresh_from_db()
    late.refresh_from_db()
    assert (row.status, late.status) == ("bid", "late")


def test_an_erased_person_is_left_out(scene: Lot) -> None:
    row = answered(scene, {"status": "bid", "bid": "42"}, exclusive="42")
    Ping.objects.update(wrapped_key=None)
    client = member(scene.world)
    assert "1 could not be read again" in html(client.get(url(scene), {"last": 1}))
    assert "Nothing is kept of this answer" in html(client.get(url(scene), {"call": row.pk}))


def test_who_is_not_pinged_and_other_companies_have_no_such_page(scene: Lot) -> None:
    row = answered(scene, {"status": "bid", "bid": "42"}, exclusive="42")
    client = member(scene.world)
    for call in (str(row.pk + 1), "x", "9" * 40):
        assert client.get(url(scene), {"call": call}).status_code == 404
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    assert stranger.get(url(scene)).status_code in (302, 403, 404)
    Endpoint.objects.update(ping_url="")
    assert client.get(url(scene)).status_code == 404
