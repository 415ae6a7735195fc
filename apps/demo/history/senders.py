"""Who sent what in the past month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from apps.demo import people
from apps.demo.cast import SOURCES, DemoSource, SourceTerms
from apps.engine.campaign import CampaignSpec, TermsSpec

AGAIN = 0.035
"""Share of leads that are sent a second time."""
TESTS = 0.15
"""Share of the leads of a source in testing that are tests of its developer; it sends no others."""
_REMEMBERED = 400


@dataclass(frozen=True, slots=True)
class Standing:
    """One source on one campaign as published."""

    spec: CampaignSpec
    version_id: int
    terms: TermsSpec
    source: DemoSource
    made: SourceTerms

    @property
    def pings(self) -> bool:
        """Whether it sends by the exchange."""
        return self.spec.traffic == "exchange"


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission."""

    at: datetime
    standing: Standing
    body: dict[str, Any]
    test: bool


def standings(spec: CampaignSpec, version_id: int) -> list[Standing]:
    """Who stands on a campaign."""
    found = []
    for source in SOURCES:
        for made in source.terms:
            terms = next((each for each in spec.terms if each.source_name == source.name), None)
            if made.campaign == spec.name and terms is not None:
                found.append(Standing(spec, version_id, terms, source, made))
    return found


def submissions(instants: list[datetime], standing: list[Standing], random: Random) -> Iterator[Sent]:
    """A submission for each instant, in order."""
    if not standing:
        return
    shares = [each.made.share for each in standing]
    earlier: dict[str, list[dict[str, Any]]] = {}
    for at in instants:
        chosen = random.choices(standing, shares)[0]
        if not chosen.made.approved and random.random() > TESTS:
            chosen = next(each for each in standing if each.made.approved)
        body = _body(chosen, earlier.setdefault(chosen.spec.name, []), at, random)
        yield Sent(at, chosen, body, test=not chosen.made.approved)


def _body(chosen: Standing, earlier: list[dict[str, Any]], at: datetime, random: Random) -> dict[str, Any]:
    campaign = chosen.spec.name
    if earlier and random.random() < AGAIN:
        return random.choice(earlier)
    values = people.lead(campaign, random, today=at.date()) | {"sub_id": random.choice(chosen.source.sub_ids)}
    if random.random() > chosen.source.care:
        return people.spoiled(campaign, values, random)
    earlier.append(values)
    del earlier[:-_REMEMBERED]
    return values
