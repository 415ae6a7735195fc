"""Telephone numbers: possible numbers of full national length, in E.164 form."""

import re
from typing import Any

import phonenumbers

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, digits_text_of

_SHAPE = re.compile(
    r"\+?[0-9 ().\-/\u2010-\u2015\xa0]{4,40}(?:(?:ext\.?|x|#)\s*[0-9]{1,8})?", re.ASCII | re.IGNORECASE
)
_PLAIN_US = re.compile(r"(?:\+?1)?([2-9][0-9]{9})", re.ASCII)
_PUNCTUATION = str.maketrans("", "", " ().-/")


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = digits_text_of(raw)
    if not text or not _SHAPE.fullmatch(text):
        return None
    if context.region == "US" and not context.strict_phone:
        # Ten digits are the common case; the library agrees (a property test says so) and takes ten times as long.
        plain = _PLAIN_US.fullmatch(text.translate(_PUNCTUATION))
        if plain:
            return None if _one_digit(plain[1]) else f"+1{plain[1]}"
    return _known(text, context)


def _known(text: str, context: Context) -> str | None:
    try:
        number = phonenumbers.parse(text, context.region)
    except phonenumbers.NumberParseException:
        return None
    if _one_digit(str(number.national_number)):
        return None
    if context.strict_phone and not phonenumbers.is_valid_number(number):
        return None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _one_digit(national: str) -> bool:
    return len(set(national)) <= 1


def national_digits(normal: str) -> str:
    """The digits a person of the country dials without trunk prefix: 5551234567 for +15551234567."""
    if normal.startswith("+1") and len(normal) == len("+15551234567"):
        return normal[2:]
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(normal, None))
    except phonenumbers.NumberParseException:
        return normal.lstrip("+")


PHONE = FieldType(
    "phone",
    "Phone",
    "Ten digits, or the number with its country code; spaces, dots, hyphens and brackets are fine",
    "5551234567",
    _read,
    "phone",
    bad_example="12345",
    problem="phone_format",
    personal=True,
)
