"""What the pages document is what the API does: every sample and bad example, by the real door."""

import html as entities
import json
import re
from typing import Any

import pytest
from django.test import Client

from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.engine import describe
from apps.posting_instructions.pages.examples import examples
from apps.posting_instructions.pages.sampling import sample, shortest
from apps.sources.services import terms_approve
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import KINDS, change, made

OPEN_WINDOWS = "campaign_schedule"


@pytest.fixture(params=sorted(KINDS))
def world(request: pytest.FixtureRequest, db: None) -> World:
    return made(request.param)


def identified(world: World, fields: dict[str, Any], *, test: bool = True) -> dict[str, Any]:
    ids = {"compid": world.company.number, "sourceid": world.source.number, "campid": world.campaign.number}
    return {**ids, "auth": world.key, **fields, "test": test}


def submit(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/ca/submit", json.dumps(body, default=str), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def test_the_sample_and_the_shortest_are_accepted_without_a_warning(client: Client, world: World) -> None:
    whole = sample(world.version.pk, today=now().date())
    for fields in (whole, shortest(world.spec, whole)):
        answer = submit(client, identified(world, fields))
        assert answer["leadStatus"] is True, answer
        assert answer["testLead"] is True
        # Not approved yet, and perhaps closed at this hour; nothing in the sample itself is amiss.
        assert {each["code"] for each in answer["warnings"]} <= {"invalid_source", OPEN_WINDOWS}


def test_the_sample_is_accepted_live(client: Client, world: World) -> None:
    terms_approve(world.terms, by=world.user)
    change(world, verify_email="off")
    Campaign.objects.get(pk=world.campaign.pk).windows.all().delete()
    if world.spec.schedule is not None:
        world.publish()
    answer = submit(client, identified(world, sample(world.version.pk, today=now().date()), test=False))
    assert answer["message"] == "Success Lead = Accepted", answer


def test_every_bad_example_gives_its_message(client: Client, world: World) -> None:
    whole = sample(world.version.pk, today=now().date())
    body = identified(world, whole)
    if world.spec.idempotency_field:
        body.pop(world.spec.idempotency_field)
    documented = [*describe.bad_samples(world.spec, whole), *examples(world.spec, whole)]
    assert documented
    for bad in documented:
        answer = submit(client, bad.applied(body))
        warned = [each["message"] for each in answer["warnings"]]
        if getattr(bad, "is_warning", False):
            assert answer["leadStatus"] is True, bad
            assert bad.message in warned, bad
        else:
            assert answer["leadStatus"] is False, bad
            assert answer["message"] == bad.message, bad


def test_the_menu_offers_what_the_form_then_shows(client: Client, world: World) -> None:
    reader = Reader(client, world.token)
    whole = sample(world.version.pk, today=now().date())
    for each in examples(world.spec, whole):
        html = reader.html("testing/", example=each.key)
        names = r'name="(lead\.[^"]+)"(?: rows="3")?(?: value="([^"]*)"|[^>]*>([^<]*)</textarea>)'
        found = re.findall(names, html)
        inputs = {name: entities.unescape(value or text) for name, value, text in found}
        shown = reader.post("testing/", {**inputs, "example": each.key}).content.decode()
        assert f"As documented: “{entities.escape(each.message)}”." in shown, each
