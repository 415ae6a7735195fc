"""A lead's way through its orders: real rows, real buyers over real sockets."""

import json
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.buyers.services import mappings_set, order_set_active
from apps.core.crypto import unwrap
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.attempt.records import open_request, open_response
from apps.deliveries.services.journey import draining
from apps.leads.choices import EventKind
from apps.leads.models import Lead, LeadEvent
from apps.ledger.models import Entry, Sale
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market, outcomes, sales, stands
from tests.faults.harness.processes import wait_until
from tests.intake.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_sold_to_the_first(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25.00", "accept"])
    delivery = scene.lead(first_name="Zoë")
    report = services.drain()
    assert (report.claimed, report.sent, report.settled, report.failed) == (1, 1, 1, 0)
    assert stands(delivery) == ("sold", "sold")
    assert sales(delivery) == [(scene.orders[0].pk, "25.00", "0.00")]
    (received,) = simulator.requests
    body = json.loads(received.body)
    assert body["first_name"] == "Zoë"
    assert body["phone"].isdigit()
    assert body["lead_id"] == Lead.objects.get().public_id
    assert received.key == f"{delivery.public_id}-{scene.orders[0].pk}"


def test_the_attempt_is_on_record_with_what_went_and_came(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25.00"])
    delivery = scene.lead(email="secret.person@example.com")
    services.drain()
    attempt = Attempt.objects.get()
    key = unwrap(Lead.objects.get().wrapped_key)
    assert "secret.person@example.com" in open_request(key, attempt)["body"]
    assert json.loads(open_response(key, attempt)["body"])["status"] == "accepted"
    assert b"secret.person" not in bytes(attempt.sealed_request)
    assert (attempt.http_status, attempt.outcome, attempt.price) == (200, "accepted", Decimal("25.00"))
    assert {"assembly_ms", "wait_ms", "parse_ms", "total_ms"} <= attempt.timings.keys()
    assert ["email", "field", "email", ""] in attempt.fields
    assert attempt.delivery_id == delivery.pk


def test_falls_through_the_waterfall_and_says_why(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=Outside+territory", "duplicate", "accept?price=12.50"])
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["rejected", "duplicate", "accepted"]
    assert stands(delivery) == ("sold", "sold")
    assert Sale.objects.get().recovered
    events = list(LeadEvent.objects.order_by("id").values_list("kind", "data"))
    assert [kind for kind, _ in events] == ["considered", *["attempted"] * 3, "sold"]
    assert [line["verdict"] for line in events[0][1]["orders"]] == ["in_line"] * 3
    assert events[1][1]["reason"] == "Outside territory"


def test_nobody_buys(simulator: Running) -> None:
    scene = market(simulator, ["reject", "reject"])
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    delivery.refresh_from_db()
    assert delivery.reason == "buyer_rejected"
    assert delivery.finished_at is not None
    assert delivery.leased_until is None
    assert not Sale.objects.exists()


def test_a_paused_order_is_passed_over_at_once(simulator: Running) -> None:
    scene = market(simulator, ["accept", "accept"])
    order_set_active(scene.orders[0], active=False, by=None)
    delivery = scene.lead()
    services.drain()
    assert [one for one, _, _ in sales(delivery)] == [scene.orders[1].pk]
    considered = LeadEvent.objects.get(kind=EventKind.CONSIDERED).data["orders"]
    assert {line["name"]: line["verdict"] for line in considered} == {
        scene.orders[0].name: "paused",
        scene.orders[1].name: "in_line",
    }


def test_a_server_error_is_tried_again_by_schedule_with_the_same_key(simulator: Running) -> None:
    scene = market(simulator, ["flaky?failures=2", "accept"])
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["retryable"]
    delivery.refresh_from_db()
    wait = (delivery.next_attempt_at - datetime.now(UTC)).total_seconds()
    assert 0.6 < wait < 2.5
    assert (delivery.status, delivery.claims, delivery.leased_until) == ("pending", 0, None)
    assert services.drain().claimed == 0
    due_now(delivery)
    services.drain()
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "retryable", "accepted"]
    assert len({received.key for received in simulator.requests}) == 1
    assert [one for one, _, _ in sales(delivery)] == [scene.orders[0].pk]


def test_after_the_last_retry_the_next_order_has_its_turn(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept"], endpoint={"retries": 1})
    delivery = scene.lead()
    services.drain()
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "retryable", "accepted"]
    assert len({received.key for received in simulator.requests}) == 2


def test_an_order_whose_payload_cannot_be_built_is_passed_without_sending(simulator: Running) -> None:
    scene = market(simulator, ["accept", "accept"])
    mappings_set(scene.endpoint(0), rows=[{"target": "x", "source": "city", "on_empty": "fail"}], by=None)
    scene.world.publish()
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["failed", "accepted"]
    first = Attempt.objects.order_by("id").first()
    assert (first.error, first.error_detail) == ("unbuildable", "x is empty and the buyer needs it")
    assert len(simulator.requests) == 1


def test_money_is_in_the_ledger_to_the_cent(simulator: Running) -> None:

    scene = market(simulator, ["price?price=12.345"], terms={"payout_kind": "percent", "payout_amount": "70"})
    delivery = scene.lead()
    services.drain()
    assert sales(delivery) == [(scene.orders[0].pk, "12.34", "8.64")]
    assert sum(Entry.objects.values_list("amount", flat=True)) == 0
    lead = Lead.objects.get()
    assert (lead.price, lead.payout) == (Decimal("12.34"), Decimal("8.64"))


def test_shared_leads_are_sold_to_several_buyers_but_paid_for_once(simulator: Running) -> None:
    scene = market(
        simulator,
        ["accept?price=10", "reject", "accept?price=8", "accept?price=5"],
        campaign={"max_buyers": 2},
        group={"max_buyers": 2},
        terms={"payout_amount": "6"},
    )
    delivery = scene.lead()
    services.drain()
    assert sales(delivery) == [(scene.orders[0].pk, "10.00", "6.00"), (scene.orders[2].pk, "8.00", "0.00")]
    assert stands(delivery) == ("sold", "sold")


def test_many_at_once_each_once(simulator: Running) -> None:
    scene = market(simulator, ["mixed?accept=60&reject=40", "accept"])
    deliveries = scene.leads(150)
    services.drain()
    assert {stands(delivery) for delivery in deliveries} == {("sold", "sold")}
    assert Sale.objects.count() == 150
    keys = [received.key for received in simulator.requests]
    assert len(keys) == len(set(keys))


def test_past_its_time_a_drain_goes_on_for_others_while_a_buyer_hangs(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lead comes when the drain's time is over, and is sold before the hanging request has come to its end; another
    one for the buyer that hangs is left to the next drain."""
    monkeypatch.setattr(draining, "HANGS_S", 0.2)
    hanging = market(simulator, ["hang"], endpoint={"timeout_ms": 4000})
    healthy = market(simulator, ["accept"])
    stuck = hanging.lead()

    def come_late() -> list[Delivery]:
        assert wait_until(lambda: Attempt.objects.filter(delivery=stuck).exists())
        time.sleep(1.2)
        return [healthy.lead(), hanging.lead()]

    _, (late, next_one) = at_once([lambda: draining.Drain().run(for_s=1.0), come_late])
    sold, given_up = (Attempt.objects.get(delivery=one) for one in (late, stuck))
    assert (sold.outcome, given_up.outcome) == ("accepted", "unknown")
    assert sold.finished_at < given_up.finished_at
    assert not Attempt.objects.filter(delivery=next_one).exists()
    assert stands(next_one) == ("pending", "in_flight")


def test_who_found_no_place_here_is_waited_for(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long they step back: nobody else may come to drain."""
    monkeypatch.setattr(draining, "STAY_FOR_S", 0.1)
    deliveries = market(simulator, ["slow?ms=400"]).leads(5)
    draining.Drain(per_endpoint=2).run(for_s=10)
    assert {stands(delivery) for delivery in deliveries} == {("sold", "sold")}


def test_a_test_lead_or_an_erased_one_is_never_sent(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    test, erased = scene.lead(), scene.lead()
    Lead.objects.filter(pk=test.lead_id).update(is_test=True)
    Lead.objects.filter(pk=erased.lead_id).update(wrapped_key=None)
    services.drain()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled"}
    assert simulator.requests == []


def test_nothing_due_nothing_done(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivery = scene.lead()
    Delivery.objects.update(next_attempt_at=datetime.now(UTC) + timedelta(minutes=1))
    assert services.drain().claimed == 0
    assert stands(delivery) == ("pending", "in_flight")
    assert simulator.requests == []


def test_words_that_cannot_be_stored_do_no_harm(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=a%00b%F0%9F%98%80c", "accept"])
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert Attempt.objects.order_by("id").first().reason == "a b😀c"


def test_an_answer_that_never_comes_back_from_the_door_is_unknown(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = market(simulator, ["accept"], endpoint={"timeout_ms": 100})
    monkeypatch.setattr(draining, "ANSWER_GRACE_S", 0.1)
    monkeypatch.setattr(draining.transports, "start", lambda requests, done: None)
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert stands(delivery) == ("held", "held")


def test_when_its_time_is_over_the_next_step_is_left_to_the_next_drain(simulator: Running) -> None:
    scene = market(simulator, ["reject?ms=400", "accept"])
    delivery = scene.lead()
    report = services.drain(for_s=0.2)
    assert report.more
    assert outcomes(delivery) == ["rejected"]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.claims, delivery.leased_until) == ("pending", 0, None)
    services.drain()
    assert stands(delivery) == ("sold", "sold")


def test_a_buyer_that_names_the_person_is_quoted_without_the_name(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=We+have+Zo%C3%AB+%28secret.person%40example.com%29+already"])
    delivery = scene.lead(first_name="Zoë", email="secret.person@example.com")
    services.drain()
    attempt = Attempt.objects.get()
    told = json.dumps([attempt.reason, Delivery.objects.get(pk=delivery.pk).history], ensure_ascii=False)
    told += json.dumps(list(LeadEvent.objects.values_list("data", flat=True)), ensure_ascii=False)
    assert attempt.reason.startswith("We have •••")
    assert "Zoë" not in told
    assert "secret.person" not in told
