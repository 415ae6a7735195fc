"""How closed words of orders and endpoints are said to people."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.engine.mapping import ENCODINGS, PARTS
from apps.engine.value_formats import VALUE_FORMATS
from apps.publishing.diff.words import Show, shown


def _by(said: Mapping[str, str]) -> Show:
    return lambda value: said.get(value, shown(value))


def _seconds(value: int) -> str:
    return f"{value / 1000:g} s"


def _rate(value: tuple[int, int] | None) -> str:
    return f"{value[0]} in {value[1]} s" if value else "no limit"


def _limit(value: int | None) -> str:
    return "no limit" if value is None else str(value)


def _pairs(value: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{prefix} = {uri}" if prefix else uri for prefix, uri in value) or "none"


ENDPOINT: dict[str, Callable[[Any], str]] = {
    "kind": _by(
        {"http": "HTTP request", "email": "e-mail", "sftp": "CSV file by SFTP", "store": "store only"},
    ),
    "body_format": _by(
        {
            "json": "JSON", "xml": "XML", "form": "form", "multipart": "multipart form", "query": "query string",
            "raw": "own template",
        }
    ),
    "timeout_ms": _seconds,
    "retry_profile": _by({"standard": "seconds", "assured": "minutes to hours"}),
    "unknown_policy": _by(
        {
            "hold": "hold the lead", "resend": "send again", "ask": "ask the status URL",
            "go_on": "go on to the next order",
        }
    ),
    "rate": _rate,
    "concurrency": _limit,
}  # fmt: skip
OPTIONS: dict[str, Callable[[Any], str]] = {
    "charset": _by({"utf-8": "UTF-8", "iso-8859-1": "Latin-1", "windows-1252": "Windows-1252"}),
    "on_unencodable": _by({"closest": "write the closest", "fail": "do not send the lead"}),
    "namespaces": _pairs,
}
AUTH: dict[str, Callable[[Any], str]] = {
    "kind": _by(
        {
            "none": "none", "header": "key in a header", "query": "key in the query string", "basic": "Basic",
            "bearer": "bearer token", "oauth2": "OAuth 2.0", "signature": "signed requests",
        }
    ),
    "client_auth": _by({"basic": "the Authorization header", "body": "the body"}),
}  # fmt: skip


def value_format(key: str) -> str:
    """How a value is written, as the admin's menu says it."""
    return VALUE_FORMATS[key].label if key in VALUE_FORMATS else key


def part(key: str) -> str:
    """A part of a value, as the admin's menu says it."""
    return PARTS[key].label if key in PARTS else key


def _encoding(key: str) -> str:
    return ENCODINGS[key].label if key in ENCODINGS else key


ROW: dict[str, Callable[[Any], str]] = {
    "on_empty": _by(
        {
            "omit": "leave it out", "empty": "send it empty", "default": "send the default",
            "fail": "do not send the lead",
        }
    ),
    "on_too_long": _by({"truncate": "cut it", "fail": "do not send the lead"}),
    "value_type": _by(
        {"text": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "list": "list"}
    ),
    "max_length": _limit,
    "value_format": value_format,
    "part": part,
    "encoding": _encoding,
}  # fmt: skip
AUCTION: dict[str, Callable[[Any], str]] = {
    "traffic": _by({"simple": "simple post and webhook", "exchange": "ping and post"}),
    "deadline_ms": _seconds,
    "ping_valid_s": lambda value: f"{value} s",
    "on_mismatch": _by({"keep": "keep what was pinged, and warn", "reject": "reject the post"}),
    "post_floor": _by(
        {"payout": "the price still pays the promised payout", "margin": "the margin still holds"}
    ),
    "expected_value": _by({"off": "off", "shadow": "shadow", "on": "on"}),
    "price_kind": _by({"fixed": "a fixed price", "bid": "what it bids on a ping"}),
    "share": _by({"exclusive": "exclusive", "shared": "shared", "either": "exclusive or shared"}),
    "shared_price": lambda value: "the same price" if value is None else shown(value),
    "pings_per_post": _limit,
}  # fmt: skip
ORDER: dict[str, Callable[[Any], str]] = {
    "outside_hours": _by(
        {
            "next": "the next order gets the lead",
            "last": "others first, then the lead waits",
            "queue": "the lead waits for the opening",
        }
    ),
    "duplicate_days": lambda value: "none" if value is None else shown(value),
    "duplicate_scope": _by({"order": "this order", "buyer": "all orders of the buyer"}),
}
