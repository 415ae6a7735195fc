"""What a buyer said, without the person it was said about: reasons stand in clear columns and outlive an erasure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from apps.core.redact import scrub_text
from apps.deliveries.journeys import Journey
from apps.engine.outcome import Reading

MASK = "•••"
SHORTEST = 2
"""Shorter values (an initial, Y, N) would blot out words that have nothing to do with the person."""


def unnamed(reading: Reading, journey: Journey) -> Reading:
    """The reading with this lead's personal values masked in the buyer's reason and reference."""
    if not reading.reason and not reading.reference:
        return reading
    said = f"{reading.reason} {reading.reference}"
    spellings = sorted(
        {text for text in _spellings(journey) if _may_stand_in(text, said)}, key=len, reverse=True
    )
    if spellings:
        pattern = re.compile(
            "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in spellings), re.IGNORECASE
        )
        reading = replace(
            reading,
            reason=pattern.sub(MASK, reading.reason),
            reference=pattern.sub(MASK, reading.reference),
        )
    # A reference is the buyer's own number: what merely looks like a phone stays.
    return replace(reading, reason=scrub_text(reading.reason))


def _may_stand_in(text: str, said: str) -> bool:
    """Whether it is worth looking closely, which costs most. Only among ASCII is it certain what is no match."""
    return not (text.isascii() and said.isascii()) or text.lower() in said.lower()


def _spellings(journey: Journey) -> Iterator[str]:
    for field in journey.spec.fields:
        value = journey.lead.data.values.get(field.name) if field.personal else None
        if value is not None:
            normal = str(value.normal or "")
            texts = (str(value.raw).strip(), normal, normal.removeprefix("+1"))
            yield from (text for text in texts if len(text) >= SHORTEST)
