"""What the pages of an exchange document is what its API does: every sample and every bad example, by the real door."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.auctions.models import Ping
from apps.core.clock import now
from apps.engine import describe
from apps.leads.models import Lead
from apps.posting_instructions.choices import Call
from apps.posting_instructions.pages.exchange.examples import EXPIRED, POSTED, SWITCHED_OFF, BadCall
from apps.posting_instructions.pages.sampling import bad_calls, sample, shortest
from apps.sources.services import credential_revoke
from tests.factories import World
from tests.posting_instructions.worlds import EXCHANGES, made

WARNED = {"invalid_source", "campaign_schedule"}
"""Not approved yet, and perhaps closed at this hour: nothing in a sample itself is amiss."""


@pytest.fixture(params=sorted(EXCHANGES))
def world(request: pytest.FixtureRequest, db: None) -> World:
    return made(request.param)


class Source:
    """Calls the exchange as the world's source, always as a test."""

    def __init__(self, client: Client, world: World) -> None:
        self.client, self.world = client, world
        self.whole = sample(world.version.pk, today=now().date())
        self.pinged = describe.ping_sample(world.spec, self.whole)

    def body(self, call: Call) -> dict[str, Any]:
        """A good body; that of a post with the id of a fresh ping."""
        data = dict(self.pinged if call is Call.PING else self.whole)
        if self.world.spec.idempotency_field in data:
            del data[self.world.spec.idempotency_field]
        whole = {"SRC": self.world.terms.src, "KEY": self.world.key, "data": data | {"Test_Mode": 1}}
        if call is Call.POST:
            whole["ping_id"] = self.send(Call.PING, self.body(Call.PING))[1]["ping_id"]
        return whole

    def send(self, call: Call, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(
            f"/{call.key}", json.dumps(body, default=str), content_type="application/json"
        )
        return answer.status_code, answer.json()


@pytest.fixture
def source(client: Client, world: World) -> Source:
    return Source(client, world)


def test_ping_post_and_direct_post_of_the_samples_are_taken_without_a_warning(source: Source) -> None:
    whole, spec = source.whole, source.world.spec
    for pinged, posted in (
        (source.pinged, whole),
        (describe.needed_on_ping(spec, whole), shortest(spec, whole) | source.pinged),
    ):
        ids = {"SRC": source.world.terms.src, "KEY": source.world.key}
        status, ping = source.send(Call.PING, {**ids, "data": {**pinged, "Test_Mode": 1}})
        assert (status, ping["status"], ping["test"], ping["bid"]) == (200, "accepted", True, 10.0), ping
        post = {**ids, "data": {**posted, "Test_Mode": 1}}
        answers = [source.send(Call.POST, {**post, "ping_id": ping["ping_id"]})]
        if spec.idempotency_field not in posted:
            answers.append(source.send(Call.DIRECT_POST, post))
        for status, answer in answers:
            assert (status, answer["status"], answer["test"]) == (200, "delivered", True), answer
            assert {each["code"] for each in answer["warnings"]} <= WARNED
        assert {each["code"] for each in ping["warnings"]} <= WARNED
    assert not Lead.objects.filter(is_test=False).exists()


def test_every_bad_example_is_answered_as_documented(source: Source) -> None:
    documented = bad_calls(source.world.version.pk, today=now().date())
    assert {bad.call for bad in documented} == set(Call)
    assert {bad.before for bad in documented} == {"", POSTED, EXPIRED, SWITCHED_OFF}
    for bad in sorted(documented, key=lambda each: each.before == SWITCHED_OFF):
        status, answer = answered(source, bad)
        assert status == bad.status, (bad, answer)
        said = [each["message"] for each in answer["warnings" if bad.is_warning else "errors"]]
        assert bad.message in said, (bad, answer)
        if bad.is_warning:
            assert answer["status"] in ("accepted", "delivered"), (bad, answer)
        else:
            assert (answer["status"], answer["reason"]) == (bad.answered, bad.reason), (bad, answer)


def answered(source: Source, bad: BadCall) -> tuple[int, dict[str, Any]]:
    """What the API says to a bad example, after what has to happen before it."""
    if bad.before == SWITCHED_OFF:
        body = bad.applied({**source.body(Call.DIRECT_POST), "ping_id": "PING-0"})
        credential_revoke(source.world.terms.credentials.get(), by=source.world.user)
        found = source.send(bad.call, body)
        source.world.terms.credentials.update(is_enabled=True)
        return found
    body = bad.applied(source.body(bad.call))
    if bad.before == POSTED:
        source.send(bad.call, body)
    if bad.before == EXPIRED:
        Ping.objects.update(expires_at=now() - timedelta(hours=1))
    return source.send(bad.call, body)


def test_a_post_that_failed_for_its_fields_leaves_the_id_to_be_posted(source: Source) -> None:
    body = source.body(Call.POST)
    assert source.send(Call.POST, {**body, "data": {"Test_Mode": 1, "first_name": " "}})[1]["reason"] != ""
    assert source.send(Call.POST, body)[1]["status"] == "delivered"
