"""What a field type is, and the small readings all types share.

A type turns what a source sent into one normal form, or says that it cannot. Reading never raises, and
reading a normal form gives the same normal form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.values import Value

_BLANK = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What reading depends on beside the field: the campaign's options, the local day, and whether it is a
    test.
    """

    today: date
    test: bool = False
    region: str = "US"
    time_zone: str = "UTC"
    date_order: str = "mdy"
    strict_phone: bool = False
    pad_zip: bool = False
    strict_consent: bool = False


Read = Callable[[Any, FieldSpec, Context], Any]


@dataclass(frozen=True, slots=True)
class FieldType:
    """One kind of datum.

    `read` gives the normal form or None; `label` is the type's name in menus, `form` says in words what is
    accepted, `example` and `bad_example` are values that pass and fail in any campaign. `kind` groups types
    that the same operators fit. `problem` is the reason code of a malformed value. `personal` is the default
    of a new field of the type.
    """

    key: str
    label: str
    form: str
    example: Any
    read: Read
    kind: str = "text"
    bad_example: Any = None
    problem: str = "field_format"
    personal: bool = False

    def parse(self, raw: Any, spec: FieldSpec, context: Context) -> Value:
        """The value as sent with its normal form; `valid` is False when it has none."""
        normal = self.read(raw, spec, context)
        return Value(raw, normal, normal is not None)


def is_empty(raw: Any) -> bool:
    """Empty, blank and null are missing; so is a list or an object with nothing in it."""
    if isinstance(raw, str):
        return not raw or (raw[0] in _BLANK and not raw.strip(_BLANK))
    if raw is None:
        return True
    if isinstance(raw, list | tuple):
        return all(is_empty(item) for item in raw)
    return isinstance(raw, Mapping) and not raw


def text_of(raw: Any) -> str | None:
    """The text a scalar stands for; None for lists of several and objects.

    A list of one (a form's repeated key sent once) is its item; numbers are written without exponent.
    """
    if isinstance(raw, str):
        return raw.strip(_BLANK)
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, Decimal):
        return format(raw, "f") if raw.is_finite() else None
    if isinstance(raw, list | tuple) and len(raw) == 1:
        return None if isinstance(raw[0], list | tuple) else text_of(raw[0])
    return raw.isoformat() if isinstance(raw, date) else None


def digits_text_of(raw: Any) -> str | None:
    """As `text_of`, for codes of digits: a number sent as 90210.0 means 90210."""
    if isinstance(raw, Decimal) and raw.is_finite() and raw == raw.to_integral_value():
        return str(int(raw))
    return text_of(raw)


def fits_length(text: str, spec: FieldSpec) -> bool:
    """Whether a text keeps the field's own limits, in characters."""
    if spec.min_length is not None and len(text) < spec.min_length:
        return False
    return spec.max_length is None or len(text) <= spec.max_length


def fits_bounds(number: Decimal, spec: FieldSpec) -> bool:
    """Whether a number lies within the field's own minimum and maximum, both included."""
    if spec.minimum is not None and number < spec.minimum:
        return False
    return spec.maximum is None or number <= spec.maximum
