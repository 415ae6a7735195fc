"""What may leave the process in a log line, and what may not."""

import logging
import os
from typing import Any

import pytest

from apps.core.errors import ApplicationError
from apps.core.redact import describe_exception, mask_value, redact, safe_exceptions, scrub_text


def _redacted(**fields: Any) -> dict[str, Any]:
    return dict(redact(logging.getLogger(), "info", fields))


def test_unknown_keys_are_masked_whatever_they_hold() -> None:
    masked = _redacted(event="stored", first_name="Jane", ssn=123456789, body={"a": 1}, zip=["90210"])
    assert masked == {"event": "stored", "first_name": "***", "ssn": "***", "body": "***", "zip": "***"}


def test_allowed_keys_pass_with_their_values() -> None:
    fields = {
        "event": "delivered",
        "timestamp": "2026-11-21T02:13:00Z",
        "lead_id": 4611686018427387905,
        "duration_ms": 12.5,
        "order_ids": [1, 2],
        "settled": True,
    }
    assert _redacted(**fields) == fields


def test_a_mapping_under_an_allowed_key_is_judged_key_by_key() -> None:
    masked = _redacted(problems=[{"code": "missing_field", "value": "Jane"}, ("jane@example.com",)])
    assert masked["problems"] == [{"code": "missing_field", "value": "***"}, ["***"]]


def test_objects_tell_only_their_type_and_cycles_end() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert _redacted(event=object())["event"] == "<object>"
    assert "***" in str(_redacted(event=loop)["event"])


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("GET /instructions/Zk3-x_9aB/fields", "GET /instructions/***/fields"),
        ("GET /admin/companies/member/welcome/NQ/didl81-92bae8/", "GET /admin/companies/member/welcome/NQ/***/"),
        ("POST /webhook/abcDEF123", "POST /webhook/***"),
        ("/ca/status/tok-en_1?x=1", "/ca/status/***?***"),
        ("/livez?key=secret&auth=x", "/livez?***"),
        ("redis://user:secret@cache:6379/0", "redis://cache:6379/0"),
        ("mail jane.o'neil+x@ex-ample.co.uk now", "mail *** now"),
        ("to=jane@example.com", "to=***"),
        ("jane%40example.com", "***"),
        ("jane@bücher.example", "***"),
        ("call (555) 123-4567.", "call ***."),
        ("call 555.123.4567", "call ***"),
        ("call +44 20 7946 0958", "call ***"),
        ("call 15551234567", "call ***"),
        ("lead L-0123456789012345 took 12 ms", "lead L-0123456789012345 took 12 ms"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("id 4611686018427387905", "id 4611686018427387905"),
        ("at 2026-11-21 02:13:00.123", "at 2026-11-21 02:13:00.123"),
        ("192.168.100.200:8000", "192.168.100.200:8000"),
        ('duplicate key\nDETAIL: Key (name)=(Jane) already exists.', "duplicate key\nDETAIL: ***"),
    ],
)  # fmt: skip
def test_texts_lose_tokens_queries_logins_mails_and_phones(text: str, scrubbed: str) -> None:
    assert scrub_text(text) == scrubbed


def test_scrubbing_hostile_text_takes_no_longer_than_reading_it() -> None:
    for text in ("/" * 200_000, "a" * 200_000, "@" * 200_000, "1 " * 100_000, "+1" * 100_000, "?" * 200_000):
        scrub_text(text)


def _read(value: str) -> None:
    try:
        int(value)
    except ValueError as cause:
        raise ApplicationError("The file cannot be read.", code="unreadable") from cause


def _error_about(value: str) -> BaseException:
    with pytest.raises(ApplicationError) as raised:
        _read(value)
    return raised.value


def test_exceptions_are_told_without_the_values_they_quote() -> None:
    told = describe_exception(_error_about("canary Jane"))
    assert "canary" not in told
    assert "ApplicationError: The file cannot be read." in told
    assert told.rstrip().endswith("ValueError")
    assert "in _read" in told


def test_an_exception_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert describe_exception(first).count("which came from") == 1


@pytest.mark.parametrize("how", ["instance", "tuple", "true"])
def test_the_processor_reads_every_spelling_of_exc_info(how: str) -> None:
    try:
        os.stat("/nowhere/at/all")
    except OSError as error:
        exc_info: Any = {"instance": error, "tuple": (OSError, error, error.__traceback__), "true": True}[how]
        event = safe_exceptions(None, "error", {"event": "x", "exc_info": exc_info})
    assert "No such file" in event["exception"]
    assert "exc_info" not in event


def test_no_exception_leaves_no_trace() -> None:
    assert safe_exceptions(None, "info", {"event": "x", "exc_info": None}) == {"event": "x"}
    assert safe_exceptions(None, "info", {"event": "x", "exc_info": (None, None, None)}) == {"event": "x"}


@pytest.mark.parametrize(
    ("field_type", "text", "masked"),
    [
        ("email", "jane@example.com", "j•••@example.com"),
        ("email", "@example.com", "•••"),
        ("email", "no address", "•••"),
        ("phone", "+15551234567", "•••••4567"),
        ("phone", "(555) 123-4567", "•••••4567"),
        ("phone", "4567", "•••••"),
        ("name", "Jane", "J•••"),
        ("ssn", "123-45-6789", "•••"),
        ("text", "anything", "•••"),
        ("email", "", ""),
    ],
)
def test_values_are_masked_by_their_type(field_type: str, text: str, masked: str) -> None:
    assert mask_value(field_type, text) == masked
