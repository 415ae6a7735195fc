"""`POST /precheck`: how a person stands, told without storing, taking or naming anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from apps.auctions.models import Ping
from apps.buyers.models import Mapping
from apps.campaigns.models import DuplicateRule
from apps.core.clock import now
from apps.intake import refusals
from apps.intake.flows import precheck as prechecks
from apps.intake.models import Refusal, StoredReply
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.sources.choices import BlockKind
from apps.sources.services import block_add, terms_approve, terms_create
from apps.sources.services.blocks import BlockScope
from tests.factories.models import SourceFactory
from tests.factories.worlds import World, published_campaign
from tests.intake.exchanging import call, send

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "twin@example.com", "5553334444"


def asked(world: World, *, terms: Any = None, top: dict[str, Any] | None = None, **data: Any) -> HttpResponse:
    """The response to a pre-check by the world's source, or by other terms with their key."""
    opened, key = (terms.terms, terms.key) if terms is not None else (world.terms, world.key)
    return send("precheck", {"SRC": opened.src, "KEY": key, "data": data} | (top or {}))


def stands(world: World, **data: Any) -> str:
    """What a pre-check says, after a look at the documented keys."""
    response = asked(world, **data)
    assert response.status_code == 200, response.content
    body = response.json()
    keys = {"status": str, "reason": str, "retryable": bool, "errors": list, "warnings": list}
    assert {key: type(body.get(key)) for key in keys} == keys
    assert set(body) <= {*keys, "test"}
    return body["status"]


def rows() -> list[int]:
    return [model.objects.count() for model in (Lead, Ping, DuplicateClaim, CapCounter, StoredReply)]


def test_open_then_duplicate_and_nothing_is_kept() -> None:
    world = published_campaign()
    assert stands(world, email=EMAIL, phone=PHONE) == "open"
    assert rows() == [0] * 5
    call("direct_post", world, email=EMAIL, phone=PHONE)
    before = rows()
    for known in ({"email": EMAIL}, {"email": EMAIL.upper()}, {"phone": PHONE}, {"phone": f"+1{PHONE}"}):
        assert stands(world, **known) == "duplicate"
    assert stands(world, email="other@example.com", phone=PHONE) == "duplicate"
    assert stands(world, email="other@example.com") == "open"
    assert rows() == before


def test_which_value_it_was_is_not_told() -> None:
    world = published_campaign()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    told = {asked(world, email=email, phone=phone).content for email, phone in (
        (EMAIL, PHONE), ("other@example.com", PHONE), (EMAIL, "5553335555"))}  # fmt: skip
    assert len(told) == 1
    assert told.pop() == (
        b'{"status": "duplicate", "reason": "duplicate_lead", "retryable": false, "errors": [], "warnings": []}'
    )


def test_windows_and_scopes_are_those_of_the_rules() -> None:
    """By terms, a day long: another source's lead is none, and the own one is none a day later."""

    def prepare(world: World) -> None:
        DuplicateRule.objects.filter(campaign=world.campaign).update(scope="terms", window_hours=24)
        made.append(terms_create(SourceFactory(company=world.company), world.campaign, by=world.user))
        terms_approve(made[0].terms, by=world.user)

    made: list[Any] = []
    world = published_campaign(prepare=prepare)
    call("direct_post", world, email=EMAIL, phone=PHONE)
    assert stands(world, email=EMAIL) == "duplicate"
    assert asked(world, terms=made[0], email=EMAIL).json()["status"] == "open"
    DuplicateClaim.objects.update(claimed_at=now() - timedelta(days=1, seconds=1))
    assert stands(world, email=EMAIL) == "open"


def test_blocks_are_told_first_and_act_at_once() -> None:
    world = published_campaign()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    block_add(world.company, kind=BlockKind.EMAIL, value=EMAIL, by=world.user)
    block_add(
        world.company,
        kind=BlockKind.PHONE,
        value="5559990000",
        by=world.user,
        scope=BlockScope(terms=world.terms),
    )
    assert stands(world, email=EMAIL) == "suppressed"
    assert stands(world, phone=PHONE) == "duplicate"
    assert stands(world, phone="(555) 999-0000") == "suppressed"
    assert asked(world, phone="5559990000").json()["reason"] == "blocked_value"


def test_of_another_company_nothing_is_known() -> None:
    ours, theirs = published_campaign(), published_campaign()
    call("direct_post", theirs, email=EMAIL, phone=PHONE)
    block_add(theirs.company, kind=BlockKind.PHONE, value="5559990000", by=theirs.user)
    assert stands(ours, email=EMAIL, phone="5559990000") == "open"


def test_fields_go_by_role() -> None:
    def prepare(world: World) -> None:
        world.campaign.duplicate_rules.all().delete()
        world.campaign.fields.filter(name="email").update(name="contact_mail")
        Mapping.objects.filter(source="email").update(source="contact_mail")

    world = published_campaign(prepare=prepare)
    block_add(world.company, kind=BlockKind.EMAIL, value=EMAIL, by=world.user)
    assert stands(world, Contact_Mail=EMAIL) == "suppressed"
    assert stands(world, email=EMAIL) == "suppressed"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Missing email or phone"),
        ({"zip": "90210"}, "Missing email or phone"),
        ({"email": ""}, "Missing email or phone"),
        ({"email": "nobody"}, "Email format"),
        ({"email": EMAIL, "phone": "12"}, "Phone format"),
    ],
)
def test_what_cannot_be_looked_up(data: dict[str, Any], message: str) -> None:
    body = asked(published_campaign(), **data).json()
    assert (body["status"], body["reason"]) == ("rejected", "schema_validation_failed")
    assert [item["message"] for item in body["errors"]] == [message]


@pytest.mark.parametrize(
    ("row", "reason"),
    [("campaign", "campaign_inactive"), ("source", "source_not_approved"), ("terms", "source_not_approved")],
)
def test_who_may_not_send_may_not_ask(row: str, reason: str) -> None:
    world = published_campaign()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    switched = getattr(world, row)
    switched.is_active = False
    switched.save()
    body = asked(world, email=EMAIL).json()
    assert (body["status"], body["reason"]) == ("rejected", reason)


def test_sources_in_testing_learn_nothing_of_anybody() -> None:
    world = published_campaign(approved=False)
    block_add(world.company, kind=BlockKind.EMAIL, value=EMAIL, by=world.user)
    assert asked(world, email=EMAIL).json()["reason"] == "source_not_approved"
    for flag in ({"Test_Mode": 1}, {"test_mode": "true"}):
        body = asked(world, email=EMAIL, **flag).json()
        assert (body["status"], body["test"]) == ("open", True)
    assert asked(world, email="nobody", Test_Mode=1).json()["errors"][0]["message"] == "Email format"
    assert asked(world, email=EMAIL, Test_Mode="maybe").json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("top", "status", "code"),
    [
        ({"SRC": None}, 401, "missing_credentials"),
        ({"KEY": "wrong"}, 401, "invalid_key"),
        ({"data": []}, 422, "invalid_payload_shape"),
    ],
)
def test_faults_of_the_request(top: dict[str, Any], status: int, code: str) -> None:
    response = asked(published_campaign(), top=top, email=EMAIL)
    assert (response.status_code, response.json()["reason"]) == (status, code)
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_numbers_cannot_be_tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prechecks, "LIMITS", ((3, 60),))
    world = published_campaign()
    answers = [asked(world, phone=f"555333000{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) >= 1
    assert answers[-1].json()["reason"] == "rate_limited"
    refusals.flush()
    assert (Refusal.objects.get().code, Refusal.objects.get().terms_id) == ("rate_limited", world.terms.pk)
    # What is too much here leaves the other calls as they are.
    assert send("ping", {"SRC": world.terms.src, "KEY": world.key, "data": {}}).status_code == 200


def test_other_methods_and_paths(client) -> None:
    assert (client.get("/precheck").status_code, client.get("/precheck")["Allow"]) == (405, "POST")
    assert client.post("/precheck/x").json()["reason"] == "not_found"
