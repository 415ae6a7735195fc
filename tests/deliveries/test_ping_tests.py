"""Test Endpoint asks for a bid: the ping as it is saved, how the rules read the bid, and whether it came in time."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from apps.buyers.models import Endpoint
from apps.buyers.services import mappings_set, response_rules_set
from apps.campaigns.models import Field
from apps.companies.models import AuditEvent
from apps.deliveries.models import EndpointTest
from apps.deliveries.services import endpoint_test
from apps.simulator.running import Running
from tests.core.http.servers import Connection, serving
from tests.deliveries.market import market
from tests.deliveries.test_endpoint_tests import answers, nothing_counted, told
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
BID = {"status": "bid", "bid": 14.5, "shared_bid": 6, "promise": "T-9", "expires_at": "2030-01-01T00:00:00Z"}
RULES = (
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "bid", "price_path": "bid",
     "shared_price_path": "shared_bid", "promise_path": "promise", "expiry_path": "expires_at"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "no_bid", "reason_path": "reason"},
)  # fmt: skip


@pytest.fixture
def endpoint(simulator: Running) -> Endpoint:
    made = market(simulator, ["accept"]).endpoint(0)
    rows = [
        {"target": "zip", "source": "zip"},
        {"target": "hash", "source": "phone", "value_format": "sha256"},
    ]
    mappings_set(made, rows=rows, phase="ping", by=None)
    response_rules_set(made, rows=RULES, phase="ping", by=None)
    return made


def asked(
    endpoint: Endpoint, handle: Callable[[Connection], None], **changes: Any
) -> tuple[EndpointTest, list[bytes]]:
    with serving(handle) as server:
        values = {"ping_url": server.url("/ping"), "ping_timeout_ms": 5000} | changes
        Endpoint.objects.filter(pk=endpoint.pk).update(**values)
        test = endpoint_test(Endpoint.objects.get(pk=endpoint.pk), by=UserFactory(), phase="ping")
        return test, list(server.requests)


def test_a_bid_is_told_with_all_that_was_read(endpoint: Endpoint) -> None:
    test, (request,) = asked(endpoint, answers(200, BID))
    lines = told(test)
    assert (test.passed, test.outcome, test.phase) == (True, "accepted", "ping"), test.lines
    assert lines["Bid"]["told"] == (
        "14.5 for the lead alone; 6 for a shared lead; the post sends back “T-9”; it holds until 2030-01-01T00:00:00Z."
    )
    assert lines["In time"]["told"] == "A bid counts within 5,000 ms."
    assert request.startswith(b"POST /ping ")
    assert b"first_name" not in request
    assert b'"zip"' in request
    assert b'"hash"' not in request
    assert "“hash” (phone)" in lines["Fields"]["told"]
    assert nothing_counted()
    assert AuditEvent.objects.latest("pk").summary.startswith("Ping of “")


def test_what_is_required_on_pings_is_sent(endpoint: Endpoint) -> None:
    Field.objects.filter(name="phone").update(required_on_ping=True)
    test, (request,) = asked(endpoint, answers(200, BID))
    assert b'"hash"' in request
    assert "Fields" not in told(test)


def test_no_bid_is_an_answer(endpoint: Endpoint) -> None:
    test, _ = asked(endpoint, answers(200, {"status": "no_bid", "reason": "Not in our counties"}))
    assert test.passed, test.lines
    assert told(test)["Bid"]["told"] == "None: Not in our counties."


@pytest.mark.parametrize(
    "bid", [{"status": "bid"}, {"status": "bid", "bid": "call us"}, {"status": "bid", "bid": 0}]
)
def test_a_bid_without_a_price_is_none(endpoint: Endpoint, bid: dict) -> None:
    test, _ = asked(endpoint, answers(200, bid))
    assert not test.passed
    assert "a bid is a price" in told(test)["Bid"]["told"]


def test_a_late_bid_is_read_and_told_to_be_late(endpoint: Endpoint) -> None:
    answer = answers(200, BID)

    def slow(connection: Connection) -> None:
        time.sleep(0.2)
        answer(connection)

    test, _ = asked(endpoint, slow, ping_timeout_ms=50)
    lines = told(test)
    assert not test.passed
    assert lines["Bid"]["passed"]
    assert "a bid counts within 50 ms: it would be late and unused." in lines["In time"]["told"]


def test_who_has_no_ping_url_is_not_asked(endpoint: Endpoint) -> None:
    test = endpoint_test(Endpoint.objects.get(pk=endpoint.pk), by=None, phase="ping")
    assert (test.passed, test.outcome) == (False, "")
    assert told(test) == {
        "Ping": {
            "step": "Ping",
            "told": "The endpoint has no ping URL: nobody can be asked.",
            "passed": False,
        }
    }
