"""Personal data is on no masked page, in no spelling; unmasking is a deed on record."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from apps.buyers.services import mappings_set
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.deliveries import services
from apps.engine.formats import FORMATS
from apps.engine.orders import FormatOptions
from apps.engine.value_formats import VALUE_FORMATS
from apps.engine.values import LeadData, Value
from apps.leads.models import Lead, LeadEvent
from apps.monitoring.trace.masking import MASK, Mask, personal_texts
from apps.monitoring.trace.payloads import payload_text
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.monitoring.desk import delivered, html, member, post, url_of

PERSON = {
    "first_name": "Zoë",
    "last_name": "O'Canary-Smythe",
    "email": "Zoe.Canary+leads@example.com",
    "phone": "(555) 234-7788",
}
RAW = [*PERSON.values(), "Canary Bird"]
PHONES = ["+15552347788", "15552347788", "5552347788", "555-234-7788"]


def spellings(text: str) -> set[str]:
    return {
        text,
        text.lower(),
        text.upper(),
        quote(text),
        quote(text, safe=""),
        quote_plus(text),
        json.dumps(text)[1:-1],
        text.replace("'", "&#x27;"),
        text.replace("'", "&#39;"),
    }


def leaks(page: str) -> list[str]:
    wanted = {spelt for text in [*RAW, *PHONES] for spelt in spellings(text)} | {"Canary", "canary", "CANARY"}
    return sorted(spelt for spelt in wanted if spelt in page)


@pytest.fixture
def scene(simulator: Running) -> Market:
    """A buyer spoken to in JSON who repeats what it was told, one in a form, and one in the query string."""
    echo = quote_plus("Known: ZOË O'CANARY-SMYTHE, zoe.canary+leads@example.com, 555-234-7788")
    made = market(simulator, [f"reject?reason={echo}", "duplicate", "accept?price=5"])
    for place, body_format in ((1, "form"), (2, "query")):
        endpoint = made.endpoint(place)
        endpoint.body_format = body_format
        endpoint.save()
    rows = [
        {"target": "who", "kind": "template", "value": "{{ last_name }}, {{ first_name }} (web)"},
        {"target": "mail", "source": "email", "value_format": "upper", "max_length": 12},
        {"target": "hash", "source": "email", "value_format": "md5"},
        {"target": "tel", "source": "phone", "value_format": "phone_parentheses"},
    ]
    mappings_set(made.endpoint(1), rows=rows, by=None)
    made.world.publish()
    return made


@pytest.mark.django_db(transaction=True)
def test_a_masked_page_holds_nothing_of_the_person(scene: Market) -> None:
    lead = delivered(scene, **PERSON, nickname="Canary Bird")
    assert lead.status == "sold"
    page = html(member(scene.world, Role.OWNER, sees_personal_data=True).get(url_of(lead)))
    assert leaks(page) == []
    assert "ZOE.CANARY+L" not in page
    assert VALUE_FORMATS["md5"].write(PERSON["email"].lower()) not in page
    assert MASK in page


@pytest.mark.django_db(transaction=True)
def test_the_lists_and_the_dashboard_hold_nothing_either(scene: Market) -> None:
    delivered(scene, **PERSON)
    client = member(scene.world)
    lists = ("/admin/leads/lead/", "/admin/deliveries/delivery/", "/admin/deliveries/attempt/")
    for path in ("/admin/", "/admin/overview/", *lists):
        assert leaks(html(client.get(path))) == []
    assert f"“Known: {MASK} {MASK}, {MASK}" in html(client.get("/admin/deliveries/attempt/"))


@pytest.mark.django_db(transaction=True)
def test_unmasking_shows_everything_and_is_on_record(scene: Market) -> None:
    lead = delivered(scene, **PERSON)
    client = member(scene.world, Role.VIEWER, sees_personal_data=True)
    answer = client.post(url_of(lead, "reveal"))
    page = html(answer)
    for text in ("Zoë", "O&#x27;Canary-Smythe", "+15552347788", "(555) 234-7788"):
        assert text in page, text
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(action="lead.revealed")
    assert (event.object_id, event.company) == (
        str(lead.pk),
        scene.world.company,
    ) or event.object_id == lead.pk
    assert "Canary" not in event.summary
    assert LeadEvent.objects.filter(lead=lead, kind="revealed").count() == 1
    assert "Personal data shown to Pat" in page


@pytest.mark.django_db(transaction=True)
def test_looking_at_the_address_unmasks_nothing(scene: Market) -> None:
    lead = post(scene.world, **PERSON)
    client = member(scene.world, Role.OWNER, sees_personal_data=True)
    answer = client.get(url_of(lead, "reveal"), follow=True)
    assert answer.redirect_chain == [(url_of(lead), 302)]
    assert leaks(html(answer)) == []
    assert not AuditEvent.objects.filter(action="lead.revealed").exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_right_nothing_is_shown_or_recorded(scene: Market) -> None:
    lead = post(scene.world, **PERSON)
    client = member(scene.world, Role.OWNER, sees_personal_data=False)
    page = html(client.get(url_of(lead)))
    assert "Show personal data" not in page
    answer = client.post(url_of(lead, "reveal"))
    assert answer.status_code == 403
    assert leaks(answer.content.decode()) == []
    assert not AuditEvent.objects.filter(action="lead.revealed").exists()
    assert not LeadEvent.objects.filter(kind="revealed").exists()


@pytest.mark.django_db(transaction=True)
def test_the_masked_page_is_not_kept_by_browsers(scene: Market) -> None:
    lead = post(scene.world, **PERSON)
    assert "no-store" in member(scene.world).get(url_of(lead))["Cache-Control"]


def mask_for(**values: Any) -> Mask:
    lead = Lead(id=1, received_at=datetime(2026, 11, 21, tzinfo=UTC))
    data = LeadData({name: Value(str(value), value) for name, value in values.items()})
    return Mask(personal_texts(lead, data, frozenset(values), None))


@pytest.mark.parametrize(
    "key", [key for key in VALUE_FORMATS if key.startswith("date") and key != "date_pattern"]
)
def test_a_date_is_masked_in_every_format_that_can_be_sent(key: str) -> None:
    born = date(1972, 11, 14)
    written = VALUE_FORMATS[key].write(born)
    mask = mask_for(date_of_birth=born)
    for text in (written, quote(written, safe=""), json.dumps(written)):
        masked = mask(f"dob={text}&x=1")
        assert "1972" not in masked
        assert masked.endswith("&x=1")


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("body_format", ["json", "xml", "form", "query", "multipart", "raw"])
def test_a_body_is_masked_in_every_format_and_encoding(body_format: str, charset: str) -> None:
    name = "Dvořák-O'Canary “Zoë”"
    options = FormatOptions(
        charset=charset, template='<a n="{{ p["n"] }}">{{ p["n"] }}</a>'.replace('p["n"]', "n")
    )
    encoded = FORMATS[body_format].encode(((("a.n" if body_format == "xml" else "n"), name),), options)
    stored = {
        "method": "POST",
        "url": f"https://buyer.example/in?{encoded.query}",
        "headers": [["Content-Type", encoded.content_type]],
    }
    try:
        stored["body"] = encoded.body.decode()
    except UnicodeDecodeError:
        stored["body_base64"] = base64.b64encode(encoded.body).decode()

    text = payload_text(stored)
    masked = mask_for(comments=name)(text)

    assert MASK in masked
    assert not any(part in masked for part in ("Dvo", "Canary", "Zo"))


def test_a_short_value_is_masked_where_it_stands_alone() -> None:
    mask = mask_for(first_name="Al")
    assert mask('{"first": "Al", "place": "Alabama"}') == f'{{"first": "{MASK}", "place": "Alabama"}}'


def test_the_longest_value_goes_first() -> None:
    assert mask_for(first_name="Ann", last_name="Annabel")("Annabel Ann") == f"{MASK} {MASK}"


def test_nothing_personal_leaves_a_text_as_it_is() -> None:
    assert mask_for()('{"state": "CA"}') == '{"state": "CA"}'


@pytest.mark.django_db(transaction=True)
def test_payloads_are_kept_in_the_database_sealed_only(scene: Market) -> None:
    lead = post(scene.world, **PERSON)
    services.drain()
    stored = lead.attempts.order_by("id").values_list("sealed_request", flat=True)
    assert all(b"Canary" not in bytes(one) for one in stored)
