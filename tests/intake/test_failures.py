"""F8, F11, F34, S21: without a database the answer is 503, without a broker all is well, and no fault shows a trace."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings

from apps.deliveries.models import Delivery
from apps.intake import refusals
from apps.intake.api import reading
from apps.intake.models import Refusal
from apps.leads.models import Lead
from tests.factories.worlds import lead_body, published_campaign
from tests.intake.posting import documented, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_connection() -> Iterator[None]:
    """What a test broke is not the next one's."""
    yield
    connection.close()


def served(body: dict | bytes, *, stream: Any = None, **more: Any) -> dict:
    """The answer through the server's own entrance, which looks after connections; the test client keeps them."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/ca/submit", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": stream or io.BytesIO(data), **more,
    }  # fmt: skip
    response = WSGIHandler()(environ, lambda status, headers: statuses.append(status))
    try:
        return {"status": int(statuses[0][:3]), **json.loads(b"".join(response))}
    finally:
        response.close()


def unavailable(answer) -> bool:
    body = documented(answer)
    return (
        (answer.status_code, body["message"]) == (503, "Temporarily unavailable")
        and int(answer["Retry-After"]) > 0
        and body["retryable"] is True
        and body["request_id"] == answer["X-Request-ID"]
    )


def test_a_database_that_is_gone_is_a_503_and_the_next_request_works() -> None:
    world = published_campaign()
    first, second = lead_body(world), lead_body(world)
    connection.close()
    with patch.dict(connection.settings_dict, {"PORT": "1", "HOST": "127.0.0.1"}):
        assert unavailable(submit(first))
    assert served(second)["leadStatus"] is True
    assert Lead.objects.count() == 1


def test_a_connection_that_died_between_requests_is_replaced() -> None:
    world = published_campaign()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        other.close()
    assert served(lead_body(world))["leadStatus"] is True


def test_a_read_only_database_is_a_503() -> None:
    world = published_campaign()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        assert unavailable(submit(lead_body(world)))
        assert unavailable(submit(lead_body(world), **{"Idempotency-Key": "k"}))
    finally:
        connection.close()
    assert not Lead.objects.exists()
    assert submit(lead_body(world), **{"Idempotency-Key": "k"}).json()["leadStatus"] is True


def test_locks_held_too_long_are_a_503() -> None:
    world = published_campaign()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 100")
        assert unavailable(submit(lead_body(world)))
    finally:
        other.rollback()
        other.close()
        connection.close()
    assert not Lead.objects.exists()


def test_a_fault_of_ours_is_a_500_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    world = published_campaign()
    body = lead_body(world)
    with patch("apps.intake.flows.judging.normalise", side_effect=RuntimeError(f"oops {body['email']}")):
        answer = submit(body)
    told = documented(answer)
    assert (answer.status_code, told["message"]) == (500, "Server error")
    assert b"oops" not in answer.content
    assert b"Traceback" not in answer.content
    assert told["request_id"] in [getattr(record, "request_id", "") for record in caplog.records]
    assert not Lead.objects.exists()


def test_without_a_broker_leads_are_taken_all_the_same() -> None:
    world = published_campaign(terms={"limit_per_minute": 1000})
    with override_settings(REDIS_URL="redis://127.0.0.1:9/0", CELERY_BROKER_URL="redis://127.0.0.1:9/0"):
        answer = submit(lead_body(world))
    assert answer.json()["leadStatus"] is True
    assert Delivery.objects.get().status == "pending"


def test_refusals_wait_in_memory_while_the_database_is_away() -> None:
    refusals.count("invalid_source")
    refusals.flush()
    before = sum(Refusal.objects.values_list("count", flat=True))
    connection.close()
    with patch.dict(connection.settings_dict, {"PORT": "1", "HOST": "127.0.0.1"}):
        refusals.count("invalid_source")
        refusals.flush()
    refusals.flush()
    assert sum(Refusal.objects.values_list("count", flat=True)) == before + 1


def test_a_flood_of_refusals_is_one_row_an_hour() -> None:
    for _ in range(500):
        submit(b"{")
    refusals.flush()
    rows = list(Refusal.objects.values_list("code", "count"))
    assert sum(count for _, count in rows) == 500
    assert len(rows) <= 2


def test_a_body_that_never_ends_gives_its_thread_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_WITHIN_S", 0.2)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb", buffering=0) as stream:
        theirs.sendall(b'{"zip": ')
        answer = served(b"x" * 100, stream=stream, **{"gunicorn.socket": ours})
        assert (answer["status"], answer["message"]) == (400, "Invalid payload")
        # The server will not wait for the rest either, and can still answer.
        assert ours.recv(1) == b""
        ours.sendall(b"HTTP/1.1 400")
        assert theirs.recv(20) == b"HTTP/1.1 400"


def test_a_body_that_comes_in_pieces_is_read_whole() -> None:
    world = published_campaign()
    data = json.dumps(lead_body(world) | {"comments": "x" * 20_000}).encode()
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as stream:
        sender = threading.Thread(
            target=lambda: [theirs.sendall(data[at : at + 999]) for at in range(0, len(data), 999)]
        )
        sender.start()
        answer = served(data, stream=stream, **{"gunicorn.socket": ours})
        sender.join()
    assert answer["message"] == "Success Lead = Accepted"
