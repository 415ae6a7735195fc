"""What keeps an auction from being published: each with the row, the field and the words."""

from typing import Any

import pytest

from apps.buyers.choices import MappingPhase, Phase
from apps.buyers.services import mappings_set, response_rules_set
from apps.campaigns.models import Field
from apps.companies.models import AuditEvent
from apps.publishing.readiness import readiness
from apps.publishing.selectors import problems
from tests.factories import World, draft_campaign

pytestmark = pytest.mark.django_db
ZIP = {"target": "zip", "source": "zip"}
BID = {"outcome": "accepted", "match": "json_path", "path": "bid", "operator": "present", "price_path": "bid"}
HASHED = {"value_format": "sha256"}


@pytest.fixture
def world() -> World:
    """A campaign whose only order bids, and whose endpoint is pinged with the zip."""
    made = draft_campaign()
    made.order.price_kind = "bid"
    made.order.save()
    made.endpoint.ping_url = "http://127.0.0.1:9/ping"
    made.endpoint.save()
    _ping(made, ZIP)
    response_rules_set(made.endpoint, rows=[BID], phase=Phase.PING, by=None)
    assert problems(made.campaign) == []
    return made


def _ping(world: World, *rows: dict[str, Any]) -> None:
    mappings_set(world.endpoint, rows=rows, phase=MappingPhase.PING, by=None)


def _set(row: Any, **attributes: Any) -> None:
    for name, value in attributes.items():
        setattr(row, name, value)
    row.save()


def _said(world: World) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in problems(world.campaign)]


EMAIL_TEMPLATE = {"target": "who", "kind": "template", "value": "{{ first_name }}/{{ email }}"}
BRANCHES = [
    {
        "expression": {"kind": "test", "field": "zip", "operator": "is", "value": "90210"},
        "value": "{{ phone }}",
    }
]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"target": "phone", "source": "phone"}, "“phone”"),
        ({"target": "phone", "source": "phone", "value_format": "phone_digits"}, "“phone”"),
        ({"target": "area", "kind": "split", "source": "phone", "part": "area_code"}, "“phone”"),
        (EMAIL_TEMPLATE, "“email”, “first_name”"),
        ({"target": "who", "kind": "template", "value": '{{ field["email"] }}'}, "“email”"),
        ({"target": "who", "kind": "template", "value": "{{ trustedform_url }}"}, "“trusted_form_url”"),
        ({"target": "who", "kind": "branch", "branches": BRANCHES, "default": "x"}, "“phone”"),
        ({"target": "ip", "kind": "system", "source": "ip_address"}, "“ip_address”"),
        ({"target": "n", "kind": "value_table", "source": "first_name", "table": [["Ann", "1"]]}, "“first_name”"),
        ({"target": "p", "source": "phone", "encoding": "base64"}, "“phone”"),
    ],
)  # fmt: skip
def test_a_ping_that_names_the_person_is_refused_by_row_and_field(world, row, names):
    _ping(world, ZIP, row)

    (found,) = problems(world.campaign)

    assert found.field == "value_format"
    assert found.object_type == "buyers.mapping"
    assert found.object_id == world.endpoint.mappings.get(phase="ping", target=row["target"]).pk
    assert f"mapping row “{row['target']}” that sends {names} as it is" in found.message
    assert found.message.startswith(f"Ping of endpoint {world.endpoint}")


@pytest.mark.parametrize("written", ["md5", "sha1", "sha256", "hmac_sha256", "hmac_sha256_base64"])
def test_a_hash_is_no_personal_data_in_the_clear(world, written):
    secret = {"secret": "k" * 20} if written.startswith("hmac") else {}
    _ping(world, ZIP, {"target": "p", "source": "phone", "value_format": written, **secret})
    assert problems(world.campaign) == []


def test_what_only_the_post_sends_is_left_alone(world):
    assert world.endpoint.mappings.filter(phase="post", source="phone").exists()
    assert problems(world.campaign) == []


def test_what_is_agreed_with_the_buyer_passes_is_shown_and_is_on_record(world):
    _ping(world, ZIP, {"target": "phone", "source": "phone", "agreed": True})

    assert problems(world.campaign) == []
    (endpoint,) = readiness(world.campaign).endpoints
    assert endpoint.notes == ("Its ping sends phone in the clear, as agreed with this buyer",)
    event = AuditEvent.objects.filter(action="endpoint.mapping_changed").latest("pk")
    assert event.data == {"agreed": ["phone"]}
    assert event.summary == f"Ping mapping of “{world.endpoint}” changed"


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (lambda w: _set(w.endpoint, ping_url=""), "price_kind", "has no ping URL"),
        (
            lambda w: _set(w.endpoint, kind="email", email_to="a@b.example"),
            "price_kind",
            "delivers by “E-mail”",
        ),
        (lambda w: _set(w.endpoint, ping_url="http://10.0.0.1/x"), "ping_url", "a URL that cannot be called"),
        (lambda w: _set(w.endpoint, ping_method="GET"), "ping_format", "which carry a query string only"),
        (lambda w: _set(w.endpoint, ping_format="morse"), "ping_format", "an unknown format “morse”"),
        (lambda w: _set(w.endpoint, ping_format="raw"), "ping_template", "a template that cannot be used"),
        (lambda w: _set(w.endpoint, ping_content_type="nothing"), "ping_content_type", "no media type"),
        (
            lambda w: _set(w.endpoint, ping_timeout_ms=800),
            "ping_timeout_ms",
            "waits 800 ms, longer than the 750 ms",
        ),
        (
            lambda w: _set(w.campaign, auction_ms=200),
            "ping_timeout_ms",
            "waits 750 ms, longer than the 200 ms",
        ),
        (_ping, "mappings", "has no mapping"),
        (lambda w: _ping(w, ZIP, ZIP), "target", "another row writes to the same place"),
        (
            lambda w: _ping(w, {"target": "a", "source": "fax"}),
            "target",
            "“fax” is no field of this campaign",
        ),
        (
            lambda w: _ping(w, {"target": "a", "kind": "ping_response", "source": "bid"}),
            "kind",
            "reads the answer to the ping, which has not come yet",
        ),
        (
            lambda w: _ping(w, {"target": "city", "source": "city", "on_empty": "fail"}),
            "on_empty",
            "without which nothing is sent, and sources may leave out “city”",
        ),
        (
            lambda w: response_rules_set(w.endpoint, rows=[], phase="ping", by=None),
            "rules",
            "would ever be a bid",
        ),
        (
            lambda w: response_rules_set(w.endpoint, rows=[{"outcome": "accepted"}], phase="ping", by=None),
            "rules",
            "number 1, that means accepted and does not say where the price is",
        ),
        (
            lambda w: response_rules_set(
                w.endpoint, rows=[{**BID, "expiry_path": "a..b"}], phase="ping", by=None
            ),
            "rules",
            "number 1, that cannot be used",
        ),
        (lambda w: _set(w.order, share="shared"), "share", "the campaign sells each to one buyer at most"),
        (
            lambda w: (_set(w.order, share="either"), _set(w.campaign, max_buyers=3)),
            "share",
            "sells each to one buyer at most",
        ),
        (lambda w: _set(w.order, minimum_bid=-1), "minimum_bid", "negative minimum bid"),
        (
            lambda w: _set(w.campaign, margin_kind="percent", margin_amount=100),
            "margin_amount",
            "100 percent or more",
        ),
        (lambda w: _set(w.terms, margin_kind="fixed", margin_amount=-2), "margin_amount", "a margin below 0"),
        (lambda w: _set(w.terms, sample_payout=-2), "sample_payout", "with a negative bid"),
        (lambda w: _set(w.terms, pings_per_post=0), "pings_per_post", "no ping for a post"),
        (
            lambda w: _set(w.order, margin_kind="fixed", margin_bands=[{"above": "5", "kind": "fixed"}]),
            "margin_bands",
            "one of them cannot be read",
        ),
        (
            lambda w: _set(w.campaign, margin_bands=[{"above": "5", "kind": "percent", "amount": "120"}]),
            "margin_bands",
            "from 5 one of 100 percent or more",
        ),
    ],
)
def test_named_with_its_field(world, change, field, said):
    change(world)
    assert (field, True) in [(at, said in message) for at, message in _said(world)], _said(world)


def test_a_post_that_repeats_the_pings_answer_needs_a_ping(world):
    token = {"target": "token", "kind": "ping_response", "source": "bid.token"}
    mappings_set(world.endpoint, rows=[ZIP, token], by=None)
    assert problems(world.campaign) == []

    _set(world.order, price_kind="fixed")
    ((field, message),) = _said(world)
    assert field == "price_kind"
    assert "is not pinged, but its endpoint sends “token” from the answer to a ping" in message

    mappings_set(world.endpoint, rows=[ZIP, {**token, "on_empty": "default", "default": "none"}], by=None)
    assert problems(world.campaign) == []


def test_a_ping_that_no_order_of_the_campaign_uses_is_not_judged(world):
    _ping(world, {"target": "a", "source": "fax"})
    _set(world.order, price_kind="fixed")
    assert problems(world.campaign) == []


def test_what_must_be_there_is_asked_of_the_ping_on_an_exchange(world):
    _ping(world, {"target": "first", "source": "first_name", "on_empty": "fail", **HASHED})
    assert problems(world.campaign) == []  # Whoever posts the whole lead has to give the first name.

    _set(world.campaign, traffic="exchange")

    ((field, message),) = _said(world)
    assert (field, "“first_name”" in message) == ("on_empty", True)


def test_a_regular_expression_may_name_the_price(world):
    rule = {"outcome": "accepted", "match": "regex", "value": r"bid=(?P<price>[\d.]+)"}
    response_rules_set(world.endpoint, rows=[rule], phase=Phase.PING, by=None)
    assert problems(world.campaign) == []


def test_readiness_warns_of_an_exchange_that_asks_nothing_on_ping(world):
    _set(world.campaign, traffic="exchange")
    assert not [note for note in readiness(world.campaign).campaign.notes if "on ping" in note]

    Field.objects.filter(campaign=world.campaign).update(required_on_ping=False)

    assert "No field is required on ping: buyers may be asked about leads of which they are told nothing" in (
        readiness(world.campaign).campaign.notes
    )


def test_readiness_says_which_order_nobody_can_be_asked_for(world):
    _set(world.endpoint, ping_url="")
    (order,) = readiness(world.campaign).orders
    assert order.notes == ("It bids, and its endpoint has no ping URL: nobody would be asked",)


def test_mappings_and_rules_of_one_phase_leave_those_of_the_others(world):
    post = list(world.endpoint.mappings.filter(phase="post"))
    status = world.endpoint.rules.create(phase="status", outcome="accepted")
    _ping(world, ZIP, {"target": "state", "source": "state"})
    response_rules_set(world.endpoint, rows=[BID, BID], phase=Phase.PING, by=None)

    assert list(world.endpoint.mappings.filter(phase="post")) == post
    assert [row.target for row in world.endpoint.mappings.filter(phase="ping")] == ["zip", "state"]
    assert status in world.endpoint.rules.all()
    assert world.endpoint.rules.filter(phase="ping").count() == 2
    assert world.endpoint.rules.filter(phase="post").count() == 1
