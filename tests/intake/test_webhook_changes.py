"""Drift of webhooks: a new place is told at once, a mapped one when it was missing often; never at a lead's cost."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError

from apps.core.clock import now
from apps.engine import webhook
from apps.intake import changes
from apps.intake.choices import ChangeKind
from apps.intake.flows.webhook import payloads
from apps.intake.models import WebhookChange
from apps.intake.wire import RawPost
from apps.sources.services import webhook_map
from tests.factories.worlds import World
from tests.intake.hooking import ROWS, answers, call, fields_of, hook_of, hooked
from tests.intake.posting import documented

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    changes.forget()
    yield
    changes.forget()


@pytest.fixture
def world() -> World:
    """Mapped by a payload of the usual form."""
    made = hooked()
    read = payloads.document_of(RawPost(json.dumps(answers()).encode(), now(), "application/json"))
    assert isinstance(read, webhook.Document)
    known = webhook.places(read.tree)
    webhook_map(hook_of(made), ROWS, fields=fields_of(made), by=made.user, known=known)
    made.publish()
    return made


def open_ones() -> list[tuple[str, str]]:
    return sorted(WebhookChange.objects.filter(closed_at=None).values_list("kind", "path"))


def test_the_usual_form_is_no_news(world: World) -> None:
    assert documented(call(world, answers()))["leadStatus"] is True
    assert open_ones() == []


def test_a_new_place_is_told_once_and_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        assert documented(call(world, answers(size="L")))["leadStatus"] is True
    assert open_ones() == [(ChangeKind.NEW, "answers[key=size].value")]
    assert WebhookChange.objects.get().seen == 1
    monkeypatch.setattr(changes, "WRITTEN_AGAIN_AFTER_S", 0.0)
    call(world, answers(size="L"))
    assert WebhookChange.objects.get().seen == 4
    assert changes.known(world.terms.pk) == 1
    assert open_ones() == []


def test_a_mapped_place_is_gone_when_it_is_missing_often(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "GONE_AFTER", 3)

    def without_zip() -> dict[str, Any]:
        body = answers()
        return {"answers": [each for each in body["answers"] if each["key"] != "plz"]}

    for body in (without_zip(), without_zip(), answers(), without_zip(), without_zip()):
        call(world, body)
    assert open_ones() == []
    call(world, without_zip())
    assert open_ones() == [(ChangeKind.GONE, "answers[key=plz].value")]


def test_a_vendor_without_a_form_fills_no_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_OPEN", 2)
    for number in range(5):
        call(world, answers(**{f"extra{number}": "x"}))
    assert len(open_ones()) == 2


def test_no_lead_is_lost_for_a_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(changes._Noted, "due", fails)
    assert documented(call(world, answers(size="L")))["leadStatus"] is True
