"""Writes of campaigns: the campaign with its usual fields, its lists and its switch. Every change is on record."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.campaigns import zip_text
from apps.campaigns.choices import DuplicateMatch, RuleKind
from apps.campaigns.field_library import LibraryField, library, usual_fields
from apps.campaigns.models import (
    Campaign,
    CampaignCap,
    CampaignWindow,
    DuplicateRule,
    Field,
    FieldChoice,
    ListContent,
    RoutingGroup,
    Rule,
    ValueList,
)
from apps.campaigns.selectors import is_exchange
from apps.companies.models import Company
from apps.companies.services import record, switch_set
from apps.core.errors import ApplicationError


class ListRefusedError(ApplicationError):
    """A list that cannot be kept; `problems` are sentences, each naming its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(" ".join(problems[:3]), code="list_refused", field="text")
        self.problems = problems


@transaction.atomic
def campaign_create(company: Company, *, name: str, by: Any, **settings: Any) -> Campaign:
    """A new campaign with the usual fields, duplicate rules for e-mail and phone, and one group of buyers.

    `settings` are the model's own. The zone and currency are the company's unless given.
    """
    defaults = {"time_zone": company.time_zone, "currency": company.currency}
    campaign = Campaign.objects.create(company=company, name=name, **(defaults | settings))
    campaign_prepare(campaign, by=by)
    return campaign


@transaction.atomic
def campaign_prepare(campaign: Campaign, *, by: Any) -> None:
    """Give a campaign that was just saved what every campaign starts with. What it has already is left alone."""
    if not campaign.fields.exists():
        _library_add(campaign, usual_fields(exchange=is_exchange(campaign)))
    if not campaign.groups.exists():
        RoutingGroup.objects.create(campaign=campaign)
    if not campaign.duplicate_rules.exists():
        DuplicateRule.objects.create(campaign=campaign, fields=["email", "phone"], match=DuplicateMatch.ANY)
    record(campaign, by=by, action="campaign.created", summary=f"Campaign “{campaign}” created")


def campaign_set_active(campaign: Campaign, *, active: bool, by: Any) -> bool:
    """The live switch: off refuses every lead at once. False when it already stood so."""
    return switch_set(campaign, on=active, by=by)


@transaction.atomic
def campaign_change(campaign: Campaign, *, by: Any, **settings: Any) -> Campaign:
    """Change settings of a campaign; they act when published."""
    changed = {name: value for name, value in settings.items() if getattr(campaign, name) != value}
    for name, value in changed.items():
        setattr(campaign, name, value)
    if changed:
        campaign.save()
        record(
            campaign,
            by=by,
            action="campaign.changed",
            summary=f"Campaign “{campaign}”: {', '.join(sorted(changed))} changed",
        )
    return campaign


@transaction.atomic
def library_fields_add(campaign: Campaign, *, names: Iterable[str], by: Any) -> list[Field]:
    """Add ready-made fields by name; those the campaign has already are left alone."""
    ready = library(exchange=is_exchange(campaign))
    taken = {name.lower() for name in campaign.fields.values_list("name", flat=True)}
    wanted = [name for name in names if name.lower() not in taken]
    unknown = [name for name in wanted if name not in ready]
    if unknown:
        raise ApplicationError(
            f"“{unknown[0]}” is no field of the library.", code="unknown_field", field="names"
        )
    added = _library_add(campaign, [ready[name] for name in wanted])
    if added:
        summary = f"Fields {', '.join(wanted)} added to “{campaign}”"
        record(campaign, by=by, action="campaign.fields_added", summary=summary)
    return added


@transaction.atomic
def field_add(
    campaign: Campaign,
    *,
    name: str,
    by: Any,
    choices: Iterable[str | Mapping[str, str]] = (),
    **attributes: Any,
) -> Field:
    """A field of the campaign's own; `choices` are values, or mappings of value, label and synonyms."""
    if campaign.fields.filter(name__iexact=name).exists():
        raise ApplicationError(
            f"The campaign has a field “{name}” already.", code="field_exists", field="name"
        )
    field = Field.objects.create(
        campaign=campaign,
        name=name,
        position=attributes.pop("position", _next_position(campaign)),
        **attributes,
    )
    FieldChoice.objects.bulk_create(
        FieldChoice(field=field, position=place, **({"value": choice} if isinstance(choice, str) else choice))
        for place, choice in enumerate(choices)
    )
    record(field, by=by, action="field.added", summary=f"Field {name} added to “{campaign}”")
    return field


@transaction.atomic
def field_change(field: Field, *, by: Any, **attributes: Any) -> Field:
    """Change a field; acts when published."""
    for name, value in attributes.items():
        setattr(field, name, value)
    field.save()
    record(field, by=by, action="field.changed", summary=f"Field {field} of “{field.campaign}” changed")
    return field


@transaction.atomic
def rule_add(
    campaign: Campaign, *, kind: RuleKind, name: str, expression: dict, by: Any, **attributes: Any
) -> Rule:
    """A named condition or filter; acts when published."""
    rule = Rule.objects.create(campaign=campaign, kind=kind, name=name, expression=expression, **attributes)
    record(rule, by=by, action="rule.added", summary=f"{rule} added to “{campaign}”")
    return rule


@transaction.atomic
def cap_add(campaign: Campaign, *, by: Any, **attributes: Any) -> CampaignCap:
    """A cap over the whole campaign; acts when published."""
    cap = CampaignCap.objects.create(campaign=campaign, **attributes)
    record(cap, by=by, action="cap.added", summary=f"Cap of {cap} added to “{campaign}”")
    return cap


@transaction.atomic
def windows_set(campaign: Campaign, *, windows: Iterable[CampaignWindow], by: Any) -> None:
    """Replace the weekly hours; no windows means always open. Acts when published."""
    campaign.windows.all().delete()
    for window in windows:
        window.campaign = campaign
        window.save()
    record(campaign, by=by, action="campaign.hours_changed", summary=f"Hours of “{campaign}” changed")


@transaction.atomic
def list_store(company: Company, *, name: str, text: str, by: Any) -> ValueList:
    """Keep a zip list under a name, replacing what that name held; equal contents are stored once.

    Raises ListRefusedError, naming lines, and then keeps nothing.
    """
    found = zip_text.read(text)
    if found.problems:
        raise ListRefusedError(found.problems)
    content = _content_of(found.entries)
    value_list, added = ValueList.objects.get_or_create(
        company=company, name=name, defaults={"content": content}
    )
    if not added and value_list.content_id != content.hash:
        value_list.content = content
        value_list.save()
    record(
        value_list,
        by=by,
        action="list.stored",
        summary=f"Zip list “{name}” stored with {content.size:,} entries",
        data={"hash": content.hash, "size": content.size},
    )
    return value_list


def _content_of(entries: tuple[str, ...]) -> ListContent:
    text = "\n".join(entries)
    key = hashlib.sha256(text.encode()).hexdigest()
    content, _ = ListContent.objects.get_or_create(hash=key, defaults={"entries": text, "size": len(entries)})
    return content


def _library_add(campaign: Campaign, entries: Iterable[LibraryField]) -> list[Field]:
    first = _next_position(campaign)
    return Field.objects.bulk_create(
        Field(campaign=campaign, position=first + place, **entry.attributes())
        for place, entry in enumerate(entries)
    )


def _next_position(campaign: Campaign) -> int:
    last = campaign.fields.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


@transaction.atomic
def list_rename(value_list: ValueList, *, name: str, by: Any) -> ValueList:
    """Another name for a list; who refers to it is not touched."""
    before = ValueList.objects.values_list("name", flat=True).get(pk=value_list.pk)
    if before != name:
        value_list.name = name
        value_list.save(update_fields=("name", "updated_at"))
        record(value_list, by=by, action="list.renamed", summary=f"Zip list “{before}” is now “{name}”")
    return value_list


def first_group(campaign: Campaign) -> RoutingGroup:
    """The group a new order stands in; made when the campaign has none."""
    return campaign.groups.first() or RoutingGroup.objects.create(campaign=campaign)
