"""F33: an OAuth buyer whose token has ended, whose token server is down, who refuses a token once. One refresh at a
time among all processes, no lead lost, somebody told.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.buyers.models import Endpoint
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, EndpointBreaker, EndpointToken
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, stands
from tests.faults.harness.checker import check
from tests.faults.harness.processes import draining, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CLIENT, SECRET = "sluice", "sluice-secret"


def oauth_market(
    simulator: Running, *others: str, server: str = "", buyer: str = "bearer", **auth: Any
) -> Market:
    """A first buyer behind OAuth, whose token server behaves as `server` says; further ones without."""
    scene = market(simulator, [buyer, *others], endpoint={"retries": 1})
    settings = {
        "auth_kind": "oauth2",
        "auth_name": CLIENT,
        "auth_secret": SECRET,
        "token_url": simulator.buyer("buyer0", "token", server),
        **auth,
    }
    endpoint = Endpoint.objects.get(pk=scene.endpoint(0).pk)
    for name, value in settings.items():
        setattr(endpoint, name, value)
    endpoint.save()
    scene.world.publish()
    scene.world.version.refresh_from_db()
    return scene


def asked(simulator: Running, behaviour: str) -> int:
    return sum(one.behaviour == behaviour for one in simulator.requests)


def over(**at: datetime) -> None:
    """The stored token ended a while ago."""
    past = datetime.now(UTC) - timedelta(hours=1)
    EndpointToken.objects.update(**{"obtained_at": past - timedelta(hours=1), "expires_at": past, **at})


def all_done() -> bool:
    return not Delivery.objects.filter(status="pending").exists()


@pytest.mark.parametrize("client_auth", ["basic", "body"])
def test_f33_the_first_lead_fetches_a_token_and_is_sold(simulator: Running, client_auth: str) -> None:
    scene = oauth_market(simulator, server=f"by={client_auth}", client_auth=client_auth)
    delivery = scene.lead()
    services.drain()
    assert (outcomes(delivery), stands(delivery)) == (["accepted"], ("sold", "sold"))
    assert asked(simulator, "token") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM deliveries_endpointtoken")
        stored = cursor.fetchone()[0]
    held = EndpointToken.objects.get()
    assert held.token.startswith("sim.1.")
    assert held.token not in stored
    assert (held.failures, held.error, held.refreshing_until) == (0, "", None)
    assert held.expires_at - held.obtained_at > timedelta(seconds=3500)


def test_f33_one_refresh_among_processes_when_it_has_ended(simulator: Running, signs: Path) -> None:
    """Twenty leads, three processes and a token that has ended: the server is asked once, and nobody is refused."""
    scene = oauth_market(simulator, server="ms=500")
    services.tokens_renew()
    over()
    deliveries = scene.leads(20)
    with draining(signs, count=3):
        assert wait_until(all_done)
    assert asked(simulator, "token") == 2
    assert Sale.objects.count() == 20
    assert all(outcomes(one) == ["accepted"] for one in deliveries)
    assert check([one.lead_id for one in deliveries]).clean


def test_f33_renewed_before_it_ends_while_leads_go_on_with_it(simulator: Running) -> None:
    scene = oauth_market(simulator)
    services.tokens_renew()
    now = datetime.now(UTC)
    over(obtained_at=now - timedelta(seconds=3300), expires_at=now + timedelta(seconds=300))
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["accepted"]
    assert wait_until(lambda: EndpointToken.objects.get().token.startswith("sim.2."))
    assert services.tokens_renew() == 0


def test_f33_token_server_down_the_lead_is_tried_again_then_goes_round(
    simulator: Running, caplog: pytest.LogCaptureFixture
) -> None:
    scene = oauth_market(simulator, "accept", server="status=503")
    with caplog.at_level(logging.ERROR):
        delivery = scene.lead()
        services.drain()
        assert outcomes(delivery) == ["retryable"]
        assert stands(delivery) == ("pending", "in_flight")
        due_now(delivery)
        services.drain()
    assert outcomes(delivery) == ["retryable", "retryable", "accepted"]
    assert stands(delivery) == ("sold", "sold")
    attempts = Attempt.objects.filter(delivery=delivery).order_by("id")[:2]
    assert {(one.error, one.reason, one.http_status) for one in attempts} == {
        ("token_error", "token_error", None)
    }
    assert asked(simulator, "bearer") == 0
    assert not EndpointBreaker.objects.filter(endpoint_id=scene.endpoint(0).pk).exists()
    told = [one for one in caplog.records if one.message == "token_not_obtained"]
    assert told
    assert told[0].error_code == "temporarily_unavailable"
    assert SECRET not in caplog.text
    assert EndpointToken.objects.get().error == "temporarily_unavailable"
    assert check([delivery.lead_id]).clean


def test_f33_token_server_hangs_and_other_buyers_do_not_wait(simulator: Running) -> None:
    scene = oauth_market(simulator)
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(token_url=simulator.buyer("buyer0", "hang"))
    scene.world.publish()
    scene.world.version.refresh_from_db()
    stuck = scene.leads(5)
    other = market(simulator, ["accept"])
    fine = other.leads(5)
    services.drain(for_s=2)
    assert {stands(one)[0] for one in fine} == {"sold"}
    assert {stands(one)[0] for one in stuck} == {"pending"}
    assert asked(simulator, "hang") == 1
    assert not Attempt.objects.filter(delivery__in=stuck).exists()


def test_f33_refused_once_it_is_sent_again_with_a_new_token_at_once(simulator: Running) -> None:
    """The buyer takes only the second token: one forced fetch for ten leads, each sent twice, all sold."""
    scene = oauth_market(simulator, buyer="bearer?from=2")
    services.tokens_renew()
    deliveries = scene.leads(10)
    services.drain()
    assert all(outcomes(one) == ["retryable", "accepted"] for one in deliveries)
    assert set(Attempt.objects.filter(outcome="retryable").values_list("reason", flat=True)) == {
        "token_refused"
    }
    assert asked(simulator, "token") == 2
    assert not EndpointBreaker.objects.filter(opened_at__isnull=False).exists()
    assert check([one.lead_id for one in deliveries]).clean


def test_f33_refused_twice_the_next_buyer_gets_it(simulator: Running) -> None:
    scene = oauth_market(simulator, "accept", buyer="bearer?from=100")
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["retryable", "failed", "accepted"]
    assert stands(delivery) == ("sold", "sold")


def test_f33_another_secret_needs_another_token(simulator: Running) -> None:
    scene = oauth_market(simulator, server="secret=other")
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["retryable"]
    assert EndpointToken.objects.get().error == "invalid_client"
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(auth_secret="other")
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]


def test_f33_inline_waits_for_the_token_within_its_time(simulator: Running) -> None:
    scene = oauth_market(simulator, server="ms=200")
    state = services.deliver_now(scene.lead().pk, deadline_ms=8000)
    assert state.status == "sold"
    assert asked(simulator, "token") == 1
