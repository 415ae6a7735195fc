"""E-mail addresses: syntax only, no DNS. The domain is lower-cased, the local part kept as sent."""

import re
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_length, text_of

_LONGEST = 320
_PLAIN = re.compile(
    r"([A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,3})"
    r"@((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,30}(?<!-)\.){1,3}[a-z]{2,24})",
    re.ASCII,
)
_LONGEST_PLAIN = 64
_SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    if not text or len(text) > _LONGEST or "@" not in text:
        return None
    normal = text if _is_plain(text) else _known(text, context)
    return normal if normal is not None and fits_length(normal, spec) else None


def _is_plain(text: str) -> bool:
    """Short ASCII addresses already in normal form, the common case: the library agrees and takes twenty
    times as long."""
    plain = _PLAIN.fullmatch(text) if len(text) <= _LONGEST_PLAIN else None
    return plain is not None and not f".{plain[2]}".endswith(_SPECIAL)


def _known(text: str, context: Context) -> str | None:
    try:
        # `.test` domains are for trials: accepted in test leads only.
        found = validate_email(text, check_deliverability=False, test_environment=context.test, strict=True)
    except (EmailNotValidError, UnicodeError):
        return None
    return f"{found.local_part}@{found.domain}"


EMAIL = FieldType(
    "email",
    "E-mail",
    "An e-mail address, such as jane.doe@example.com",
    "jane.doe@example.com",
    _read,
    bad_example="jane.doe(at)example",
    problem="email_format",
    personal=True,
)
