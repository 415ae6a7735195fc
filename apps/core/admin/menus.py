"""Menus of the world: time zones, currencies, countries."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from apps.engine.fields.country_codes import COUNTRY_NAMES

_US_ZONES = (
    ("America/New_York", "Eastern (America/New_York)"),
    ("America/Chicago", "Central (America/Chicago)"),
    ("America/Denver", "Mountain (America/Denver)"),
    ("America/Phoenix", "Arizona (America/Phoenix)"),
    ("America/Los_Angeles", "Pacific (America/Los_Angeles)"),
    ("America/Anchorage", "Alaska (America/Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Pacific/Honolulu)"),
    ("America/Puerto_Rico", "Puerto Rico (America/Puerto_Rico)"),
    ("UTC", "UTC"),
)
_CURRENCIES = (
    ("USD", "US dollar (USD)"),
    ("CAD", "Canadian dollar (CAD)"),
    ("EUR", "Euro (EUR)"),
    ("GBP", "Pound sterling (GBP)"),
    ("AUD", "Australian dollar (AUD)"),
    ("MXN", "Mexican peso (MXN)"),
)
_ZONE_AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@lru_cache(maxsize=1)
def _zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    usual = {name for name, _label in _US_ZONES}
    others = sorted(
        name
        for name in available_timezones()
        if name.partition("/")[0] in _ZONE_AREAS and "/" in name and name not in usual
    )
    return [("Usual", list(_US_ZONES)), ("All others", [(name, name.replace("_", " ")) for name in others])]


class TimeZoneField(forms.ChoiceField):
    """A time zone by its name; `empty` labels the choice of none."""

    def __init__(self, *, empty: str = "", **options: Any) -> None:
        first = [("", empty)] if empty else []
        super().__init__(
            choices=lambda: [*first, *_zone_groups()],
            widget=UnfoldAdminSelectWidget(),
            required=not empty,
            **options,
        )


class CurrencyField(forms.ChoiceField):
    """A currency by its three letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_CURRENCIES, widget=UnfoldAdminSelectWidget(), **options)


class CountryField(forms.ChoiceField):
    """A country by its two letters, the usual ones first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_country_groups, widget=UnfoldAdminSelectWidget(), **options)


def _country_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    usual = [(code, f"{COUNTRY_NAMES[code]} ({code})") for code in ("US", "CA", "GB", "MX", "AU")]
    every = [
        (code, f"{name} ({code})") for code, name in sorted(COUNTRY_NAMES.items(), key=lambda pair: pair[1])
    ]
    return [("Usual", usual), ("All", [pair for pair in every if pair not in usual])]


def country_problem(code: str) -> str:
    """What is wrong with a country code, as a sentence, or an empty text."""
    return "" if code in COUNTRY_NAMES else f"“{code}” is no two-letter country code such as US."
