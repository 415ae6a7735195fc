"""The kinds of mapping rows: where a value comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from apps.engine import paths, rules, templates
from apps.engine.answer import Answer
from apps.engine.mapping.parts import PARTS
from apps.engine.mapping.sending import Sending
from apps.engine.mapping.system import SYSTEM_VALUES, field_of_role
from apps.engine.orders import MappingRow
from apps.engine.value_formats import VALUE_FORMATS, UnwritableError, as_text
from apps.engine.values import Facts


def empty(value: Any) -> bool:
    """Nothing, a blank text or a list without items."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == () or value == []


def _from_field(row: MappingRow, sending: Sending) -> Any:
    return sending.lead.normal(row.source)


def _from_constant(row: MappingRow, sending: Sending) -> Any:
    """The constant; or the row's live secret, unless an HMAC takes that as its key."""
    if not row.secret or needs_secret(row):
        return row.value
    secret = sending.secrets.get(row.secret)
    if not secret:
        raise UnwritableError("needs its secret, and the endpoint has none")
    return secret


def needs_secret(row: MappingRow) -> bool:
    """Whether the row's format takes a secret as its key."""
    entry = VALUE_FORMATS.get(row.value_format)
    return entry is not None and entry.needs_secret


def _from_system(row: MappingRow, sending: Sending) -> Any:
    entry = SYSTEM_VALUES.get(row.source)
    return entry.read(sending) if entry is not None else None


def _from_template(row: MappingRow, sending: Sending) -> Any:
    return filled(row.value, sending)


def filled(source: str, sending: Sending) -> str:
    """A template's text; a field has precedence over the system value of its name. Raises `TemplateRefusedError`."""
    fields = {
        name: as_text(value.normal)
        for name, value in sending.lead.values.items()
        if value.valid and value.normal is not None
    }
    ours = {
        name: as_text(SYSTEM_VALUES[name].read(sending)) for name in _names(source) & SYSTEM_VALUES.keys()
    }
    return templates.render(source, ours | fields | {"field": fields})


@lru_cache(maxsize=2048)
def _names(source: str) -> frozenset[str]:
    return frozenset() if templates.problem(source) else templates.names(source)


def _from_split(row: MappingRow, sending: Sending) -> Any:
    value, part = sending.lead.normal(row.source), PARTS.get(row.part)
    if part is None:
        raise UnwritableError(f"“{row.part}” is no part of a value")
    return None if empty(value) else part.cut(value)


def _from_value_table(row: MappingRow, sending: Sending) -> Any:
    value = sending.lead.normal(row.source)
    if empty(value):
        return None
    table = _table(row.table)
    if isinstance(value, tuple | list):
        given = [table.get(_key(item), row.default) for item in value]
        return [item for item in given if item]
    return table.get(_key(value), row.default)


def _key(value: Any) -> str:
    return as_text(value).strip().lower()


@lru_cache(maxsize=2048)
def _table(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {old.strip().lower(): new for old, new in reversed(pairs)}


def _from_branch(row: MappingRow, sending: Sending) -> Any:
    """The template of the first branch that holds, else the default."""
    if sending.spec is None or sending.now is None:
        raise UnwritableError("depends on a condition, and no campaign is at hand to judge it")
    facts = Facts(now=sending.now, places=sending.places)
    for branch in row.branches:
        try:
            if rules.evaluate(branch.expression, sending.lead, facts, sending.spec):
                return filled(branch.value, sending)
        except rules.RuleError as error:
            raise UnwritableError(f"depends on a condition that cannot be used: {error}") from None
    return row.default


def _from_ping_response(row: MappingRow, sending: Sending) -> Any:
    """The first scalar at the path; of a list of scalars all."""
    answer = sending.ping_response
    try:
        is_read = isinstance(answer, Answer)
        found = answer.values(row.source) if is_read else paths.find(answer, paths.parse(row.source))
    except paths.PathError as error:
        raise UnwritableError(f"has a path that cannot be read: {error}") from None
    first = found[0] if found else None
    if isinstance(first, list):
        return None if any(isinstance(item, dict | list) for item in first) else first
    return None if isinstance(first, dict) else first


@dataclass(frozen=True, slots=True)
class MappingKind:
    """A registered way to get a value: `reads` names what of the row it uses (source, value, table, part, branches,
    default).
    """

    key: str
    label: str
    example: str
    reads: tuple[str, ...]
    read: Callable[[MappingRow, Sending], Any]


MAPPING_KINDS: dict[str, MappingKind] = {
    kind.key: kind
    for kind in (
        MappingKind("field", "field of the lead", "first_name", ("source",), _from_field),
        MappingKind("constant", "constant", "sluice", ("value",), _from_constant),
        MappingKind("template", "template", "{{ first_name }} {{ last_name }}", ("value",), _from_template),
        MappingKind("split", "part of a field", "the area code of phone", ("source", "part"), _from_split),
        MappingKind("value_table", "value table", "own = homeowner, rent = renter", ("source", "table", "default"),
                    _from_value_table),
        MappingKind("branch", "depends on a condition", "State is CA: west, else east", ("branches", "default"),
                    _from_branch),
        MappingKind("ping_response", "from the buyer's ping response", "data.ping_id", ("source",),
                    _from_ping_response),
        MappingKind("system", "system value", "lead_id", ("source",), _from_system),
    )
}  # fmt: skip


def fields_read(row: MappingRow, spec: Any = None) -> frozenset[str]:
    """The posting names of the fields whose values this row's value is made of; those it only asks about in a
    condition are not among them. Names in a template that are no fields of the campaign may be among them.
    """
    if row.kind in ("field", "split", "value_table"):
        return frozenset({row.source})
    if row.kind == "template":
        return _all_read(_names(row.value), spec)
    if row.kind == "branch":
        return _all_read(frozenset().union(*(_names(branch.value) for branch in row.branches)), spec)
    return _behind(row.source, spec) if row.kind == "system" else frozenset()


def _all_read(names: frozenset[str], spec: Any) -> frozenset[str]:
    """The names of a template, and the fields behind those that are system values."""
    return names.union(*(_behind(name, spec) for name in names))


def _behind(name: str, spec: Any) -> frozenset[str]:
    """The field that a system value is taken from, if it is one that tells of the person."""
    entry = SYSTEM_VALUES.get(name)
    found = field_of_role(spec, entry.role) if entry is not None and entry.role else ""
    return frozenset({found} if found else ())
