"""Drift: forms of answers are counted, new ones and unread ones are told once, and nothing of it harms a lead."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from apps.companies.models import AuditEvent
from apps.core import ids
from apps.deliveries.models import AnswerShape, Attempt, DriftItem
from apps.deliveries.services import drain, drift_close, unread_watch
from apps.deliveries.services.drift import drifting
from apps.simulator.running import Running
from tests.deliveries.buyer import ACCEPTED, Buyer
from tests.deliveries.market import Market, market, stands
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

ODD = {"result": "fine", "quote": {"amount": 3}}


@pytest.fixture
def scene(simulator: Running, buyer: Buyer) -> Market:
    return market(simulator, [buyer.url])


def sold(scene: Market, count: int = 1) -> list[Any]:
    deliveries = scene.leads(count)
    drain()
    return deliveries


def with_history(scene: Market) -> AnswerShape:
    """The endpoint has answered often, always in one way."""
    sold(scene)
    AnswerShape.objects.update(seen=drifting.ENOUGH_ANSWERS)
    return AnswerShape.objects.get()


def test_answers_are_counted_by_form_with_money_and_samples(scene: Market) -> None:
    sold(scene, 7)
    shape = AnswerShape.objects.get()
    assert (shape.seen, shape.outcome, shape.http_status) == (7, "accepted", 200)
    assert shape.keys == ["id", "price", "status"]
    assert shape.amount == 7 * 25
    newest = list(Attempt.objects.order_by("-id").values_list("pk", flat=True))
    assert len(shape.samples) == 5
    assert set(shape.samples) <= set(newest)
    assert set(Attempt.objects.values_list("shape", flat=True)) == {shape.fingerprint}
    assert not DriftItem.objects.exists()


def test_without_a_history_nothing_is_new(scene: Market, buyer: Buyer) -> None:
    sold(scene)
    buyer.says(ODD)
    sold(scene)
    assert AnswerShape.objects.count() == 2
    assert not DriftItem.objects.exists()


@pytest.mark.parametrize("by_age", [False, True])
def test_a_new_form_opens_one_item_that_grows(by_age: bool, scene: Market, buyer: Buyer) -> None:
    sold(scene)
    if by_age:
        AnswerShape.objects.update(first_at=timezone.now() - timedelta(days=1, minutes=1))
    else:
        AnswerShape.objects.update(seen=drifting.ENOUGH_ANSWERS)
    buyer.says(ODD, content_type="text/html")
    sold(scene)
    item = DriftItem.objects.get()
    assert (item.kind, item.seen, item.closed_at) == ("new_shape", 1, None)
    assert "Text/html instead of application/json" in item.told
    assert "new keys quote, quote.amount, result" in item.told
    assert "no rule reads it" in item.told
    assert "fine" not in item.told
    first = item.amount
    sold(scene, 3)
    item.refresh_from_db()
    assert (DriftItem.objects.count(), item.seen) == (1, 4)
    assert item.amount == 4 * first
    assert len(item.samples) == 4


def test_what_is_known_now_stays_closed_and_is_on_record(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene)
    item, user = DriftItem.objects.get(), UserFactory()
    assert drift_close(item, by=user)
    assert not drift_close(item, by=user)
    sold(scene, 2)
    assert not DriftItem.objects.filter(closed_at=None).exists()
    assert AuditEvent.objects.filter(action="drift.closed", actor=user).count() == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_no_drift(status: int, scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says({"error": "busy"}, status=status)
    sold(scene)
    assert AnswerShape.objects.count() == 2
    assert not DriftItem.objects.exists()


def test_the_same_form_read_by_another_rule_is_our_doing(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says({**ACCEPTED, "status": "rejected"})
    sold(scene)
    assert AnswerShape.objects.count() == 2
    assert not DriftItem.objects.exists()


def test_a_buyer_that_answers_in_ever_new_forms_does_not_flood(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    for number in range(drifting.MOST_OPEN + 4):
        buyer.says({**ACCEPTED, "key" + "x" * number: 1})
        sold(scene)
    items = DriftItem.objects.filter(closed_at=None)
    assert items.exclude(fingerprint="").count() == drifting.MOST_OPEN
    assert items.get(fingerprint="").seen == 4


def test_a_count_that_is_lost_harms_no_lead(scene: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(drifting, "consider", broken)
    (delivery,) = sold(scene)
    assert stands(delivery) == ("sold", "sold")
    assert not AnswerShape.objects.exists()


def test_more_answers_that_no_rule_reads_open_one_item(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene, 4)
    assert unread_watch() == 0
    sold(scene, 2)
    assert unread_watch() == 1
    assert unread_watch() == 0
    item = DriftItem.objects.get(kind="no_rule")
    assert (item.seen, len(item.samples)) == (6, 5)
    assert item.told == "No rule reads 86% of its answers of the last hour; before it was 0.0%."
    sold(scene, 2)
    assert unread_watch() == 0
    item.refresh_from_db()
    assert item.seen == 8
    assert json.dumps(item.samples)


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock was set back by an hour: ids never go back, so that the latest are ahead of it."""
    ahead = ids._Sequence()
    ahead._last_ms = time.time_ns() // 1_000_000 - ids.EPOCH_MS + 3_600_000
    monkeypatch.setattr(ids, "_sequence", ahead)


@pytest.mark.usefixtures("set_back")
def test_an_item_grows_also_when_the_clock_was_set_back(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene, 6)
    assert unread_watch() == 1
    sold(scene, 2)
    unread_watch()
    assert DriftItem.objects.get(kind="no_rule").seen == 8


@pytest.mark.usefixtures("set_back")
def test_what_is_known_stays_known_when_the_clock_was_set_back(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene, 6)
    unread_watch()
    drift_close(DriftItem.objects.get(kind="no_rule"), by=UserFactory())
    sold(scene, 6)
    assert unread_watch() == 0


def test_unread_answers_that_are_known_now_do_not_come_back_at_the_same_share(
    scene: Market, buyer: Buyer
) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene, 6)
    unread_watch()
    drift_close(DriftItem.objects.get(kind="no_rule"), by=UserFactory())
    sold(scene, 6)
    assert unread_watch() == 0


def test_a_usual_share_of_unread_answers_is_no_news(scene: Market, buyer: Buyer) -> None:
    with_history(scene)
    buyer.says(ODD)
    sold(scene, 6)
    unread = AnswerShape.objects.get(rule_index=None)
    AnswerShape.objects.filter(pk=unread.pk).update(seen=500)
    assert unread_watch() == 0


def test_forms_long_gone_are_forgotten(scene: Market) -> None:
    sold(scene)
    AnswerShape.objects.update(last_at=timezone.now() - timedelta(days=181))
    unread_watch()
    assert not AnswerShape.objects.exists()
