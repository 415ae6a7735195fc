"""From a body's flat names to the campaign's values: what is there, what is missing, what has the wrong
form."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from apps.engine.campaign import CampaignSpec
from apps.engine.fields import Context, format_problem, is_empty
from apps.engine.index import index
from apps.engine.values import LeadData, Problem, Value

MAX_VALUE_BYTES = 8192
_SURELY_SHORT = MAX_VALUE_BYTES // 4
"""No text of so many characters has more bytes."""
_LONGEST_NAME_SHOWN = 100
POST, PING = "post", "ping"


def normalise(
    spec: CampaignSpec, body: Mapping[str, Any], *, test: bool, today: date, phase: str = POST
) -> LeadData:
    """The lead that a body is.

    `body` is without the system keys; `today` the local day of the campaign; `phase` tells which fields are
    required, those of a post or of a ping. Two spellings of one name must have been refused before
    (`payload.spelled_twice`).
    """
    given, unknown, warnings = _sorted_by_name(spec, body)
    context = context_of(spec, test=test, today=today)
    values: dict[str, Value] = {}
    missing: list[str] = []
    malformed: list[Problem] = []
    for field, kind in index(spec).typed:
        raw = given.get(field.name)
        if is_empty(raw):
            if field.required_on_ping if phase == PING else field.required:
                missing.append(field.name)
            continue
        value = Value(raw, None, False) if _too_long(raw) else kind.parse(raw, field, context)
        values[field.name] = value
        if not value.valid:
            malformed.append(format_problem(field))
    return LeadData(values, unknown, tuple(missing), tuple(malformed), tuple(warnings))


def context_of(spec: CampaignSpec, *, test: bool, today: date) -> Context:
    """The campaign's options that reading a value depends on."""
    return Context(
        today=today,
        test=test,
        region=spec.region,
        time_zone=spec.time_zone,
        date_order=spec.date_order,
        strict_phone=spec.strict_phone,
        pad_zip=spec.pad_zip,
        strict_consent=spec.consent.strict,
    )


def _sorted_by_name(
    spec: CampaignSpec, body: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[Problem]]:
    """The campaign's fields under its own spelling, the keys it does not know, and what to tell about both."""
    fields = index(spec)
    given: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    warnings: list[Problem] = []
    for key, raw in body.items():
        if key in fields.by_name:
            given[key] = raw
            continue
        field = fields.by_lower.get(key.lower())
        shown = key[:_LONGEST_NAME_SHOWN]
        if field is not None:
            given.setdefault(field.name, raw)
            warnings.append(Problem("field_case", field.name, {"name": shown, "expected": field.name}))
        elif _too_long(raw):
            warnings.append(Problem("value_dropped", shown, {"name": shown}))
        else:
            unknown[key] = raw
            warnings.append(Problem("unknown_field", shown, {"name": shown}))
    return given, unknown, warnings


def _too_long(raw: Any) -> bool:
    if isinstance(raw, str):
        return len(raw) > _SURELY_SHORT and len(raw.encode("utf-8", "replace")) > MAX_VALUE_BYTES
    if isinstance(raw, list | tuple | Mapping):
        return _bytes(raw) > MAX_VALUE_BYTES
    return False


def _bytes(raw: Any) -> int:
    """The size of a value's texts and keys; the payload's limits bound how much there is to walk."""
    size, waiting = 0, [raw]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            size += len(item.encode("utf-8", "replace"))
        elif isinstance(item, Mapping):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        else:
            size += len(str(item))
    return size
