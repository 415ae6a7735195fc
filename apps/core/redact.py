"""Nothing personal or secret in logs: deny by default, and scrub what is let through.

`redact` is the structlog processor to put last before the renderer, `safe_exceptions` goes in place of
`format_exc_info`. `scrub_text` serves any other text that leaves the process; `mask_value` shows personal
data to people who may know that it is there, not what it is.
"""

import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

from apps.core.errors import ApplicationError

MASK = "***"

_OUR_KEYS = """
action attempt attempts backlog batch behaviour brand broker_error channel claimed code codes command
count delivered due duration error error_code error_type event exception failed from_status hostname
http_status in_a_row ip_family job key_prefix kind label lag level lineno logger method model module name_of_task
number outcome path period phase pid plan_size port problems process queue reason request retries role rows
scope sent settled signal skipped slot stage state status status_code table task task_name timestamp
to_status total url_name version worker
"""
ALLOWED_KEYS = frozenset(_OUR_KEYS.split())
"""Keys whose values are ours, never a lead's. A new key shows up masked until it is added here."""

ALLOWED_SUFFIXES = ("_id", "_ids", "_ms", "_s", "_count", "_at", "_bytes", "_ratio", "_code")

# Written by structlog itself, or taken out again by it before anything is rendered.
_MACHINE_MADE = frozenset(
    {
        "timestamp",
        "level",
        "logger",
        "lineno",
        "module",
        "pid",
        "_record",
        "_from_structlog",
        "_logger",
        "_name",
    }
)
_MAX_DEPTH = 6

# Exceptions whose messages name code or the system, not the data at hand.
_TELLING = (ApplicationError, OSError, AttributeError, ImportError, NameError, TypeError, NotImplementedError)

_TOKEN_PATH = re.compile(r"/(instructions|webhook|ca/status|member/welcome/[^\s/?#\"'<>]+)/[^\s/?#\"'<>]+")
_QUERY = re.compile(r"(?<=[\w/*])\?[^\s\"'<>]+")
_USERINFO = re.compile(r"(\w://)[^\s/@]{1,256}@")
_DATABASE_DETAIL = re.compile(r"(DETAIL|CONTEXT):.*", re.DOTALL)
_EMAIL = re.compile(r"[^\s@\"<>()\[\]{},;:=/]{1,64}(?:@|%40)[^\s@\"'<>()\[\]{},;:=/]{1,255}")
_PHONE = re.compile(
    r"(?<![\w.-])(?:"
    r"(?:\+?1[\s.-]?)?\(?[2-9]\d{2}\)?[\s.-]?\d{3}[\s.-]?\d{4}"  # North America, however it is grouped
    r"|\+\d[\d\s().-]{6,18}\d"  # anything international
    r"|\d{10,15}"  # bare digits
    r")(?!\w)"
)


def redact(
    logger: object, method_name: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """structlog processor: mask every value whose key is not allowed, scrub the texts of those that are."""
    for key, value in event_dict.items():
        if key not in _MACHINE_MADE:
            event_dict[key] = _redacted(key, value, 0)
    return event_dict


def safe_exceptions(
    logger: object, method_name: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """structlog processor: `exc_info` becomes `exception`, without the values that exceptions quote."""
    exc_info = event_dict.pop("exc_info", None)
    error = _current_error(exc_info)
    if error is not None:
        event_dict["exception"] = describe_exception(error)
    return event_dict


def describe_exception(error: BaseException) -> str:
    """Where it happened and of what type, for the whole chain; messages of harmless types only."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_frames(current.__traceback__) + _headline(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\nwhich came from\n\n".join(parts)


def scrub_text(text: str) -> str:
    """`text` without tokens in paths, query strings, logins in URLs, e-mail addresses and phone numbers."""
    text = _DATABASE_DETAIL.sub(rf"\1: {MASK}", text)
    text = _TOKEN_PATH.sub(rf"/\1/{MASK}", text)
    text = _QUERY.sub(f"?{MASK}", text)
    text = _USERINFO.sub(r"\1", text)
    text = _EMAIL.sub(MASK, text)
    return _PHONE.sub(MASK, text)


def mask_value(field_type: str, text: str) -> str:
    """Personal data for display: `j•••@example.com`, `•••••4567`, `J•••`, else `•••`. Empty stays empty."""
    if not text:
        return ""
    if field_type == "email":
        local, at, domain = text.rpartition("@")
        return f"{local[:1]}•••@{domain}" if at and local else "•••"
    if field_type == "phone":
        digits = re.sub(r"\D", "", text)
        return f"•••••{digits[-4:]}" if len(digits) >= 7 else "•••••"
    if field_type == "name":
        return f"{text[0]}•••"
    return "•••"


def _redacted(key: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if not (key in ALLOWED_KEYS or key.endswith(ALLOWED_SUFFIXES)):
        return MASK
    return _scrubbed(key, value, depth)


def _scrubbed(key: str, value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return scrub_text(value)
    if value is None or isinstance(value, int | float):
        return value
    if depth >= _MAX_DEPTH:
        return MASK
    if isinstance(value, Mapping):
        return {str(name): _redacted(str(name), item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(key, item, depth + 1) for item in value]
    return f"<{type(value).__name__}>"


def _current_error(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    if exc_info:
        return sys.exc_info()[1]
    return None


def _frames(trace: TracebackType | None) -> str:
    return "".join(
        f"{frame.filename}:{frame.lineno} in {frame.name}\n" for frame in traceback.extract_tb(trace)
    )


def _headline(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}: {scrub_text(str(error))}" if isinstance(error, _TELLING) else name
