"""Proposals: which value of a payload is which field of the campaign, and how sure that is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.fields import Context
from apps.engine.normalise import context_of
from apps.engine.orders import MappingRow
from apps.engine.webhook import labels
from apps.engine.webhook.likeness import likeness
from apps.engine.webhook.pieces import Open, pieces
from apps.engine.webhook.reading import Tree
from apps.engine.webhook.values import Proposal, Told
from apps.engine.webhook.vendors import Vendor, recognised
from apps.engine.webhook.walking import rows

LEAST = 0.35
"""Below this nothing is proposed."""
_BY_TEMPLATE = 0.99


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a payload: the vendor's template it was recognised by, if any; its values in order; one
    proposal at most for each field, in the campaign's order.
    """

    vendor: Vendor | None
    told: tuple[Told, ...]
    proposals: tuple[Proposal, ...]


def told(tree: Tree) -> tuple[Told, ...]:
    """The values of a payload with what it says about each."""
    known = labels.questions(tree)
    return tuple(
        Told(row, labels.label_of(row, known), labels.options(row), is_about=labels.is_about(row))
        for row in rows(tree)
    )


def propose(spec: CampaignSpec, tree: Tree, *, today: date) -> Proposed:
    """The proposals for one payload. `today` is the campaign's local day."""
    every = told(tree)
    vendor = recognised([one.row for one in every])
    usable = [one for one in every if not one.is_about and not (vendor and vendor.is_ignored(one.row.path))]
    context = context_of(spec, test=True, today=today)
    chosen = _chosen(_rated(spec, usable, vendor, context))
    for proposal in pieces(Open(spec, context, usable, chosen)):
        chosen[proposal.row.target] = proposal
    ordered = tuple(chosen[field.name] for field in spec.fields if field.name in chosen)
    return Proposed(vendor, every, ordered)


@dataclass(frozen=True, slots=True)
class _Rated:
    rate: float
    field: FieldSpec
    told: Told
    by_template: bool


def _rated(
    spec: CampaignSpec, usable: Iterable[Told], vendor: Vendor | None, context: Context
) -> Iterator[_Rated]:
    for one in usable:
        roles = vendor.role(one.row.path).split("|") if vendor else []
        for field in spec.fields:
            rate = likeness(field, one.row.names, one.label, one.shown, context)
            meant = (field.role or field.name) in roles and rate < _BY_TEMPLATE
            if meant and _agrees(field, one.shown, context):
                yield _Rated(_BY_TEMPLATE, field, one, by_template=True)
            elif rate >= LEAST:
                yield _Rated(rate, field, one, by_template=False)


def _agrees(field: FieldSpec, value: Any, context: Context) -> bool:
    """Whether a value may be the field, whatever it is called."""
    return likeness(field, (field.name,), "", value, context) > LEAST * 2


def _chosen(rated: Iterable[_Rated]) -> dict[str, Proposal]:
    """The best pairs first; each field and each value once. Of equals the earlier value, in the campaign's order."""
    chosen: dict[str, Proposal] = {}
    used: set[str] = set()
    for one in sorted(rated, key=lambda each: -each.rate):
        path = one.told.row.path
        if one.field.name not in chosen and path not in used:
            chosen[one.field.name] = Proposal(
                _row(one.field, one.told), round(one.rate, 2), (path,), _why(one)
            )
            used.add(path)
    return chosen


def _row(field: FieldSpec, one: Told) -> MappingRow:
    value_type = "list" if field.type == "multiple_choice" else "text"
    if one.options:
        return MappingRow(
            field.name, "value_table", source=one.row.path, table=one.options, value_type=value_type
        )
    return MappingRow(field.name, "field", source=one.row.path, value_type=value_type)


def _why(one: _Rated) -> str:
    if one.by_template:
        return "template"
    return "name" if one.rate > 0.76 else "value"
