"""Reads of campaigns: value lists as the engine holds them, and the library of fields still to be added."""

from apps.campaigns.choices import Traffic
from apps.campaigns.field_library import LibraryField, library
from apps.campaigns.models import Campaign, ListContent
from apps.engine.requirements import ValueList


def is_exchange(campaign: Campaign) -> bool:
    """Whether its sources ping and post."""
    return campaign.traffic == Traffic.EXCHANGE


def field_library(campaign: Campaign | None = None) -> list[LibraryField]:
    """The ready-made fields, without those that a campaign has already."""
    taken = {name.lower() for name in campaign.fields.values_list("name", flat=True)} if campaign else set()
    ready = library(exchange=campaign is not None and is_exchange(campaign))
    return [entry for name, entry in ready.items() if name.lower() not in taken]


def list_contents(hashes: set[str]) -> dict[str, ValueList]:
    """Lists by content hash, as the engine compares them. A hash that is not stored is left out."""
    rows = ListContent.objects.filter(hash__in=hashes).values_list("hash", "entries")
    return {key: value_list(entries) for key, entries in rows}


def value_list(entries: str) -> ValueList:
    """Stored entries as exact values and prefixes."""
    lines = entries.split("\n") if entries else []
    if "*" not in entries:
        return ValueList(frozenset(lines))
    exact = frozenset(line for line in lines if not line.endswith("*"))
    return ValueList(exact, tuple(line[:-1] for line in lines if line.endswith("*")))
