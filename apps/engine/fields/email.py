"""E-mail addresses: syntax only, no DNS. The domain is lower-cased, the local part kept as sent."""

from typing import Any

from email_validator import EmailNotValidError, validate_email

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_length, text_of

_LONGEST = 320


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    if not text or len(text) > _LONGEST or "@" not in text:
        return None
    try:
        # `.test` domains are for trials: accepted in test leads only.
        found = validate_email(text, check_deliverability=False, test_environment=context.test)
    except (EmailNotValidError, UnicodeError):
        return None
    normal = f"{found.local_part}@{found.domain}"
    return normal if fits_length(normal, spec) else None


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
