"""A lead's values as they are stored: JSON under the lead's own data key, typed so that they come back as they were."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from apps.core.crypto import DataKey, unwrap
from apps.engine.values import LeadData, Value

_SAME, _PLAIN, _INVALID = "=", "j", "!"
_READERS: dict[str, Callable[[Any], Any]] = {
    _PLAIN: lambda stored: stored,
    "d": Decimal,
    "D": date.fromisoformat,
    "T": datetime.fromisoformat,
    "l": tuple,
}


def aad_of(lead_id: int, what: str) -> bytes:
    """What binds a sealed value to its lead and place, so that it opens nowhere else."""
    return b"lead:%d:%b" % (lead_id, what.encode())


def seal(key: DataKey, lead_id: int, data: LeadData) -> bytes:
    """The sealed JSON of what was sent and of its normal forms."""
    values = [[name, value.raw, *_typed(value)] for name, value in data.values.items()]
    return key.seal(_json({"v": values, "u": data.unknown}), aad=aad_of(lead_id, "values"))


class Sealed(Protocol):
    """A row whose values are sealed: a lead, or a ping."""

    pk: int
    sealed: bytes
    wrapped_key: bytes | None


def unseal(lead: Sealed) -> LeadData:
    """The values of a stored lead or ping; DecryptionError when its key is gone."""
    opened = unwrap(lead.wrapped_key or b"").open(bytes(lead.sealed), aad=aad_of(lead.pk, "values"))
    stored = json.loads(opened)
    return LeadData({name: _value(raw, *typed) for name, raw, *typed in stored["v"]}, stored["u"])


def _typed(value: Value) -> tuple[Any, ...]:
    normal = value.normal
    if not value.valid:
        return (_INVALID,)
    if normal == value.raw and type(normal) in (str, bool, int):
        return (_SAME,)
    if isinstance(normal, Decimal):
        return "d", str(normal)
    if isinstance(normal, datetime):
        return "T", normal.isoformat()
    if isinstance(normal, date):
        return "D", normal.isoformat()
    if isinstance(normal, tuple):
        return "l", list(normal)
    return _PLAIN, normal


def _value(raw: Any, kind: str, stored: Any = None) -> Value:
    if kind == _INVALID:
        return Value(raw, None, False)
    return Value(raw, raw if kind == _SAME else _READERS[kind](stored))


def _json(stored: Any) -> bytes:
    """Numbers with a fraction, which JSON does not keep as they are, become texts."""
    try:
        return msgspec.json.encode(stored)
    except (OverflowError, msgspec.MsgspecError):
        # A whole number of more than 64 bits among what was sent: rare, and only the standard library writes it.
        return json.dumps(stored, default=str).encode()
