"""Who may use a webhook: tokens, secrets, signatures, limits, faults; and that none of it is told anywhere."""

import base64
import hashlib
import hmac
import json
import logging

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from apps.core.clock import now
from apps.engine.signature import key_of, sign
from apps.intake import refusals
from apps.intake.flows import held
from apps.intake.models import Refusal, WebhookPayload
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.sources.services import webhook_protect, webhook_renew
from tests.intake.hooking import (
    answers,
    call,
    hook_of,
    hooked,
    publish_mapping,
)
from tests.intake.posting import documented

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_unknown_token_leads_nowhere_and_an_old_one_no_longer() -> None:
    world = hooked()
    old = hook_of(world).token
    webhook_renew(hook_of(world), by=world.user)
    for token in ("nonsense", old):
        response = Client().generic("POST", f"/webhook/{token}", b"{", content_type="application/json")
        assert (response.status_code, documented(response)["message"]) == (404, "Not found")
    assert call(world, answers()).status_code == 200


def test_who_tries_tokens_is_shut_out() -> None:
    codes = [Client().post(f"/webhook/guess{n}", {}).status_code for n in range(22)]
    assert codes[:20] == [404] * 20
    assert codes[-1] == 429


@pytest.mark.parametrize(
    ("body", "content_type", "status", "message"),
    [
        (b"", "application/json", 400, "Invalid payload"),
        (b"{", "application/json", 400, "Invalid payload"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "Invalid payload"),
        (b"a=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413, "Payload too large"),
        (b"\x89PNG", "image/png", 415, "Unsupported content type"),
    ],
)
def test_faults_in_the_shape_of_the_simple_post(
    body: bytes, content_type: str, status: int, message: str
) -> None:
    world = hooked()
    response = Client().generic("POST", f"/webhook/{hook_of(world).token}", body, content_type=content_type)
    assert (response.status_code, documented(response)["message"]) == (status, message)
    assert not Lead.objects.exists()
    assert not WebhookPayload.objects.exists()


def test_get_is_not_allowed() -> None:
    world = hooked()
    response = Client().get(f"/webhook/{hook_of(world).token}")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_the_vendors_secret_in_the_body_or_in_a_header() -> None:
    world = hooked()
    webhook_protect(
        hook_of(world), by=world.user, secret_in="body", secret_name="google_key", secret="s3cret"
    )
    for wrong in (answers(), answers() | {"google_key": "wrong"}):
        assert documented(call(world, wrong))["message"] == "Invalid auth"
    assert not Lead.objects.exists()
    assert documented(call(world, answers() | {"google_key": "s3cret"}))["leadStatus"] is True
    assert "google_key" not in unseal(Lead.objects.get()).unknown
    webhook_protect(hook_of(world), by=world.user, secret_in="header", secret_name="X-Key", secret="s3cret")
    assert documented(call(world, answers(), **{"X-Key": "no"}))["message"] == "Invalid auth"
    assert documented(call(world, answers(), **{"x-key": "s3cret"}))["leadStatus"] is True
    refusals.flush()
    assert Refusal.objects.get(code="invalid_auth").count == 3


@pytest.mark.parametrize("kind", ["hex", "base64"])
def test_a_signature_over_the_body(kind: str) -> None:
    world = hooked()
    webhook_protect(
        hook_of(world),
        by=world.user,
        signed=kind,
        signature_header="Typeform-Signature",
        signing_secret="sign",
    )
    body = json.dumps(answers()).encode()
    mac = hmac.digest(b"sign", body, hashlib.sha256)
    right = "sha256=" + (mac.hex() if kind == "hex" else base64.b64encode(mac).decode())
    assert documented(call(world, body))["message"] == "Invalid auth"
    assert documented(call(world, body + b" ", **{"Typeform-Signature": right}))["message"] == "Invalid auth"
    assert documented(call(world, body, **{"Typeform-Signature": right}))["leadStatus"] is True


def test_standard_webhooks_with_their_time_and_id() -> None:
    world = hooked()
    secret = "whsec_" + base64.b64encode(b"sixteen bytes!!!").decode()
    webhook_protect(hook_of(world), by=world.user, signed="standard", signing_secret=secret)
    body, at = json.dumps(answers()).encode(), int(now().timestamp())

    def signed(message_id: str, seconds: int) -> HttpResponse:
        signature = sign(key_of(secret), message_id, seconds, body)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature,
        }
        return call(world, body, **headers)

    assert documented(signed("m1", at - 400))["message"] == "Invalid auth"
    first, again = signed("m2", at), signed("m2", at)
    assert documented(first)["leadStatus"] is True
    assert first.content == again.content
    assert Lead.objects.count() == 1


def test_rate_limits_of_the_terms_hold() -> None:
    world = hooked(terms={"limit_per_minute": 2})
    codes = [call(world, answers()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_where_it_may_come_from() -> None:
    world = hooked(terms={"ip_allow": ["10.1.0.0/16"]})
    assert documented(call(world, answers()))["message"] == "Invalid auth"


def test_neither_token_nor_secret_nor_person_is_in_a_table_a_log_or_the_broker(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    world = hooked(mapped=False)
    webhook_protect(
        hook_of(world), by=world.user, secret_in="body", secret_name="k", secret="kingfisher-secret"
    )
    person = {"name": "Kingfisher Bird", "mail": "kingfisher@example.com", "tel": "5554443311"}
    key = {"k": "kingfisher-secret"}
    call(world, answers(**person) | key | {"test": 1})
    call(world, answers(**person) | key)
    call(world, answers(**person) | {"k": "kingfisher-wrong"}, query="?kingfisher=1")
    call(world, b"kingfisher {")
    publish_mapping(world)
    held.take_up()
    call(world, answers(**person) | key)
    Client().get(f"/webhook/{hook_of(world).token}/kingfisher")
    refusals.flush()
    token = hook_of(world).token
    client = redis.Redis.from_url(settings.REDIS_URL)
    written = capfd.readouterr()
    places = [
        _dump(),
        written.out + written.err,
        *(f"{record.getMessage()} {record.__dict__}" for record in caplog.records),
        *(f"{name!r} {client.dump(name)!r}" for name in client.scan_iter("*")),
    ]
    for trace in ("kingfisher", "5554443311", token):
        assert not [place for place in places if trace.lower() in place.lower()]


def _dump() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t.*::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)
