"""The ping of an endpoint: address and form, its own mapping and rules, its preview, and the preset with all of it."""

from typing import Any

import pytest
from django.urls import reverse

from apps.buyers.models import Endpoint, Mapping, ResponseRule
from apps.buyers.services import mappings_set, response_rules_set
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.publishing.problems import problems
from tests.admin import page_form
from tests.admin.conftest import House
from tests.admin.test_endpoint_page import errors, page, posted, rows_of, saved
from tests.admin.test_endpoint_preview import previewed

PING = {"ping_url": "api.buyer.example/ping", "ping_timeout_ms": "400"}


def _row(number: int, **values: str) -> dict[str, str]:
    usual = {"kind": "field", "on_empty": "omit", "on_too_long": "truncate", "value_type": "text"}
    told = usual | {"position": str(number)} | values
    return {f"ping_mappings-{number}-{name}": value for name, value in told.items()}


def _rule(number: int, **values: str) -> dict[str, str]:
    usual = {
        "outcome": "accepted",
        "match": "json_path",
        "path": "status",
        "operator": "equals",
        "value": "bid",
    }
    told = usual | {"position": str(number)} | values
    return {f"ping_rules-{number}-{name}": value for name, value in told.items()}


def _rows(count: int, prefix: str) -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": str(count)}


WHOLE = (
    PING
    | _rows(2, "ping_mappings")
    | _row(0, target="zip", source="zip")
    | _row(1, target="hash", source="phone", value_format="sha256")
    | _rows(2, "ping_rules")
    | _rule(0, price_path="bid", shared_price_path="shared", promise_path="token", expiry_path="until")
    | _rule(1, outcome="rejected", value="no", reason_path="why")
)


def test_a_ping_is_set_up_on_the_page_beside_the_post(ours: House) -> None:
    post = list(Mapping.objects.filter(endpoint=ours.world.endpoint).values_list("pk", flat=True))
    status = ours.world.endpoint.rules.create(phase="status", outcome="accepted")

    endpoint = saved(ours, **WHOLE)

    assert (endpoint.ping_url, endpoint.ping_timeout_ms) == ("https://api.buyer.example/ping", 400)
    assert [row.target for row in endpoint.mappings.filter(phase="ping")] == ["zip", "hash"]
    assert list(endpoint.mappings.filter(phase="post").values_list("pk", flat=True)) == post
    first, second = endpoint.rules.filter(phase="ping")
    assert (first.price_path, first.shared_price_path) == ("bid", "shared")
    assert (first.promise_path, first.expiry_path, second.reason_path) == ("token", "until", "why")
    assert endpoint.rules.get(phase="status") == status
    assert endpoint.rules.filter(phase="post").count() == 1
    shown = ours.client(Role.VIEWER).get(page(ours)).content.decode()
    assert "Ping — what buyers are told before they bid" in shown


def test_rows_of_the_two_phases_stand_apart_and_saving_again_moves_none(ours: House) -> None:
    saved(ours, **WHOLE)
    rows = [list(model.objects.order_by("pk").values()) for model in (Mapping, ResponseRule)]
    values = page_form.read(ours.client(Role.MANAGER), page(ours), "endpoint")
    targets = {name: value for name, value in values.items() if name.endswith("-target")}
    assert [value for name, value in targets.items() if name.startswith("ping_")] == [["zip"], ["hash"]]
    assert ["hash"] not in [value for name, value in targets.items() if name.startswith("mappings-")]
    before = AuditEvent.objects.count()

    saved(ours)

    assert [list(model.objects.order_by("pk").values()) for model in (Mapping, ResponseRule)] == rows
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        ({"ping_url": "http://10.0.0.1/ping"}, "ping_url", "10.0.0.1"),
        ({**PING, "ping_method": "GET"}, "ping_format", "A GET request has no body"),
        ({**PING, "ping_format": "raw"}, "ping_template", "Write the body that this buyer wants"),
        ({**PING, "ping_content_type": "json"}, "ping_content_type", "type/subtype"),
        ({**PING, "ping_timeout_ms": "5"}, "ping_timeout_ms", "20"),
    ],
)
def test_what_could_not_be_pinged_is_refused_at_its_input(
    ours: House, changes: dict, at: str, said: str
) -> None:
    told = errors(posted(ours, **changes))
    assert said in told[at]
    ours.world.endpoint.refresh_from_db()
    assert ours.world.endpoint.ping_url == ""


def test_rows_are_judged_as_the_pings_format_writes_them(ours: House) -> None:
    rows = _rows(2, "ping_mappings") | _row(0, target="zip", source="zip")
    rows |= _row(1, target="zip", source="state")
    refused = rows_of(posted(ours, **PING, **rows), "ping_mappings")
    assert "writes to the same place" in str(refused)
    assert not Mapping.objects.filter(phase="ping").exists()


def test_a_bid_has_a_price(ours: House) -> None:
    refused = rows_of(posted(ours, **PING, **_rows(1, "ping_rules"), **_rule(0)), "ping_rules")
    assert refused == [{"price_path": ["A bid is a price: say where it stands, for example bid."]}]
    assert not ResponseRule.objects.filter(phase="ping").exists()


def test_a_ping_cannot_read_its_own_answer_nor_a_post_be_agreed(ours: House) -> None:
    text = ours.client(Role.MANAGER).get(page(ours)).content.decode()
    assert 'name="ping_mappings-__prefix__-agreed"' in text
    assert 'name="mappings-__prefix__-agreed"' not in text
    rows = _rows(1, "ping_mappings") | _row(0, target="a", kind="ping_response", source="zip")
    assert "kind" in rows_of(posted(ours, **PING, **rows), "ping_mappings")[0]


def test_what_is_agreed_with_a_buyer_stays_visible_and_is_on_record(ours: House) -> None:
    rows = _rows(1, "ping_mappings") | _row(0, target="phone", source="phone", agreed="on")
    saved(ours, **PING, **rows)
    text = ours.client(Role.VIEWER).get(page(ours)).content.decode()
    assert "Its ping sends phone in the clear, as agreed with this buyer." in text
    assert "phone ← phone — agreed with the buyer" in text
    assert "ping mapping “phone” added" in str(AuditEvent.objects.latest("pk").data)

    client = ours.client(Role.MANAGER)
    client.post(
        page(ours), page_form.read(client, page(ours), "endpoint", **{"ping_mappings-0-agreed": None})
    )

    data = AuditEvent.objects.latest("pk").data
    assert data["changes"] == [
        {"field": "ping mapping “phone”: Agreed with the buyer", "old": "True", "new": "False"}
    ]


def test_the_preview_shows_the_ping_as_it_is_typed(ours: House) -> None:
    text = previewed(ours, **WHOLE)
    assert "POST https://api.buyer.example/ping" in text
    assert 'aria-label="Ping request"' in text
    assert 'aria-label="Request"' in text
    assert "&quot;hash&quot;" in text
    assert "5551234567" not in text.split('aria-label="Ping request"')[1].split("</pre>")[0]
    assert not Mapping.objects.filter(phase="ping").exists()


def test_the_preview_names_what_publishing_would_refuse_to_tell(ours: House) -> None:
    rows = _rows(1, "ping_mappings") | _row(0, target="phone", source="phone")
    assert "Ping mapping row “phone”</strong>: sends “phone” as it is" in previewed(ours, **PING, **rows)
    agreed = rows | {"ping_mappings-0-agreed": "on"}
    assert "as it is" not in previewed(ours, **PING, **agreed)


def test_the_preview_marks_what_only_the_pings_answer_can_tell(ours: House) -> None:
    changes = {
        "mappings-0-kind": "ping_response",
        "mappings-0-response_path": "token",
        "mappings-0-target": "bid",
    }
    assert "‹token of the ping&#x27;s answer›" in previewed(ours, **changes)


def test_an_answer_to_the_ping_is_tried_by_the_pings_rules(ours: House) -> None:
    response_rules_set(ours.world.endpoint, rows=[
        {"outcome": "accepted", "match": "json_path", "path": "ok", "value": "1", "price_path": "p",
         "promise_path": "t"}
    ], phase="ping", by=None)  # fmt: skip
    Endpoint.objects.filter(pk=ours.world.endpoint.pk).update(ping_url="https://api.buyer.example/ping")
    answer = {"status": "200", "content_type": "application/json", "body": '{"ok": 1, "p": 14.5, "t": "T-9"}'}
    client = ours.client(Role.MANAGER)
    text = client.post(page(ours, "preview"), answer | {"phase": "ping"}).content.decode()
    assert "Price: 14.5." in text
    assert "Token: T-9." in text
    assert "rule 1 matched" in text


def test_ping_and_post_is_a_way_to_start(ours: House) -> None:
    client, world = ours.client(Role.MANAGER), ours.world
    data = {"buyer": world.buyer.pk, "name": "Bidder", "preset": "ping_post", "url": "https://b.example/post"}
    add = reverse("admin:buyers_endpoint_add")
    assert "Say where bids are asked for." in errors(client.post(add, data))["ping_url"]
    assert not Endpoint.objects.filter(name="Bidder").exists()

    client.post(add, data | {"ping_url": "b.example/ping"})

    made = Endpoint.objects.get(name="Bidder")
    assert made.ping_url == "https://b.example/ping"
    assert {row.target for row in made.mappings.filter(phase="ping")} == {"state", "zip"}
    (bid, none) = made.rules.filter(phase="ping")
    assert (bid.outcome, bid.price_path, bid.promise_path) == ("accepted", "bid", "promise")
    assert (none.outcome, none.reason_path) == ("rejected", "reason")
    token = made.mappings.get(phase="post", kind="ping_response")
    assert (token.target, token.source) == ("promise", "promise")
    world.order.endpoint, world.order.price_kind = made, "bid"
    world.order.save()
    assert problems(world.campaign) == []


def test_starting_anew_without_a_ping_leaves_the_ping_alone(ours: House) -> None:
    endpoint = ours.world.endpoint
    mappings_set(endpoint, rows=[{"target": "zip", "source": "zip"}], phase="ping", by=None)
    client = ours.client(Role.MANAGER)
    asked = client.get(page(ours, "start")).content.decode()
    assert "so does its ping" in asked
    client.post(page(ours, "start"), {"confirmed": "yes", "preset": "form"})
    assert [row.target for row in endpoint.mappings.filter(phase="ping")] == ["zip"]


def test_fields_are_mapped_for_the_post_whatever_the_ping_has(ours: House) -> None:
    mappings_set(ours.world.endpoint, rows=[{"target": "city", "source": "city"}], phase="ping", by=None)
    ours.client(Role.MANAGER).post(page(ours, "map_fields"))
    assert ours.world.endpoint.mappings.filter(phase="post", source="city").exists()
    assert ours.world.endpoint.mappings.filter(phase="ping").count() == 1


def test_a_changed_ping_row_is_told_by_its_name(ours: House) -> None:
    saved(ours, **WHOLE)
    changes: dict[str, Any] = {"ping_mappings-0-target": "postal"}
    saved(ours, **changes)
    changes = AuditEvent.objects.latest("pk").data["changes"]
    assert [(one["field"], one["old"], one["new"]) for one in changes] == [
        ("ping mapping “postal”: Target", "zip", "postal")
    ]


def test_who_is_pinged_can_be_asked_for_a_test_bid(ours: House) -> None:
    url, client = page(ours, "tests"), ours.client(Role.OPERATOR)
    assert "Send a sample ping and test" not in client.get(url).content.decode()
    Endpoint.objects.filter(pk=ours.world.endpoint.pk).update(ping_url="http://10.0.0.1/ping")
    assert "Send a sample ping and test" in client.get(url).content.decode()

    text = client.post(url, {"phase": "ping"}, follow=True).content.decode()

    assert "Something keeps pings from arriving" in text
    assert "<small>ping,</small>" in client.get(url).content.decode()
