"""An endpoint as it stands on a page that was not saved yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.buyers.models import Endpoint
from apps.core.admin.widgets import sentence

_GIVEN = "given"
_KINDS = {"headers": "Header", "mappings": "Mapping row", "ping_mappings": "Ping mapping row"}
_RULES = {"ping_rules": "Ping rule"}
_MODELS = {"ping_mappings": "mappings", "ping_rules": "rules"}
"""Rows that stand apart on the page and are of one kind."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The endpoint in memory with its rows, and what is wrong on the page as (place, sentence)."""

    endpoint: Endpoint
    faults: tuple[tuple[str, str], ...] = ()


def drafted(form: Any, formsets: list[Any]) -> Drafted:
    """Reads bound forms into an endpoint without writing anything. A row at fault is left out and told."""
    faults = list(_faults(form, ""))
    endpoint = form.instance
    rows: dict[str, list[Any]] = {}
    for formset in formsets:
        formset.is_valid()
        kept = rows.setdefault(_MODELS.get(formset.prefix, formset.prefix), [])
        for each in _standing(formset):
            where = _named(formset, each)
            found = list(_faults(each, where))
            faults += found
            if not found:
                kept.append(_kept(each))
    if form.is_valid() and hasattr(form, "has_secret"):
        endpoint.auth_secret = _GIVEN if form.has_secret("auth_secret") else ""
    # What `endpoint.mappings.all()` answers from now on; nothing is read from the database any more.
    endpoint._prefetched_objects_cache = rows  # noqa: SLF001 - where Django itself looks
    return Drafted(endpoint, tuple(faults))


def _standing(formset: Any) -> list[Any]:
    """Forms of rows that would be there after saving, in their order."""
    found = [
        each
        for each in formset.forms
        if (each.instance.pk or each.has_changed()) and not each.data.get(each.add_prefix("DELETE"))
    ]
    return sorted(found, key=lambda each: _position(each, found.index(each)))


def _position(form: Any, place: int) -> tuple[int, int]:
    position = getattr(form, "cleaned_data", {}).get("position")
    return (position if isinstance(position, int) else place, place)


def _kept(form: Any) -> Any:
    row = form.instance
    if hasattr(form, "has_secret"):
        row.secret = _GIVEN if form.has_secret("secret") else ""
    return row


def _named(formset: Any, form: Any) -> str:
    name = form.data.get(form.add_prefix("target")) or form.data.get(form.add_prefix("name")) or ""
    if name:
        return f"{_KINDS.get(formset.prefix, 'Row')} “{name}”"
    return f"{_RULES.get(formset.prefix, 'Response rule')} {formset.forms.index(form) + 1}"


def _faults(form: Any, where: str) -> Iterator[tuple[str, str]]:
    for name, told in form.errors.items():
        label = str(form.fields[name].label or name) if name in form.fields else ""
        for said in told:
            yield where or label, sentence(str(said)) if not where else f"{label}: {sentence(str(said))}"
