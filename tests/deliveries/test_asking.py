"""The policy ask: the buyer's status URL ends the doubt, or a person has to. Never a second sale."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from apps.buyers.models import Endpoint, ResponseRule
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, EndpointBreaker
from apps.engine.asking import POLICY
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, sales, stands, used
from tests.deliveries.test_order_caps import cap

pytestmark = pytest.mark.django_db(transaction=True)

STATUS_RULES = (
    {"outcome": "accepted", "path": "status", "value": "accepted", "price_path": "price", "reference_path": "id"},
    {"outcome": "rejected", "path": "status", "value": "rejected", "reason_path": "reason"},
    {"outcome": "failed", "path": "status", "value": "not_found", "statuses": "404"},
)  # fmt: skip


def asked(simulator: Running, status: str, *others: str, bought: bool = True, **options: Any) -> Market:
    """A first buyer that never answers, and can be asked. Not `bought`: it is asked under a name that got nothing."""
    name = "buyer0" if bought else "nobody"
    query = f"key={{idempotency_key}}&{status}".rstrip("&")
    url = simulator.buyer(name, "status") + "?" + query
    scene = market(simulator, ["garbage?kind=json", *others], endpoint={"timeout_ms": 150}, **options)
    ids = [order.endpoint_id for order in scene.orders]
    Endpoint.objects.filter(pk__in=ids).update(unknown_policy=POLICY, status_url=url)
    for order in scene.orders:
        for place, rule in enumerate(STATUS_RULES):
            ResponseRule.objects.create(
                endpoint=order.endpoint, phase="status", match="json_path", position=100 + place, **rule
            )
    scene.world.publish()
    scene.world.version.refresh_from_db()
    return scene


def in_doubt(scene: Market) -> Delivery:
    """A lead whose first answer was unreadable, held, with a question to come."""
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("held", "held")
    return delivery


def ask_now() -> int:
    """Let the time until the next question pass."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    Delivery.objects.filter(status="held", next_attempt_at__isnull=False).update(next_attempt_at=past)
    return services.status_ask()


def kinds(delivery: Delivery) -> list[tuple[str, str]]:
    rows = Attempt.objects.filter(delivery=delivery).order_by("id")
    return list(rows.values_list("kind", "outcome"))


def test_the_first_question_comes_after_some_seconds(simulator: Running) -> None:
    delivery = in_doubt(asked(simulator, ""))
    wait_s = (delivery.next_attempt_at - datetime.now(UTC)).total_seconds()
    assert 5 < wait_s <= 12
    assert services.status_ask() == 0


def test_it_has_bought_it_and_the_sale_is_booked_at_what_it_says(simulator: Running) -> None:
    scene = asked(simulator, "price=33.50", "accept")
    cap(scene, 0, limit=5)
    delivery = in_doubt(scene)
    assert list(used().values()) == [1]
    assert ask_now() == 1
    assert stands(delivery) == ("sold", "sold")
    assert sales(delivery) == [(scene.orders[0].pk, "33.50", "0.00")]
    assert list(used().values()) == [1]
    assert kinds(delivery) == [("sale", "accepted"), ("status", "accepted")]
    told = LeadEvent.objects.filter(kind="resolved").get().data
    assert (told["by"], told["outcome"]) == ("status URL", "accepted")
    question = simulator.requests[-1]
    assert (question.method, question.body) == ("GET", b"")
    assert question.query["key"] == simulator.requests[0].key
    assert services.status_ask() == 0


@pytest.mark.parametrize(("status", "bought"), [("say=rejected", True), ("", False)])
def test_it_has_not_and_the_next_order_has_its_turn(simulator: Running, status: str, bought: bool) -> None:
    scene = asked(simulator, status, "accept?price=9", bought=bought)
    cap(scene, 0, limit=5)
    delivery = in_doubt(scene)
    ask_now()
    assert stands(delivery)[0] == "pending"
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert sales(delivery) == [(scene.orders[1].pk, "9.00", "0.00")]
    assert list(used().values()) == [0]


def test_no_answer_yet_is_asked_again_later_and_nobody_else_gets_it(simulator: Running) -> None:
    scene = asked(simulator, "pending=2", "accept")
    delivery = in_doubt(scene)
    ask_now()
    delivery.refresh_from_db()
    assert stands(delivery) == ("held", "held")
    assert 40 < (delivery.next_attempt_at - datetime.now(UTC)).total_seconds() <= 72
    services.drain()
    assert "buyer1" not in {one.buyer for one in simulator.requests}
    ask_now()
    ask_now()
    assert stands(delivery) == ("sold", "sold")
    assert Sale.objects.count() == 1


def test_after_the_last_question_it_waits_for_a_person(simulator: Running) -> None:
    delivery = in_doubt(asked(simulator, "pending=1000"))
    rounds = 0
    while ask_now():
        rounds += 1
    assert rounds == 6
    delivery.refresh_from_db()
    assert (delivery.status, delivery.next_attempt_at) == ("held", None)
    services.resolve_unknown(delivery, accepted=True, by=None)
    assert stands(delivery) == ("sold", "sold")


def test_asked_by_many_at_once_one_question_goes_and_one_sale_is_booked(simulator: Running) -> None:
    delivery = in_doubt(asked(simulator, "ms=50"))
    past = datetime.now(UTC) - timedelta(seconds=1)
    Delivery.objects.filter(status="held").update(next_attempt_at=past)
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        try:
            services.status_ask()
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.behaviour for one in simulator.requests].count("status") == 1
    assert Sale.objects.count() == 1
    assert stands(delivery) == ("sold", "sold")


def test_a_person_is_quicker_than_the_answer(simulator: Running) -> None:
    scene = asked(simulator, "ms=400", "accept?price=9")
    delivery = in_doubt(scene)
    asker = threading.Thread(target=lambda: (ask_now(), connection.close()))
    asker.start()
    assert simulator.wait_for(2)
    services.resolve_unknown(delivery, accepted=False, by=None)
    asker.join()
    services.drain()
    assert sales(delivery) == [(scene.orders[1].pk, "9.00", "0.00")]
    assert Sale.objects.count() == 1


def test_a_status_url_that_fails_rests_and_the_endpoint_does_not(simulator: Running) -> None:
    scene = asked(simulator, "status=503")
    endpoint = scene.endpoint(0)
    type(endpoint).objects.update(status_url=simulator.buyer("buyer0", "error") + "?status=503")
    scene.world.publish()
    scene.world.version.refresh_from_db()
    for _ in range(10):
        delivery = in_doubt(scene)
        ask_now()
        services.resolve_unknown(delivery, accepted=False, by=None)
        EndpointBreaker.objects.filter(phase="post").delete()
    opened = set(EndpointBreaker.objects.filter(opened_at__isnull=False).values_list("phase", flat=True))
    assert opened == {"status"}
    delivery, before = in_doubt(scene), len(simulator.requests)
    assert ask_now() == 0
    assert len(simulator.requests) == before
    delivery.refresh_from_db()
    assert delivery.next_attempt_at > datetime.now(UTC) + timedelta(seconds=30)
