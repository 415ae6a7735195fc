"""The way to live leads, step by step as it happens."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from apps.companies.models import AuditEvent
from apps.posting_instructions.checklist import Milestones, checklist
from apps.sources.services import terms_approve
from tests.factories import World, lead_body
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made


@pytest.fixture
def world(db: None) -> World:
    return made("usual")


def submit(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    return client.post("/ca/submit", body, content_type="application/json").json()


def standing(reader: Reader) -> str:
    return reader.html("go-live/").split('id="steps-title">')[1].split("<")[0]


def test_each_step_is_ticked_as_it_happens(reader: Reader, world: World) -> None:
    assert standing(reader) == "1 of 6 steps to live"
    assert reader.post("requirements/read/").status_code == 302
    assert standing(reader) == "2 of 6 steps to live"
    submit(reader.client, lead_body(world, test="true", zip=None))
    assert standing(reader) == "3 of 6 steps to live"
    assert "none was accepted yet" in reader.html("go-live/")
    submit(reader.client, lead_body(world, test="true"))
    assert standing(reader) == "4 of 6 steps to live"
    assert f"Tell {world.company}" in reader.html("go-live/")
    assert submit(reader.client, lead_body(world))["message"] == "Invalid source"
    assert standing(reader) == "4 of 6 steps to live"
    terms_approve(world.terms, by=world.user)
    assert standing(reader) == "5 of 6 steps to live"
    assert submit(reader.client, lead_body(world))["leadStatus"] is True
    assert standing(reader) == "You are live"
    assert "to live</a>" not in reader.html()


def test_reading_is_put_on_record_once(reader: Reader, world: World) -> None:
    reader.post("requirements/read/")
    reader.post("requirements/read/")
    assert (
        AuditEvent.objects.filter(object_id=world.terms.pk, action="terms.requirements_reviewed").count() == 1
    )


def test_another_sources_leads_tick_nothing(reader: Reader, world: World) -> None:
    other = made("usual")
    submit(reader.client, lead_body(other, test="true"))
    assert standing(reader) == "1 of 6 steps to live"


def test_who_is_live_is_done_whatever_was_left_out() -> None:
    live = checklist(Milestones(opened=True, approved=True, first_live_at=datetime(2026, 11, 3, tzinfo=UTC)))
    assert live.finished
    assert live.done == 3
