"""I7, S18, S19: what a lead says of a person is nowhere in clear, neither in the database nor in Redis nor in logs."""

import json
import logging

import pytest
import redis
from django.conf import settings
from django.db import connection

from apps.deliveries.services import drain
from apps.intake import refusals
from tests.factories.worlds import World, lead_body, published_campaign
from tests.intake.posting import submit

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = {
    "first_name": "Wagtailfirst",
    "last_name": "Wagtaillast",
    "email": "wagtail.bird@example.com",
    "phone": "5554443322",
    "address": "77 Wagtail Row",
    "comments": "wagtail comment",
    "unknown_thing": "wagtail unknown",
    "trusted_form_url": "https://cert.trustedform.com/wagtail0123456789",
    "ip_address": "8.8.4.77",
}
TRACES = ("wagtail", "5554443322", "554443322", "8.8.4.77", "77 Wagtail")


def everything_happens(world: World) -> None:
    """Accepted, duplicate, malformed, blocked for its key, test, repeated, and broken: all with the same person."""
    body = lead_body(world, **PERSON)
    submit(body, **{"Idempotency-Key": PERSON["email"]})
    submit(body, **{"Idempotency-Key": PERSON["email"]})
    submit(body)
    submit(body | {"zip": "9"})
    submit(body | {"email": "wagtail bird"})
    submit(body | {"test": True, "extra wagtail": 1})
    submit(body | {"auth": "wagtail-wrong-key"})
    submit(body | {"sourceid": "wagtail"})
    submit(json.dumps(body).encode()[:-3])
    submit(json.dumps(body).encode(), content_type="image/png")
    refusals.flush()


def dump() -> str:
    """Every column of every row of every table, as text; bytes as hexadecimal and as they read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t.*::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found).lower()


def test_no_table_holds_a_person_or_a_key_in_clear() -> None:
    world = published_campaign(campaign={"verify_ip": True})
    everything_happens(world)
    text = dump()
    for trace in (*TRACES, world.key, world.token):
        assert trace.lower() not in text
        assert trace.lower().encode().hex() not in text
    assert world.company.name.lower() in text


def test_no_log_and_no_broker_holds_a_person_or_a_key(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    world = published_campaign(terms={"limit_per_minute": 100})
    everything_happens(world)
    drain(for_s=2)
    client = redis.Redis.from_url(settings.REDIS_URL)
    in_redis = b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter("*"))
    written = capfd.readouterr()
    logged = "\n".join(
        [written.out, written.err, *(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)]
    ).lower()
    for trace in (*TRACES, world.key):
        assert trace.lower() not in logged
        assert trace.lower().encode() not in in_redis.lower()
