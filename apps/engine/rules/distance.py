"""Distance between zips, as the crow flies; a zip that is not in the table of places is near nothing."""

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any

from apps.engine.fields.numbers import number_of
from apps.engine.rules.base import Operator, RuleError, Setting, Test, five_digits, pair
from apps.engine.values import Facts, Place

_EARTH_RADIUS_KM = 6371.0088


def distance_km(first: Place, second: Place) -> float:
    """Kilometres between two places on a sphere (haversine)."""
    south, north = radians(first.latitude), radians(second.latitude)
    east = radians(second.longitude - first.longitude)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def centre_and_radius(value: Any) -> tuple[str, Decimal]:
    """The zip and the kilometres of a rule's value."""
    centre, text = pair(value)
    radius = number_of(str(text).strip())
    if radius is None or radius <= 0:
        raise RuleError(f"“{text}” is not a distance in km")
    if len(str(centre)) != len("90210") or not str(centre).isdigit():
        raise RuleError(f"“{centre}” is not a zip code")
    return str(centre), radius


def _within_km(value: Any, setting: Setting) -> Test:
    centre, radius = centre_and_radius(value)

    def test(normal: Any, facts: Facts) -> bool:
        here, there = facts.places.get(five_digits(normal)), facts.places.get(centre)
        return here is not None and there is not None and distance_km(here, there) <= radius

    return test


def _suggest(value: Any, setting: Setting) -> list[Any]:
    return [centre_and_radius(value)[0]]


WITHIN_KM = Operator(
    "within_km",
    "is within km of zip",
    "is within {value}",
    "distance",
    _within_km,
    frozenset({"zip"}),
    suggest=_suggest,
)
