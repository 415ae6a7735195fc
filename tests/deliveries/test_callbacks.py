"""Results of leads that were answered 202, posted to the source."""

import json

import pytest

from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, SourceCallback
from apps.deliveries.services.journey import callbacks
from apps.engine.orders import ResponseRule
from apps.simulator.running import Running
from tests.deliveries.market import Market, market

pytestmark = pytest.mark.django_db(transaction=True)


def expected(scene: Market, lead_id: int, behaviour: str = "accept") -> str:
    url = scene.simulator.buyer("source", behaviour)
    services.callback_expect(lead_id, company_id=scene.world.company.pk, url=url)
    return url


def told(simulator: Running) -> list[dict]:
    return [json.loads(received.body) for received in simulator.requests if received.buyer == "source"]


def test_the_result_is_posted_once_it_is_known(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=20"], terms={"payout_kind": "percent", "payout_amount": "50"})
    delivery = scene.lead()
    expected(scene, delivery.lead_id)
    assert services.callbacks_send() == 0
    services.drain()
    assert services.callbacks_send() == 1
    (body,) = told(simulator)
    assert (body["leadStatus"], body["price"], body["event"]) == (True, 10.0, "result")
    assert SourceCallback.objects.get().status == "done"
    assert services.callbacks_send() == 0


def test_a_result_that_came_before_the_202_was_out_is_not_missed(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    delivery = scene.lead()
    services.drain()
    expected(scene, delivery.lead_id)
    assert services.callbacks_send() == 1
    (body,) = told(simulator)
    assert (body["leadStatus"], body["message"]) == (False, "Buyer rejected")


def test_a_source_that_does_not_take_it_is_asked_again_and_in_the_end_given_up(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivery = scene.lead()
    expected(scene, delivery.lead_id, "error")
    services.drain()
    for tries in range(1, 8):
        SourceCallback.objects.filter(status="pending").update(next_attempt_at=delivery.created_at)
        assert services.callbacks_send() == 1
        callback = SourceCallback.objects.get()
        assert callback.tries == tries
        assert callback.last_error == "http_500"
    assert callback.status == "failed"
    assert callback.next_attempt_at is None


def test_a_held_lead_has_no_result_yet(simulator: Running) -> None:
    scene = market(simulator, ["garbage?kind=json"])
    delivery = scene.lead()
    expected(scene, delivery.lead_id)
    services.drain()
    assert services.callbacks_send() == 0
    services.resolve_unknown(delivery, accepted=False, by=scene.world.user)
    assert services.callbacks_send() == 1


SOLD = (ResponseRule("accepted", price_path="price"),)
REFUSED = (ResponseRule("rejected", reason_path="status"),)


def answered_by_buyers(simulator: Running, behaviour: str = "accept?price=20", *, url: bool = True) -> Market:
    terms = {"payout_kind": "percent", "payout_amount": "50"}
    if url:
        terms["callback_url"] = simulator.buyer("source", "accept")
    return market(simulator, [behaviour], campaign={"answer_mode": "buyer"}, terms=terms)


def read_again(scene: Market, delivery: Delivery, rules: tuple[ResponseRule, ...]) -> None:
    attempt = Attempt.objects.filter(delivery=delivery).latest("id")
    services.reclassify(attempt, rules, by=scene.world.user)


def test_a_source_that_was_called_about_a_sale_that_was_none_is_called_again(simulator: Running) -> None:
    scene = answered_by_buyers(simulator, url=False)
    delivery = scene.lead()
    expected(scene, delivery.lead_id)
    services.drain()
    services.callbacks_send()
    read_again(scene, delivery, REFUSED)
    assert services.callbacks_send() == 1
    result, correction = told(simulator)
    assert (result["event"], result["leadStatus"], result["price"]) == ("result", True, 10.0)
    assert (correction["event"], correction["leadStatus"], correction["price"]) == ("correction", False, 0.0)
    assert correction["message"] == "Buyer rejected"
    assert correction["lead_id"] == result["lead_id"]
    keys = [one.key for one in simulator.requests if one.buyer == "source"]
    assert len(set(keys)) == 2
    assert services.callbacks_send() == 0


def test_a_source_that_was_answered_at_once_is_called_where_its_terms_say(simulator: Running) -> None:
    scene = answered_by_buyers(simulator)
    delivery = scene.lead()
    assert services.deliver_now(delivery.pk, deadline_ms=5000).status == "sold"
    assert services.callbacks_send() == 0
    read_again(scene, delivery, REFUSED)
    assert services.callbacks_send() == 1
    (correction,) = told(simulator)
    assert (correction["event"], correction["leadStatus"]) == ("correction", False)


def test_there_and_back_each_correction_is_told(simulator: Running) -> None:
    scene = answered_by_buyers(simulator)
    delivery = scene.lead()
    services.drain()
    for rules, sold in ((REFUSED, False), (SOLD, True), (REFUSED, False)):
        read_again(scene, delivery, rules)
        assert services.callbacks_send() == 1
        assert told(simulator)[-1]["leadStatus"] is sold
    assert set(SourceCallback.objects.values_list("event", "status")) == {("correction", "done")}


def test_a_result_that_has_not_left_yet_tells_the_right_one_and_nothing_is_corrected(
    simulator: Running,
) -> None:
    scene = answered_by_buyers(simulator)
    delivery = scene.lead()
    expected(scene, delivery.lead_id)
    services.drain()
    read_again(scene, delivery, REFUSED)
    assert services.callbacks_send() == 1
    (body,) = told(simulator)
    assert (body["event"], body["leadStatus"]) == ("result", False)


def test_a_result_that_may_be_on_its_way_is_corrected(simulator: Running) -> None:
    scene = answered_by_buyers(simulator)
    delivery = scene.lead()
    expected(scene, delivery.lead_id)
    services.drain()
    SourceCallback.objects.update(next_attempt_at=now() + callbacks._LEASE)
    read_again(scene, delivery, REFUSED)
    assert services.callbacks_send() == 1
    assert [body["event"] for body in told(simulator)] == ["correction"]


@pytest.mark.parametrize("why", ["acceptance", "no_url", "by_hand"])
def test_who_was_not_told_what_buyers_said_is_not_told_otherwise(simulator: Running, why: str) -> None:
    scene = answered_by_buyers(simulator, "reject" if why == "by_hand" else "accept", url=why != "no_url")
    if why == "acceptance":
        type(scene.world.campaign).objects.filter(pk=scene.world.campaign.pk).update(answer_mode="acceptance")
        scene.world.publish()
        scene.world.version.refresh_from_db()
    delivery = scene.lead()
    services.drain()
    if why == "by_hand":
        endpoint = scene.endpoint(0)
        type(endpoint).objects.filter(pk=endpoint.pk).update(url=simulator.buyer("buyer0", "accept"))
        scene.world.publish()
        delivery = services.redeliver(delivery, by=scene.world.user)
        services.drain()
    assert Attempt.objects.latest("id").outcome == "accepted"
    read_again(scene, delivery, REFUSED)
    assert not SourceCallback.objects.exists()
    assert services.callbacks_send() == 0


def test_a_refused_correction_tells_nobody(simulator: Running) -> None:
    scene = answered_by_buyers(simulator)
    delivery = scene.lead()
    services.drain()
    with pytest.raises(ApplicationError):
        read_again(scene, delivery, ())
    assert not SourceCallback.objects.exists()
