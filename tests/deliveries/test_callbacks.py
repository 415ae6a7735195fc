"""Results of leads that were answered 202, posted to the source."""

import json

import pytest

from apps.deliveries import services
from apps.deliveries.models import SourceCallback
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
    assert (body["leadStatus"], body["price"]) == (True, 10.0)
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
