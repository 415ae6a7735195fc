"""A published mapping applied: from a payload to the body of a lead, as a simple post would have brought it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.engine import templates
from apps.engine.campaign import CampaignSpec
from apps.engine.fields import is_empty
from apps.engine.index import index
from apps.engine.mapping import Sending, SystemValues, value_of
from apps.engine.orders import MappingRow
from apps.engine.value_formats import UnwritableError, as_text
from apps.engine.values import LeadData, Value
from apps.engine.webhook.labels import is_about
from apps.engine.webhook.reading import Tree
from apps.engine.webhook.walking import rows, value_at

KINDS = ("field", "constant", "template", "split", "value_table")
"""The kinds of `engine.mapping` that serve a payload: `source` is a path into it, and a template names paths."""
_NOBODY = SystemValues("", "", 0, Decimal(0), datetime(1970, 1, 1, tzinfo=UTC))


def mapped(mapping: Iterable[MappingRow], tree: Tree, spec: CampaignSpec) -> dict[str, Any]:
    """The fields of the lead that a payload is, by posting name. Empty ones are left out.

    What a row cannot transform is passed on as it came, so that the checks name it and nothing is lost.
    """
    every = tuple(mapping)
    paths = {path for row in every for path in reads(row)}
    values = {path: Value(found, found) for path in paths if (found := value_at(tree, path)) is not None}
    sending = Sending(LeadData(values), _NOBODY)
    body = {row.target: _value(row, sending, spec) for row in every}
    return {name: value for name, value in body.items() if not is_empty(value)}


def unmapped(
    mapping: Iterable[MappingRow], tree: Tree, spec: CampaignSpec, *, secret_at: str = ""
) -> dict[str, Any]:
    """What of a payload no row reads, by path, kept with the lead; but for the vendor's secret. A path that is spelled
    like a field of the campaign stands behind `webhook.`.
    """
    read = {path for row in mapping for path in reads(row)} | {secret_at}
    names = index(spec).by_lower
    left = {
        row.path: row.value
        for row in rows(tree)
        if row.path not in read and not is_empty(row.value) and not is_about(row)
    }
    return {(f"webhook.{path}" if path.lower() in names else path): value for path, value in left.items()}


def _value(row: MappingRow, sending: Sending, spec: CampaignSpec) -> Any:
    read = reads(row)
    if read and all(is_empty(sending.lead.normal(path)) for path in read):
        return row.default if row.on_empty == "default" else None
    field = index(spec).by_name.get(row.target)
    single = field is None or field.type != "multiple_choice"
    if row.kind == "field" and not row.value_format and row.max_length is None:
        found = sending.lead.normal(row.source)
        if not is_empty(found):
            return _one(found, is_text=field is not None and field.type == "text") if single else found
    try:
        return value_of(row, sending)
    except (UnwritableError, templates.TemplateRefusedError):
        return sending.lead.normal(row.source)


def _one(value: Any, *, is_text: bool) -> Any:
    """A value of several as one: texts joined, of all else the first."""
    if not isinstance(value, list):
        return value
    given = [item for item in value if not is_empty(item)]
    return ", ".join(as_text(item) for item in given) if is_text else given[0]


def reads(row: MappingRow) -> frozenset[str]:
    """The paths a row reads."""
    if row.kind == "template":
        return frozenset() if templates.problem(row.value) else templates.names(row.value)
    return frozenset({row.source} if row.kind != "constant" else ())
