"""Orders outside their hours: passed over, waited for in their place, or waited for when nobody else bought."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.buyers.models import OrderWindow
from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import Delivery
from apps.deliveries.services.journey import starting
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, sales, stands, used
from tests.deliveries.test_order_caps import cap

pytestmark = pytest.mark.django_db(transaction=True)


def scene_with(simulator: Running, how: str, *others: str, ahead_days: int = 2) -> Market:
    """The first order opens in some days, at nine in New York."""
    order = {"outside_hours": how, "time_zone": "America/New_York"}
    scene = market(simulator, ["accept", *others], orders=[order])
    OrderWindow.objects.create(
        order=scene.orders[0],
        weekday=(now() + timedelta(days=ahead_days)).weekday(),
        opens=time(9),
        closes=time(17),
    )
    scene.world.publish()
    return scene


def opened(monkeypatch: pytest.MonkeyPatch, delivery: Delivery) -> datetime:
    """Let the time pass until the delivery is due, by the clock that starts deliveries and in the queue."""
    delivery.refresh_from_db()
    at = delivery.next_attempt_at
    assert at is not None
    assert at > now()
    monkeypatch.setattr(starting, "database_now", lambda: at)
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=now() - timedelta(seconds=1))
    return at


def verdicts(delivery: Delivery) -> list[str]:
    events = LeadEvent.objects.filter(lead_id=delivery.lead_id, kind="considered").order_by("id")
    return [line["verdict"] for event in events for line in event.data["orders"]]


def test_next_passes_it_over(simulator: Running) -> None:
    scene = scene_with(simulator, "next", "accept")
    delivery = scene.lead()
    services.drain()
    assert [order for order, *_ in sales(delivery)] == [scene.orders[1].pk]
    assert verdicts(delivery) == ["outside_hours", "in_line"]
    assert not Sale.objects.get().recovered


def test_queue_waits_for_the_opening_and_nobody_behind_is_asked(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene_with(simulator, "queue", "accept")
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("pending", "in_flight")
    assert simulator.requests == []
    assert verdicts(delivery) == ["waits", "in_line"]
    at = opened(monkeypatch, delivery)
    assert (at.astimezone(ZoneInfo("America/New_York")).hour, at.minute) == (9, 0)
    services.drain()
    assert [order for order, *_ in sales(delivery)] == [scene.orders[0].pk]
    assert stands(delivery) == ("sold", "sold")
    assert not Sale.objects.get().recovered


def test_the_line_goes_on_behind_it_after_its_opening(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene_with(simulator, "queue", "accept")
    type(scene.endpoint(0)).objects.filter(pk=scene.endpoint(0).pk).update(
        url=simulator.buyer("buyer0", "reject", "")
    )
    scene.world.publish()
    delivery = scene.lead()
    services.drain()
    opened(monkeypatch, delivery)
    services.drain()
    assert outcomes(delivery) == ["rejected", "accepted"]
    assert Sale.objects.get().recovered


def test_last_lets_others_buy_first(simulator: Running) -> None:
    scene = scene_with(simulator, "last", "accept")
    delivery = scene.lead()
    services.drain()
    assert [order for order, *_ in sales(delivery)] == [scene.orders[1].pk]
    assert not Sale.objects.get().recovered


def test_last_is_waited_for_when_nobody_bought(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scene_with(simulator, "last", "reject")
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["rejected"]
    assert stands(delivery) == ("pending", "in_flight")
    opened(monkeypatch, delivery)
    services.drain()
    assert outcomes(delivery) == ["rejected", "accepted"]
    assert stands(delivery) == ("sold", "sold")


def test_a_cap_that_is_full_at_the_opening_passes_it_over(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene_with(simulator, "queue", "accept")
    cap(scene, 0, limit=0)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("pending", "in_flight")
    opened(monkeypatch, delivery)
    services.drain()
    assert [order for order, *_ in sales(delivery)] == [scene.orders[1].pk]
    assert list(used().values()) == [0]


def test_an_order_paused_while_the_lead_waits_is_passed_over(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene_with(simulator, "queue", "accept")
    delivery = scene.lead()
    services.drain()
    type(scene.orders[0]).objects.filter(pk=scene.orders[0].pk).update(is_active=False)
    opened(monkeypatch, delivery)
    services.drain()
    assert verdicts(delivery) == ["waits", "in_line", "paused"]
    assert [order for order, *_ in sales(delivery)] == [scene.orders[1].pk]


def test_an_order_that_closed_while_the_lead_waited_for_another_is_asked_for_its_hours_again(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scene_with(simulator, "queue", "accept")
    # The second is open now, and closed when the first opens and rejects.
    OrderWindow.objects.create(order=scene.orders[1], weekday=now().weekday(), opens=time(0), closes=time(0))
    type(scene.endpoint(0)).objects.filter(pk=scene.endpoint(0).pk).update(
        url=simulator.buyer("buyer0", "reject", "")
    )
    type(scene.orders[1]).objects.filter(pk=scene.orders[1].pk).update(time_zone="UTC")
    scene.world.publish()
    delivery = scene.lead()
    services.drain()
    opened(monkeypatch, delivery)
    services.drain()
    assert outcomes(delivery) == ["rejected"]
    assert verdicts(delivery)[-1] == "outside_hours"
    assert stands(delivery) == ("unsold", "unsold")
