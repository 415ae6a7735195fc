"""The health checks: what fails readiness, and what must not."""

import pytest
from django.db import connection


def test_livez_needs_no_database(client):
    assert client.get("/livez").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_tells_every_part(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_broker_down_is_told_but_does_not_fail_readiness(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["broker"] == "unreachable"


def test_health_takes_reads_only(client):
    assert client.post("/livez").status_code == 405


@pytest.mark.django_db
def test_a_database_that_takes_no_writes_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "read-only"
