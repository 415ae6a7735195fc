"""Personal data masked wherever it stands in a text: as it was sent, as it is kept, and as a buyer was given it."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

from apps.auctions.models import Ping
from apps.core.places import PLACES
from apps.core.redact import scrub_text
from apps.engine import mapping
from apps.engine.campaign import CampaignSpec
from apps.engine.formats.spellings import spellings
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec
from apps.engine.value_formats import VALUE_FORMATS, as_text
from apps.engine.values import LeadData, Value
from apps.leads.models import Lead
from apps.leads.selectors import lead_open, lead_values

MASK = "•••"
SHORT = 3
"""Shorter values (Y, 5, Al) are masked only where they stand alone; inside of words they tell nobody anything."""


class Mask:
    """Replaces what is personal in a text, in every spelling a payload or an answer may give it, in any case."""

    def __init__(self, personal: Iterable[str]) -> None:
        texts = {text.strip() for text in personal} - {""}
        spelt = {spelling.casefold() for text in texts for spelling in _spellings(text)}
        self._longest_first = sorted(spelt, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        folded = text.casefold()
        # Few of all spellings stand in one text; a pattern of these is soon made.
        parts = [_part(spelling) for spelling in self._longest_first if spelling in folded]
        if parts:
            text = re.sub("|".join(parts), MASK, text, flags=re.IGNORECASE)
        return scrub_text(text)


def plain(text: str) -> str:
    """For readers who may see everything."""
    return text


def mask_of(lead: Lead, spec: CampaignSpec | None) -> Mask:
    """The mask of one lead. Raises DecryptionError once the person was erased."""
    data, _ = lead_open(lead)
    personal = frozenset(value.name for value in lead_values(lead, spec, unmasked=False) if value.personal)
    return Mask(personal_texts(lead, data, personal, spec))


def personal_texts(
    lead: Lead | Ping, data: LeadData, names: frozenset[str], spec: CampaignSpec | None
) -> Iterator[str]:
    """What is personal about a lead, as texts: its values in every format, and what buyers were given of them."""
    for name in names:
        if name in data.unknown:
            yield from _leaves(data.unknown[name])
        elif name in data.values:
            yield from _of_value(data.values[name])
            if "name" in name.lower():
                yield from _words(data.values[name])
    if spec is not None:
        system = SystemValues(lead.public_id, "", 0, Decimal(0), lead.received_at)
        sending = Sending(data, system, spec=spec, now=lead.received_at, places=PLACES)
        for endpoint in spec.endpoints:
            yield from _as_mapped(endpoint, sending, names)


def _part(text: str) -> str:
    escaped = re.escape(text)
    return escaped if len(text) >= SHORT else rf"(?<!\w){escaped}(?!\w)"


def _spellings(text: str) -> set[str]:
    as_json = json.dumps(text)[1:-1]
    return spellings(text) | {
        quote(text),
        quote(text, safe=""),
        quote_plus(text),
        as_json,
        json.dumps(text, ensure_ascii=False)[1:-1],
        json.dumps(as_json)[1:-1],
        html.escape(text),
    }


def _leaves(raw: Any) -> Iterator[str]:
    if isinstance(raw, dict):
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        for item in raw:
            yield from _leaves(item)
    elif raw is not None:
        yield as_text(raw)


def _of_value(value: Value) -> Iterator[str]:
    yield from _leaves(value.raw)
    if value.normal is None:
        return
    yield from _leaves(value.normal)
    if len(as_text(value.normal)) < SHORT:
        return  # A first name Al is no reason to hide Alabama; what a mapping made of it is found by the mapping.
    for written in _formatted(value.normal):
        if len(written) >= SHORT:
            yield written


def _formatted(normal: Any) -> Iterator[str]:
    for entry in VALUE_FORMATS.values():
        try:
            yield as_text(entry.write(normal))
        except (ValueError, ArithmeticError):
            continue


def _words(value: Value) -> list[str]:
    return [word for word in as_text(value.normal or value.raw).split() if len(word) >= SHORT]


def _as_mapped(endpoint: EndpointSpec, sending: Sending, names: frozenset[str]) -> Iterator[str]:
    """What this endpoint's mapping makes of personal fields: cut, looked up, put into templates."""
    for row in (*endpoint.mapping, *(endpoint.ping.mapping if endpoint.ping is not None else ())):
        if mapping.fields_read(row, sending.spec) & names:
            pairs = mapping.build(replace(endpoint, mapping=(row,)), sending)
            if not isinstance(pairs, Unbuildable):
                for _, written in pairs:
                    yield from _leaves(written)
