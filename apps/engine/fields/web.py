"""What belongs to the visitor's browser: addresses of pages, IP addresses, the user agent."""

import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_length, text_of

_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_FORBIDDEN = re.compile(r"[\s<>\"{}|\\^`]")
_PLAIN_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?"
_PLAIN_URL = re.compile(
    rf"https?://{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL}){{1,4}}(?:/[A-Za-z0-9/._~%+?=&:,;@-]*)?", re.ASCII
)
_LONGEST_URL = 4096
_LONGEST_HOST = 253


def split_url(text: str | None) -> SplitResult | None:
    """The parts of a complete http or https address; None when it is none."""
    if not text or len(text) > _LONGEST_URL or not text.isprintable() or _FORBIDDEN.search(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or not _is_host(parts.hostname):
        return None
    return parts


def _is_host(host: str) -> bool:
    if ":" in host:
        return _address(host) is not None
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_HOST and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)


def _read_url(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    if text and len(text) <= _LONGEST_URL and _PLAIN_URL.fullmatch(text):
        # Already in normal form, the common case.
        return text if fits_length(text, spec) else None
    parts = split_url(text)
    if parts is None:
        return None
    normal = parts._replace(netloc=_lower_host(parts.netloc)).geturl()
    return normal if fits_length(normal, spec) else None


def _lower_host(netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    return f"{user}{at}{host.lower()}"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _read_ip(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw) if isinstance(raw, str | list | tuple) else None
    address = _address(text) if text and "%" not in text else None
    if address is None:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _read_user_agent(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw) if isinstance(raw, str | list | tuple) else None
    return text if text and text.isprintable() and fits_length(text, spec) else None


URL = FieldType(
    "url",
    "URL",
    "A full address beginning with https:// or http://",
    "https://www.example.com/offer",
    _read_url,
    bad_example="www.example",
    problem="url_format",
)
IP = FieldType(
    "ip",
    "IP address",
    "An IPv4 or IPv6 address of the person's device",
    "8.8.8.8",
    _read_ip,
    bad_example="8.8.8",
    personal=True,
)
USER_AGENT = FieldType(
    "user_agent",
    "User agent",
    "The browser's User-Agent header, in one line",
    "Mozilla/5.0 (X11; Linux x86_64)",
    _read_user_agent,
    bad_example="two\nlines",
)
