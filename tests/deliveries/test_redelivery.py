"""Sending leads again: what need not be heeded, many in batches, and those that ended their process."""

from datetime import time, timedelta

import pytest

from apps.buyers.models import OrderWindow
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, PersonOffer, Redelivery
from apps.deliveries.services.corrections import redelivery
from apps.deliveries.services.journey import claims
from apps.deliveries.services.journey.starting import start
from apps.leads.models import Lead, LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands, used
from tests.deliveries.test_buyer_duplicates import ANN, bought
from tests.deliveries.test_order_caps import cap
from tests.intake.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def lead_of(delivery: Delivery) -> Lead:
    return Lead.objects.get(pk=delivery.lead_id)


def again(scene: Market, delivery: Delivery, *ignores: str) -> Delivery:
    made = services.redeliver(delivery, by=scene.world.user, ignores=ignores, note="The buyer asked for it")
    services.drain()
    return made


def closed_full_and_known(simulator: Running) -> tuple[Market, Delivery]:
    """A lead that its only order does not take: it is closed, its cap is full, and it has bought the person."""
    scene = market(simulator, ["accept"], orders=[{"duplicate_days": 30, "time_zone": "UTC"}])
    bought(scene, scene.lead(**ANN), days_ago=3)
    OrderWindow.objects.create(
        order=scene.orders[0],
        weekday=(now() + timedelta(days=2)).weekday(),
        opens=time(9),
        closes=time(17),
    )
    cap(scene, 0, limit=0)
    delivery = scene.lead(**ANN)
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    return scene, delivery


@pytest.mark.parametrize("left_out", ["hours", "caps", "duplicates"])
def test_every_switch_is_needed(simulator: Running, left_out: str) -> None:
    scene, delivery = closed_full_and_known(simulator)
    made = again(scene, delivery, *({"hours", "caps", "duplicates"} - {left_out}))
    assert stands(made) == ("unsold", "unsold")
    assert simulator.requests == []


def test_with_all_switches_it_is_sold_counted_and_on_record(simulator: Running) -> None:
    scene, delivery = closed_full_and_known(simulator)
    made = again(scene, delivery, "hours", "caps", "duplicates")
    assert stands(made) == ("sold", "sold")
    assert list(used().values()) == [1], "what is sold past a cap is counted all the same"
    event = AuditEvent.objects.get(action="delivery.redelivered")
    assert event.data["note"] == "The buyer asked for it"
    assert event.data["ignores"] == ["caps", "duplicates", "hours"]
    assert "note" not in LeadEvent.objects.get(kind="redelivered").data


def test_a_switch_that_is_none_is_refused(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    delivery = scene.lead()
    services.drain()
    with pytest.raises(ApplicationError):
        services.redeliver(delivery, by=scene.world.user, ignores=["pauses"])
    assert Delivery.objects.count() == 1


def test_prospects_are_counted(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    unsold, sold, under_way = scene.leads(3)
    services.drain()
    Lead.objects.filter(pk=sold.lead_id).update(status="sold")
    Delivery.objects.filter(pk=under_way.pk).update(status="pending")
    never = scene.lead()
    Delivery.objects.filter(pk=never.pk).delete()
    Lead.objects.filter(pk=never.lead_id).update(status="rejected")
    found = services.prospects([one.lead_id for one in (unsold, sold, under_way, never)])
    assert found == redelivery.Prospects((unsold.lead_id,), sold=1, under_way=1, others=1)


def test_many_go_in_batches_each_once_whoever_works(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "AT_ONCE", 3)
    monkeypatch.setattr(redelivery, "wake_redelivery", lambda: None)
    scene = market(simulator, ["reject"])
    deliveries = scene.leads(8)
    services.drain()
    chosen = [lead_of(one) for one in deliveries]
    (job,) = services.redeliver_many(chosen, by=scene.world.user, note="New hours", ignores=["hours"])
    Lead.objects.filter(pk=chosen[4].pk).update(status="sold")
    at_once([services.redeliveries_go_on] * 3)
    while services.redeliveries_go_on():
        pass
    job.refresh_from_db()
    assert (job.done, job.sent) == (8, 7)
    assert job.finished_at is not None
    made = Delivery.objects.filter(status="pending")
    assert sorted(made.values_list("lead_id", flat=True)) == sorted(
        lead.pk for lead in chosen if lead.pk != chosen[4].pk
    )
    assert {tuple(one.ignores) for one in made} == {("hours",)}
    assert services.redeliveries_go_on() == 0


def test_too_many_are_refused_before_anything_is_written(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "MOST", 1)
    scene = market(simulator, ["reject"])
    chosen = [lead_of(one) for one in scene.leads(2)]
    with pytest.raises(ApplicationError):
        services.redeliver_many(chosen, by=scene.world.user)
    assert not Redelivery.objects.exists()


def quarantined(simulator: Running, policy: str, *, called: bool) -> tuple[Market, Delivery]:
    """A delivery that ended its process three times; `called` when a call was going out the last time."""
    scene = market(simulator, ["accept", "accept"], endpoint={"unknown_policy": policy})
    delivery = scene.lead()
    claimed = claims.claim(10)
    if called:
        assert start(claimed).sending
    Delivery.objects.update(claims=claims.MAX_CLAIMS, leased_until=now() - timedelta(seconds=1))
    assert services.sweep().quarantined == 1
    assert stands(delivery) == ("quarantined", "held")
    return scene, delivery


def test_a_quarantined_lead_is_not_sent_beside_its_doubt(simulator: Running) -> None:
    """Its last call may be a sale: only the queue of what waits may go on with it."""
    _, delivery = quarantined(simulator, "hold", called=True)
    with pytest.raises(ApplicationError) as refused:
        services.redeliver(delivery, by=None)
    assert refused.value.code == "delivery_open"
    assert Delivery.objects.filter(lead_id=delivery.lead_id).count() == 1
    assert services.prospects([delivery.lead_id]).under_way == 1


def test_a_quarantined_delivery_tried_again_goes_its_way(simulator: Running) -> None:
    scene, delivery = quarantined(simulator, "hold", called=False)
    services.try_again(delivery, by=scene.world.user)
    assert stands(delivery) == ("pending", "in_flight")
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert AuditEvent.objects.filter(action="delivery.tried_again").count() == 1


def test_what_had_gone_out_is_not_sent_again_by_accident(simulator: Running) -> None:
    scene, delivery = quarantined(simulator, "hold", called=True)
    services.try_again(delivery, by=scene.world.user)
    services.drain()
    assert stands(delivery) == ("held", "held")
    assert simulator.requests == []
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert [order for order, *_ in sales(delivery)] == [scene.orders[0].pk]


def test_what_may_be_repeated_is_sent_again_with_the_same_key(simulator: Running) -> None:
    scene, delivery = quarantined(simulator, "resend", called=True)
    key = Attempt.objects.get().idempotency_key
    services.try_again(delivery, by=scene.world.user)
    due_now(delivery)
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert [received.key for received in simulator.requests] == [key]


def test_given_up_the_lead_ends_unsold(simulator: Running) -> None:
    scene, delivery = quarantined(simulator, "hold", called=False)
    services.give_up(delivery, by=scene.world.user)
    assert stands(delivery) == ("unsold", "unsold")
    with pytest.raises(ApplicationError):
        services.try_again(delivery, by=scene.world.user)
    assert not Sale.objects.exists()
    assert outcomes(delivery) == []
    assert not PersonOffer.objects.exists()
