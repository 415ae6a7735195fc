"""Every refusal of the exchange's table, produced by configuration and called like a source calls."""

from unittest.mock import patch

import pytest

from apps.auctions.models import Ping
from apps.campaigns.choices import RuleKind
from apps.deliveries.models import Attempt, Delivery
from apps.engine.reasons import REASONS
from apps.intake import refusals
from apps.intake.models import Refusal
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.sources.models import Credential
from apps.sources.services import credential_revoke, credential_rotate
from tests.factories.worlds import World, published_campaign
from tests.intake.exchanging import CALLS, call, documented, exchange_body, send
from tests.intake.test_messages import CASES, campaign, required, rule

pytestmark = pytest.mark.django_db
BY_TEXT = {
    "Email verification": "verification_failed",
    "Address verification": "verification_failed",
    "Non-US IP": "verification_failed",
    "IP verification": "verification_failed",
    "Phone blocked": "blocked_value",
    "Email blocked": "blocked_value",
    "IP blocked": "blocked_value",
    "SubID blocked": "blocked_value",
    "AffID blocked": "blocked_value",
    "State targeting": "state_not_accepted",
    "Zip targeting": "zip_not_accepted",
    "Condition: City is Rome": "condition_failed",
    "Filter: No Paris": "filter_matched",
    "Hour cap": "source_cap_reached",
    "Day cap": "source_cap_reached",
    "Week cap": "source_cap_reached",
    "Month cap": "source_cap_reached",
    "Total cap": "source_cap_reached",
    "Campaign cap": "campaign_cap_reached",
    "Campaign schedule": "outside_schedule",
    "Campaign period": "campaign_not_in_period",
    "Missing TrustedForm/Jornaya": "consent_missing",
    "TrustedForm format": "consent_invalid",
    "Jornaya format": "consent_invalid",
}
OF_LEADS = [text for text in CASES if not text.startswith(("Invalid", "Test"))]
LATER = ("Missing first_name, email, zip", "Missing TrustedForm/Jornaya")
"""What a post misses and a ping need not have."""


def nothing_taken() -> bool:
    counted = CapCounter.objects.filter(used__gt=0).exists()
    return not (
        counted or Delivery.objects.exists() or Attempt.objects.exists() or DuplicateClaim.objects.exists()
    )


@pytest.mark.parametrize("text", OF_LEADS)
def test_direct_posts(text: str) -> None:
    prepare, overrides = CASES[text]
    answer = call("direct_post", published_campaign(prepare=prepare), **overrides)
    assert (answer["status"], answer["reason"]) == (
        "rejected",
        BY_TEXT.get(text, "schema_validation_failed"),
    )
    assert answer["delivery_id"] == ""
    told = [item["message"] for item in answer["errors"]]
    assert told[0] in (text, "Missing first_name")
    lead = Lead.objects.get()
    assert (lead.status, lead.method) == (LeadStatus.REJECTED, LeadMethod.EXCHANGE)
    assert answer["lead_id"] == lead.public_id
    assert nothing_taken()


@pytest.mark.parametrize("text", [text for text in OF_LEADS if text not in LATER])
def test_pings(text: str) -> None:
    prepare, overrides = CASES[text]
    answer = call("ping", published_campaign(prepare=prepare), **overrides)
    assert (answer["status"], answer["reason"]) == (
        "rejected",
        BY_TEXT.get(text, "schema_validation_failed"),
    )
    assert (answer["bid"], answer["ping_id"], answer["expires_at"]) == (0.0, "", None)
    assert answer["errors"][0]["message"] == text
    assert Ping.objects.get().status == "rejected"
    assert not Lead.objects.exists()
    assert nothing_taken()


def test_all_that_is_wrong_with_the_schema_is_told() -> None:
    answer = call("direct_post", published_campaign(), zip=None, email="nobody", state="Nowhere", sub_id="x")
    assert [(item["code"], item["field"], item["message"]) for item in answer["errors"]] == [
        ("missing_field", "zip", "Missing zip"),
        ("email_format", "email", "Email format"),
        ("field_format", "state", "State format"),
    ]
    assert answer["warnings"] == []


@pytest.mark.parametrize("name", ["ping", "direct_post"])
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("campaign", "campaign_inactive"),
        ("company", "campaign_inactive"),
        ("source", "source_not_approved"),
        ("terms", "source_not_approved"),
    ],
)
def test_switches_act_without_publishing(name: str, row: str, reason: str) -> None:
    world = published_campaign()
    switched = getattr(world, row)
    switched.is_active = False
    switched.save()
    answer = call(name, world)
    assert (answer["status"], answer["reason"]) == ("rejected", reason)
    assert nothing_taken()


@pytest.mark.parametrize("name", ["ping", "direct_post"])
def test_what_is_not_approved_is_refused_live(name: str) -> None:
    assert call(name, published_campaign(approved=False))["reason"] == "source_not_approved"
    assert nothing_taken()


@pytest.mark.parametrize("name", ["ping", "direct_post"])
def test_what_was_never_published_is_refused(name: str) -> None:
    world = published_campaign()
    world.campaign.publication.delete()
    assert call(name, world)["reason"] == "campaign_inactive"
    assert nothing_taken()


@pytest.mark.parametrize("name", ["ping", "direct_post"])
def test_a_duplicate_is_looked_up_on_pings_and_taken_by_posts(name: str) -> None:
    world = published_campaign()
    twin = {"email": "twin@example.com", "phone": "5553334444"}
    call("ping", world, **twin)
    assert not DuplicateClaim.objects.exists()
    call("direct_post", world, **twin)
    assert DuplicateClaim.objects.count() == 2
    answer = call(name, world, **twin)
    assert (answer["status"], answer["reason"]) == ("rejected", "duplicate_lead")
    assert answer["errors"][0]["message"] == "Duplicate email"


def test_a_ping_is_judged_by_what_it_has() -> None:
    """Required of posts only, targeted by a field that is not there yet, consent that comes later."""

    def prepare(world: World) -> None:
        required("phone", "city")(world)
        campaign(consent="trustedform")(world)
        rule(RuleKind.CONDITION, "City is Rome", "is", "Rome")(world)
        rule(RuleKind.FILTER, "Not Rome", "is_not", "Rome")(world)

    world = published_campaign(prepare=prepare)
    partial = {"first_name": None, "email": None, "phone": None}
    assert call("ping", world, **partial)["reason"] not in (
        "schema_validation_failed",
        "condition_failed",
        "filter_matched",
        "consent_missing",
    )
    assert call("ping", world, **partial, city="Paris")["reason"] == "condition_failed"
    assert call("ping", world, **partial, zip=None)["reason"] == "schema_validation_failed"
    posted = call("direct_post", world, **partial)
    assert [item["field"] for item in posted["errors"]] == ["first_name", "email", "phone", "city"]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("top", "status", "code"),
    [
        ({"SRC": None}, 401, "missing_credentials"),
        ({"KEY": ""}, 401, "missing_credentials"),
        ({"SRC": 5}, 401, "missing_credentials"),
        ({"KEY": ["x"]}, 401, "missing_credentials"),
        ({"SRC": "SRC_unknown"}, 401, "invalid_key"),
        ({"KEY": "wrong"}, 401, "invalid_key"),
        ({"data": None}, 422, "invalid_payload_shape"),
        ({"data": []}, 422, "invalid_payload_shape"),
        ({"data": "zip=90210"}, 422, "invalid_payload_shape"),
        ({"src": "SRC_twice"}, 422, "invalid_payload_shape"),
    ],
)
def test_faults_of_the_request(name: str, top: dict, status: int, code: str) -> None:
    world = published_campaign()
    response = send(name, exchange_body(world) | top)
    assert response.status_code == status
    answer = documented(name, response)
    assert answer["status"] == answer["reason"] == code
    assert answer["request_id"] == response["X-Request-ID"]
    assert world.key.encode() not in response.content
    refusals.flush()
    counted = Refusal.objects.get()
    assert REASONS[counted.code].exchange == code
    assert not Lead.objects.exists()
    assert not Ping.objects.exists()


@pytest.mark.parametrize("name", CALLS)
def test_a_key_that_is_switched_off_is_told_to_who_has_it(name: str) -> None:
    world = published_campaign()
    second = credential_rotate(world.terms, by=world.user)
    credential_revoke(Credential.objects.order_by("pk").first(), by=world.user)
    answer = send(name, exchange_body(world))
    assert (answer.status_code, documented(name, answer)["reason"]) == (403, "credential_disabled")
    assert send(name, exchange_body(world) | {"KEY": second}).status_code == 200
    assert send(name, exchange_body(world) | {"KEY": "wrong"}).status_code == 401


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods(name: str, method: str, client) -> None:
    answer = client.generic(method, f"/{name}")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert documented(name, answer)["status"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["ping/", "post/x", "direct_post/"])
def test_nowhere_is_json_too(path: str, client) -> None:
    answer = client.post(f"/{path}")
    assert answer.status_code == 404
    assert documented(path.partition("/")[0], answer)["reason"] == "not_found"


def test_what_only_begins_like_an_api_is_a_page(client) -> None:
    assert client.get("/pings")["Content-Type"].startswith("text/html")


def test_an_unknown_src_costs_the_same_comparison() -> None:
    world = published_campaign()
    with patch("apps.sources.facts.hmac.compare_digest", return_value=False) as compared:
        for top in ({"SRC": "SRC_unknown"}, {"KEY": "wrong"}):
            assert send("ping", exchange_body(world) | top).status_code == 401
    assert compared.call_count == 2


def test_wrong_keys_run_out_and_the_right_one_still_opens() -> None:
    world = published_campaign()
    bodies = [exchange_body(world) | {"KEY": f"guess-{n}"} for n in range(22)]
    answers = [send("ping", body) for body in bodies]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 2
    assert documented("ping", answers[-1])["reason"] == "rate_limited"
    assert send("ping", exchange_body(world)).status_code == 200


def test_the_key_opens_from_allowed_addresses_only() -> None:
    world = published_campaign(terms={"ip_allow": ["192.0.2.1"]})
    answer = send("ping", exchange_body(world))
    assert (answer.status_code, answer.json()["reason"]) == (401, "invalid_key")


def test_limits_of_terms() -> None:
    world = published_campaign(terms={"limit_per_minute": 2})
    passed = [send("ping", exchange_body(world)) for _ in range(2)]
    refused = send("post", exchange_body(world))
    assert [answer["RateLimit-Remaining"] for answer in passed] == ["1", "0"]
    assert (refused.status_code, documented("post", refused)["reason"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) >= 1
    assert not Lead.objects.exists()
