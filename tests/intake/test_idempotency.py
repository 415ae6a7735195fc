"""The same key gets the same bytes for a day; another body with it is a conflict; faults are not kept."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine

from apps.core.clock import now
from apps.intake import idempotency
from apps.intake.models import StoredReply
from apps.leads.models import Lead
from tests.factories.worlds import World, lead_body, published_campaign
from tests.intake.posting import documented, submit

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "abc"}


@pytest.fixture
def world() -> World:
    return published_campaign(terms={"payout_amount": "3.00"})


def test_the_reply_is_repeated_byte_for_byte(world: World) -> None:
    body = lead_body(world)
    first, second = submit(body, **KEY), submit(body, **KEY)
    assert first.json()["leadStatus"] is True
    assert "Idempotent-Replay" not in first.headers
    assert (second.content, second.status_code) == (first.content, first.status_code)
    assert second["Idempotent-Replay"] == "true"
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("overrides", [{"zip": None}, {"test": True}])
def test_rejections_and_test_leads_are_repeated_too(world: World, overrides: dict) -> None:
    body = lead_body(world, **overrides)
    assert submit(body, **KEY).content == submit(body, **KEY).content
    assert Lead.objects.count() == 1


def test_another_body_is_a_conflict(world: World) -> None:
    body = lead_body(world)
    submit(body, **KEY)
    answer = submit(body | {"first_name": "Joan"}, **KEY)
    assert answer.status_code == 409
    assert documented(answer)["message"] == "Idempotency conflict"
    assert answer.json()["request_id"].startswith("R-")
    assert Lead.objects.count() == 1


def test_without_a_key_an_equal_body_is_a_lead_of_its_own(world: World) -> None:
    body = lead_body(world)
    submit(body)
    assert submit(body).json()["message"] == "Duplicate email"
    assert not StoredReply.objects.exists()


def test_the_key_is_the_sources_own(world: World) -> None:
    other = published_campaign()
    assert submit(lead_body(world), **KEY).json()["leadStatus"] is True
    assert submit(lead_body(other), **KEY).json()["leadStatus"] is True


def test_the_campaigns_field_serves_as_key() -> None:
    world = published_campaign(campaign={"idempotency_field": "unique_identifier"})
    body = lead_body(world, unique_identifier="u-1")
    first = submit(body)
    assert submit(body).content == first.content
    assert submit(body | {"first_name": "Joan"}).status_code == 409
    numbered = count(2)
    fresh = [submit(lead_body(world, unique_identifier=f"u-{next(numbered)}")) for _ in range(2)]
    assert all(answer.json()["leadStatus"] for answer in fresh)


def test_after_a_day_the_key_is_new(world: World) -> None:
    with time_machine.travel(now() - timedelta(hours=25), tick=False):
        assert submit(lead_body(world), **KEY).json()["leadStatus"] is True
    assert submit(lead_body(world), **KEY).json()["leadStatus"] is True
    assert Lead.objects.count() == 2
    assert StoredReply.objects.count() == 1
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert idempotency.purge() == 1


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400)])
def test_faults_are_not_kept(world: World, body: bytes, status: int) -> None:
    assert submit(body, **KEY).status_code == status
    assert not StoredReply.objects.exists()
    assert submit(lead_body(world), **KEY).json()["leadStatus"] is True


def test_who_is_not_known_leaves_nothing_behind(world: World) -> None:
    assert submit(lead_body(world, auth="wrong"), **KEY).json()["message"] == "Invalid auth"
    assert not StoredReply.objects.exists()
    assert submit(lead_body(world), **KEY).json()["leadStatus"] is True


def test_key_and_body_are_kept_as_digests(world: World) -> None:
    body = lead_body(world)
    submit(body, **{"Idempotency-Key": body["email"]})
    kept = StoredReply.objects.get()
    assert len(kept.key_digest) == len(kept.request_digest) == 16
    assert body["email"].encode() not in bytes(kept.body)


def test_a_reply_lost_while_the_buyers_were_asked_is_told_from_the_lead(world: World) -> None:
    body = lead_body(world)
    first = submit(body, **KEY).json()
    StoredReply.objects.update(body=None, http_status=None, created_at=now() - timedelta(minutes=2))
    answer = submit(body, **KEY)
    assert answer.status_code == 202
    assert answer.json()["lead_id"] == first["lead_id"]
    assert answer["Idempotent-Replay"] == "true"
    assert Lead.objects.count() == 1


def test_a_request_still_in_flight_is_waited_for_then_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT_S", 0.1)
    body = lead_body(world)
    submit(body, **KEY)
    StoredReply.objects.update(body=None, http_status=None)
    answer = submit(body, **KEY)
    assert answer.status_code == 409
    assert answer["Retry-After"] == "5"
    assert Lead.objects.count() == 1
