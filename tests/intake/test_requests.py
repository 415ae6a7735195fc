"""F7, S14, S16, S21: faulty requests get the documented answer, never a 5xx, and leave nothing but a count."""

import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.deliveries.models import Delivery
from apps.intake import refusals
from apps.intake.models import Refusal
from apps.leads.models import Lead
from apps.leads.selectors import lead_open
from tests.factories.worlds import World, lead_body, published_campaign
from tests.intake.posting import SUBMIT, documented, post, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return published_campaign()


def with_value(world: World, raw: bytes) -> bytes:
    """A good body with one more value, as these bytes."""
    return json.dumps(lead_body(world)).encode()[:-1] + b', "extra": ' + raw + b"}"


POISON: dict[str, Callable[[World], bytes]] = {
    "deep lists": lambda world: b"[" * 200_000 + b"]" * 200_000,
    "deep objects": lambda world: b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "deep value": lambda world: with_value(world, b"[" * 40 + b"]" * 40),
    "NUL": lambda world: with_value(world, b'"a\\u0000b"'),
    "raw NUL": lambda world: with_value(world, b'"a\x00b"'),
    "lone surrogate": lambda world: with_value(world, b'"\\ud800"'),
    "surrogate key": lambda world: with_value(world, b'{"\\udfff": 1}'),
    "1e400": lambda world: with_value(world, b"1e400"),
    "-1e999999": lambda world: with_value(world, b"-1e999999"),
    "NaN": lambda world: with_value(world, b"NaN"),
    "Infinity": lambda world: with_value(world, b"-Infinity"),
    "6,000 digits": lambda world: with_value(world, b"9" * 6000),
    "duplicate keys": lambda world: with_value(world, b'1, "extra": 2'),
    "a key in two spellings": lambda world: with_value(world, b'1, "EMAIL": "x@example.com"'),
    "a system key in two spellings": lambda world: with_value(world, b'1, "CompID": 1'),
    "201 fields": lambda world: with_value(world, json.dumps(list(range(201))).encode()),
    "list": lambda world: b'[{"zip": "90210"}]',
    "text": lambda world: b'"hello"',
    "null": lambda world: b"null",
    "number": lambda world: b"1",
    "empty": lambda world: b"",
    "blank": lambda world: b"  \n ",
    "empty object": lambda world: b"{}",
    "not UTF-8": lambda world: b'{"a": "\xff\xfe"}',
    "half": lambda world: json.dumps(lead_body(world)).encode()[:-5],
    "not gzip": lambda world: b"\x1f\x8b\x08garbage",
}


def refused(code: str) -> int:
    refusals.flush()
    return sum(Refusal.objects.filter(code=code).values_list("count", flat=True))


@pytest.mark.parametrize("name", POISON)
def test_poison_is_an_invalid_payload(world: World, name: str) -> None:
    answer = submit(POISON[name](world))
    assert answer.status_code == (413 if name == "deep lists" else 400)
    body = documented(answer)
    assert body["message"] == ("Payload too large" if name == "deep lists" else "Invalid payload")
    assert body["leadStatus"] is False
    assert body["reason"] == "Sluice Reject"
    assert body["request_id"] == answer["X-Request-ID"]
    assert not Lead.objects.exists()
    assert refused(body["errors"][0]["code"]) == 1


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]
)
def test_poison_as_any_readable_type_never_gives_a_5xx(world: World, content_type: str) -> None:
    for make in POISON.values():
        answer = submit(make(world), content_type=content_type)
        assert answer.status_code < 500, answer.content
        documented(answer)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "multipart/form-data; boundary=x", "image/png", "application/octet-stream"],
)
def test_other_types_are_not_read(world: World, content_type: str) -> None:
    answer = submit(json.dumps(lead_body(world)).encode(), content_type=content_type)
    assert (answer.status_code, documented(answer)["message"]) == (415, "Unsupported content type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "text/plain", "", "application/x+json"]
)
def test_json_is_read_under_these_types(world: World, content_type: str) -> None:
    assert submit(lead_body(world), content_type=content_type).json()["leadStatus"] is True


def test_forms_byte_order_marks_and_gzip_are_read(world: World) -> None:
    form = urlencode(lead_body(world)).encode()
    assert submit(form, content_type="application/x-www-form-urlencoded").json()["leadStatus"] is True
    assert submit(b"\xef\xbb\xbf" + json.dumps(lead_body(world)).encode()).json()["leadStatus"] is True
    packed = gzip.compress(json.dumps(lead_body(world)).encode())
    assert submit(packed, **{"Content-Encoding": "gzip"}).json()["leadStatus"] is True


@pytest.mark.parametrize("size", [262_145, 1_000_000])
def test_bodies_over_the_limit_are_refused(world: World, size: int) -> None:
    body = json.dumps(lead_body(world) | {"comments": "x" * size}).encode()
    assert submit(body).status_code == 413
    packed = submit(gzip.compress(body), **{"Content-Encoding": "gzip"})
    assert (packed.status_code, documented(packed)["message"]) == (413, "Payload too large")
    assert not Lead.objects.exists()


def test_a_gzip_bomb_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert submit(bomb, **{"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods(method: str) -> None:
    answer = Client().generic(method, SUBMIT)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    if method != "HEAD":
        assert documented(answer)["message"] == "Method not allowed"


@pytest.mark.parametrize("path", ["/ca/", "/ca/submit/", "/ca/nothing", "/ca/status/forged", "/ca/status/"])
def test_nowhere_is_json_too(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert documented(answer)["message"] == "Not found"


def test_what_a_source_may_not_say_is_only_an_unknown_field(world: World) -> None:
    """S14: nothing of ours can be set from outside."""
    said: dict[str, Any] = {
        "price": 999, "payout": 999, "status": "sold", "buyer": 1, "company_id": 7, "accepted": True,
        "testLead": True, "is_staff": True, "id": 1, "is_test": True, "lead_id": "L-1", "version": 9,
    }  # fmt: skip
    answer = post(world, **said)
    assert (answer["leadStatus"], answer["price"]) == (True, 0.0)
    lead = Lead.objects.get()
    assert (lead.company_id, lead.is_test, lead.payout, lead.status) == (
        world.company.pk,
        False,
        0,
        "in_flight",
    )
    data, _ = lead_open(lead)
    assert set(data.unknown) == set(said)


def test_a_value_over_8_kib_is_a_format_problem_or_dropped(world: World) -> None:
    assert post(world, city="x" * 9000)["message"] == "City format"
    answer = post(world, strange="x" * 9000, test=True)
    assert answer["leadStatus"] is True
    assert [warning["code"] for warning in answer["warnings"]] == ["value_dropped"]


def test_the_key_may_come_as_a_bearer_token(world: World) -> None:
    body = lead_body(world, auth=None)
    assert submit(body).json()["message"] == "Invalid auth"
    assert submit(body, Authorization=f"Bearer {world.key}").json()["leadStatus"] is True


@pytest.mark.parametrize(
    "ids", [{"compid": None}, {"sourceid": "x"}, {"campid": "999999"}, {"compid": "9" * 40}]
)
def test_unknown_ids_are_counted_and_leave_no_lead(world: World, ids: dict) -> None:
    assert post(world, **ids)["message"] == "Invalid source"
    assert refused("invalid_source") == 1
    assert not Lead.objects.exists()


def test_ids_of_different_owners_do_not_go_together(world: World) -> None:
    other = published_campaign()
    ids = {"campid": other.campaign.number}
    assert post(world, **ids)["message"] == "Invalid source"
    assert post(world, compid=other.company.number)["message"] == "Invalid source"
    assert post(world, **ids, sourceid=other.source.number)["message"] == "Invalid source"
    assert post(other, auth=world.key)["message"] == "Invalid auth"
    assert not Lead.objects.exists()


def test_ids_are_read_as_texts_and_as_numbers(world: World) -> None:
    assert (
        post(world, compid=f" {world.company.number} ", campid=str(world.campaign.number))["leadStatus"]
        is True
    )
