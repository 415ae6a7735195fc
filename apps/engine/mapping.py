"""From a lead to the (target, value) pairs a buyer receives, row by row of an endpoint's mapping.

Only mapped fields are ever sent. What cannot be built is a value, `Unbuildable`, which names the target and
the reason but shows no data of the lead.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from apps.engine import paths, templates
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.pairs import Pairs, Typed
from apps.engine.value_formats import VALUE_FORMATS, UnwritableError, as_boolean, as_number, as_text
from apps.engine.values import LeadData

SYSTEM_VALUES = ("lead_id", "delivery_id", "price", "received_at")
ON_EMPTY = ("omit", "empty", "default", "fail")
ON_TOO_LONG = ("truncate", "fail")


@dataclass(frozen=True, slots=True)
class SystemValues:
    """What the platform adds to a lead: public ids, the price of this order (money), when the lead came in
    (UTC).
    """

    lead_id: str
    delivery_id: str
    order_id: int
    price: Decimal
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Unbuildable:
    """The request cannot be made: which target (a path, `header X` or `url`), and why."""

    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Sending:
    """Everything a mapping may read: the lead, the platform's values and the endpoint's live secrets by
    name.

    `spec` is the campaign's version, `now` the instant of sending (UTC): conditions need both, signatures the
    second. `ping_response` is the document that the buyer answered the ping with, None without a ping. `test`
    sends the rows' test values.
    """

    lead: LeadData
    system: SystemValues
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    spec: CampaignSpec | None = None
    now: datetime | None = None
    ping_response: Any = None
    test: bool = False


def build(endpoint: EndpointSpec, sending: Sending) -> Pairs | Unbuildable:
    """The pairs of a request, in mapping order, omitted rows left out."""
    pairs: list[tuple[str, Typed]] = []
    for row in endpoint.mapping:
        try:
            value = _value(row, sending)
        except (UnwritableError, templates.TemplateRefusedError) as error:
            return Unbuildable(row.target, str(error))
        if value is not None:
            pairs.append((row.target, value))
    return tuple(pairs)


def _value(row: MappingRow, sending: Sending) -> Typed | None:
    kind = MAPPING_KINDS.get(row.kind)
    if kind is None:
        raise UnwritableError(f"“{row.kind}” is no kind of mapping")
    value = kind.read(row, sending)
    if not _empty(value) and row.value_format:
        value = VALUE_FORMATS[row.value_format].write(value) if row.value_format in VALUE_FORMATS else value
    if _empty(value):
        return _when_empty(row)
    return _typed(_fitted(value, row), row.value_type)


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == () or value == []


def _when_empty(row: MappingRow) -> Typed | None:
    if row.on_empty == "omit":
        return None
    if row.on_empty == "fail":
        raise UnwritableError("is empty and the buyer needs it")
    if row.on_empty == "default":
        return _typed(_fitted(row.default, row), row.value_type)
    return ""


def _fitted(value: Any, row: MappingRow) -> Any:
    if row.max_length is None or isinstance(value, tuple | list):
        return value
    text = as_text(value)
    if len(text) <= row.max_length:
        return value
    if row.on_too_long == "fail":
        raise UnwritableError(f"is longer than {row.max_length} characters")
    return text[: row.max_length].rstrip()


def _typed(value: Any, value_type: str) -> Typed:
    if value_type == "boolean":
        return as_boolean(value)
    if value_type == "number":
        return as_number(value)
    if value_type == "integer":
        number = as_number(value)
        if number != number.to_integral_value():
            raise UnwritableError("is not a whole number")
        return int(number)
    if value_type == "list":
        return [as_text(item) for item in (value if isinstance(value, tuple | list) else (value,))]
    return as_text(value)


def _from_field(row: MappingRow, sending: Sending) -> Any:
    return sending.lead.normal(row.source)


def _from_constant(row: MappingRow, sending: Sending) -> Any:
    return row.value


def _from_system(row: MappingRow, sending: Sending) -> Any:
    return _system(sending.system).get(row.source)


def _from_template(row: MappingRow, sending: Sending) -> Any:
    names: dict[str, Any] = {name: as_text(value) for name, value in _system(sending.system).items()}
    fields = {
        name: as_text(v.normal) for name, v in sending.lead.values.items() if v.valid and v.normal is not None
    }
    return templates.render(row.value, names | fields | {"field": fields})


def _from_value_table(row: MappingRow, sending: Sending) -> Any:
    value = sending.lead.normal(row.source)
    if _empty(value):
        return None
    return _table(row.table).get(as_text(value).strip().lower(), row.default)


@lru_cache(maxsize=2048)
def _table(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {old.strip().lower(): new for old, new in reversed(pairs)}


def _system(system: SystemValues) -> dict[str, Any]:
    return {name: getattr(system, name) for name in SYSTEM_VALUES}


@dataclass(frozen=True, slots=True)
class MappingKind:
    """A registered way to get a value: `reads` names what of the row it uses (source, value, table)."""

    key: str
    label: str
    reads: tuple[str, ...]
    read: Callable[[MappingRow, Sending], Any]


MAPPING_KINDS: dict[str, MappingKind] = {
    kind.key: kind
    for kind in (
        MappingKind("field", "field", ("source",), _from_field),
        MappingKind("constant", "constant", ("value",), _from_constant),
        MappingKind("template", "template", ("value",), _from_template),
        MappingKind("value_table", "value table", ("source", "table"), _from_value_table),
        MappingKind("system", "system value", ("source",), _from_system),
    )
}

VALUE_TYPES: dict[str, str] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true / false",
    "list": "list of texts",
}


def problems(row: MappingRow, *, nested: bool) -> tuple[str, ...]:
    """What is wrong with a row, in words, for save and publish. `nested` formats (JSON) read the target as a
    path.
    """
    found = [_target_problem(row.target, nested=nested)]
    if row.kind not in MAPPING_KINDS:
        found.append(f"“{row.kind}” is no kind of mapping")
    elif "source" in MAPPING_KINDS[row.kind].reads and not row.source:
        found.append("Say which field or value it is taken from")
    if row.kind == "system" and row.source not in SYSTEM_VALUES:
        found.append(f"“{row.source}” is no system value")
    if row.kind == "template":
        found.append(templates.problem(row.value))
    if row.value_format not in VALUE_FORMATS:
        found.append(f"“{row.value_format}” is no format")
    if row.value_type not in VALUE_TYPES:
        found.append(f"“{row.value_type}” is no type")
    if row.max_length is not None and row.max_length < 1:
        found.append("The maximum length is at least 1")
    return tuple(text for text in found if text)


def crossed(targets: Iterable[str]) -> frozenset[str]:
    """Of a nested format's targets those that cannot be written beside one that stands before them: `contact` and
    `contact.email`.
    """
    document: dict[str, Any] = {}
    found = set()
    for target in targets:
        if paths.problem(target, writable=True):
            continue
        try:
            paths.write(document, paths.parse(target), "")
        except paths.PathError:
            found.add(target)
    return frozenset(found)


def _target_problem(target: str, *, nested: bool) -> str:
    if nested:
        return paths.problem(target, writable=True)
    if not target.strip() or re.search(r"[\x00-\x1f\x7f]", target):
        return "The target needs a name without control characters"
    return ""
