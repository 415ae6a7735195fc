"""Real places for invented people: zips with their city, state and area codes, from the bundled table."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import zipcodes

PLACES_PER_STATE = 25


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives."""

    zip: str
    city: str
    state: str
    area_code: str


@lru_cache(maxsize=1)
def _homes_by_state() -> dict[str, tuple[Home, ...]]:
    found: dict[str, list[Home]] = {}
    for row in zipcodes.list_all():
        if row["zip_code_type"] == "STANDARD" and row["active"] and row["area_codes"]:
            home = Home(row["zip_code"], row["city"], row["state"], row["area_codes"][0])
            found.setdefault(home.state, []).append(home)
    return {state: tuple(homes) for state, homes in found.items()}


def zips_of(states: Iterable[str]) -> list[str]:
    """Every ordinary zip of some states, sorted."""
    return sorted(home.zip for state in states for home in _homes_by_state().get(state, ()))


@lru_cache(maxsize=64)
def homes_in(state: str) -> tuple[Home, ...]:
    """A few places of a state, always the same ones."""
    homes = _homes_by_state()[state]
    chosen = Random(state).sample(homes, min(PLACES_PER_STATE, len(homes)))  # noqa: S311 - invented people
    return tuple(chosen)
