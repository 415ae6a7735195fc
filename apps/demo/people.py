"""Invented people and what they ask for. All that is random comes from the given generator."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from apps.demo import roofing, solar
from apps.demo.cast import AUTO, ROOFING, SOLAR
from apps.demo.territory import Home, homes_in

Values = dict[str, Any]

_FIRST_NAMES = """
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
Thomas Sarah Carlos Karen Daniel Lisa Matthew Nancy Anthony Sandra Luis Ashley Steven Emily Andrew Kimberly Paul Donna
Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa Jorge Deborah Ronald Stephanie Jason Rebecca Jeffrey Laura
Ryan Helen Jacob Cynthia Gary Kathleen Nicholas Amy Eric Shirley Zoë José Renée Siobhán
"""
_LAST_NAMES = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzales Wilson Anderson
Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts
Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris O'Neill Peña
"""
_STREET_NAMES = """
Oak Street, Maple Avenue, Cedar Lane, Washington Street, Lakeview Drive, Sunset Boulevard, Hill Road, Park Avenue,
Ridge Court, Willow Way, Church Street, Meadow Lane, 2nd Avenue, Elm Street, Highland Drive
"""
_FIRST, _LAST = tuple(_FIRST_NAMES.split()), tuple(_LAST_NAMES.split())
_STREETS = tuple(street.strip() for street in _STREET_NAMES.split(","))
_CARS = (
    ("Toyota", "Camry"), ("Toyota", "RAV4"), ("Honda", "Civic"), ("Honda", "CR-V"), ("Ford", "F-150"),
    ("Ford", "Escape"), ("Chevrolet", "Silverado"), ("Nissan", "Altima"), ("Hyundai", "Elantra"), ("Jeep", "Cherokee"),
    ("Subaru", "Outback"), ("Kia", "Sorento"), ("Ram", "1500"), ("Tesla", "Model 3"), ("Mazda", "CX-5"),
)  # fmt: skip
_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.net")
_AUTO_STATES = ("CA", "TX", "FL", "IL", "PA", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ", "TN", "CO")
_ELSEWHERE = ("ME", "VT", "MT", "ND", "WY")
_COMMENTS = (
    "Please call in the evening.", "There is a leak above the garage.", "Two quotes already, looking for a third.",
    "Hail damage in September.", "The insurance adjuster comes next week.",
)  # fmt: skip
_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
_HEX = "0123456789abcdef"


def lead(campaign: str, random: Random, *, today: date) -> Values:
    """A believable lead of a campaign, as its source would send it; nothing is wrong with it."""
    return _LEADS[campaign](random, today)


def spoiled(campaign: str, values: Values, random: Random) -> Values:
    """The same lead with one thing wrong, of the kind that happens."""
    spoil = random.choices(*zip(*_MISTAKES[campaign], strict=True))[0]
    return {name: value for name, value in (values | spoil(values, random)).items() if value is not None}


def _person(random: Random, home: Home) -> Values:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    plain = "".join(letter for letter in f"{first}.{last}".lower() if letter.isascii() and letter != "'")
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{plain}{random.randrange(10_000)}@{random.choice(_DOMAINS)}",
        "phone": _phone(random, home),
        "address": f"{random.randrange(10, 9_900)} {random.choice(_STREETS)}",
        "city": home.city,
        "state": home.state,
        "zip": home.zip,
        "user_agent": _AGENT,
        "ip_address": f"73.{random.randrange(1, 250)}.{random.randrange(1, 250)}.{random.randrange(1, 250)}",
        "trusted_form_url": f"https://cert.trustedform.com/{''.join(random.choices(_HEX, k=40))}",
        "consent_text": "By clicking I agree to be called about my request.",
        "landing_page_url": "https://www.example.com/free-quote",
    }


def _phone(random: Random, home: Home) -> str:
    middle, end = random.randrange(200, 1000), random.randrange(10_000)
    shapes = ("{0}{1:03d}{2:04d}", "({0}) {1:03d}-{2:04d}", "{0}-{1:03d}-{2:04d}", "+1{0}{1:03d}{2:04d}")
    return random.choice(shapes).format(home.area_code, middle, end)


def _roofing(random: Random, today: date) -> Values:
    home = random.choice(homes_in(random.choice(roofing.STATES)))
    extra = {"comments": random.choice(_COMMENTS)} if random.random() < 0.3 else {}
    return {
        **_person(random, home),
        "homeowner": random.choice(("yes", "Yes", "true", "1")),
        "property_type": random.choices(("single_family", "townhouse", "multi_family"), (8, 2, 1))[0],
        "roof_material": random.choices(("asphalt", "tile", "metal", "wood", "flat"), (9, 3, 2, 1, 1))[0],
        "timeframe": random.choices(("asap", "month", "quarter", "later"), (4, 4, 2, 1))[0],
        **extra,
    }


def _auto(random: Random, today: date) -> Values:
    home = random.choice(homes_in(random.choice(_AUTO_STATES)))
    make, model = random.choice(_CARS)
    return {
        **_person(random, home),
        "date_of_birth": (today - timedelta(days=random.randrange(19 * 366, 78 * 365))).isoformat(),
        "vehicle_year": random.choices((random.randrange(1996, 2005), random.randrange(2005, 2026)), (1, 6))[
            0
        ],
        "vehicle_make": make,
        "vehicle_model": model,
        "insured": random.choice(("yes", "yes", "no")),
        "credit": random.choices(("excellent", "good", "fair", "poor"), (2, 4, 3, 1))[0],
    }


def _solar(random: Random, today: date) -> Values:
    home = random.choice(homes_in(random.choice(solar.STATES)))
    return {
        **_person(random, home),
        "homeowner": random.choice(("yes", "Yes", "true", "1")),
        "electric_bill": random.choice((90, 110, 140, 160, 190, 220, 260, 310, 380)),
        "roof_shade": random.choices(("none", "some", "a lot"), (6, 3, 1))[0],
        "credit": random.choices(("excellent", "good", "fair"), (3, 4, 2))[0],
    }


def _elsewhere(values: Values, random: Random) -> Values:
    home = random.choice(homes_in(random.choice(_ELSEWHERE)))
    return {"zip": home.zip, "city": home.city, "state": home.state}


def _young(values: Values, random: Random) -> Values:
    return {"date_of_birth": f"{random.randrange(2015, 2021)}-06-15"}


Mistake = Callable[[Values, Random], Values]
_COMMON: tuple[tuple[Mistake, int], ...] = (
    (lambda values, random: {random.choice(("phone", "email", "last_name", "zip")): None}, 4),
    (lambda values, random: {"email": values["email"].replace("@", " at ")}, 2),
    (lambda values, random: {"phone": random.choice(("5555555555", "12345", "not given"))}, 3),
    (lambda values, random: {"email": f"{values['email'].partition('@')[0]}@mailinator.com"}, 1),
    (lambda values, random: {"zip": values["zip"][1:]}, 1),
)
_MISTAKES: dict[str, tuple[tuple[Mistake, int], ...]] = {
    ROOFING: (
        *_COMMON,
        (_elsewhere, 5),
        (lambda values, random: {"homeowner": "no"}, 6),
        (lambda values, random: {"property_type": "trailer"}, 2),
        (lambda values, random: {"city": "Springfield Gardens"}, 2),
    ),
    AUTO: (
        *_COMMON,
        (lambda values, random: {"trusted_form_url": None}, 4),
        (lambda values, random: {"trusted_form_url": "https://example.com/cert/1"}, 1),
        (lambda values, random: {"ip_address": "81.2.69.160"}, 2),
        (lambda values, random: {"first_name": "Test"}, 1),
        (_young, 1),
    ),
    SOLAR: (
        *_COMMON[1:4],
        (_elsewhere, 3),
        (lambda values, random: {random.choice(("phone", "email", "last_name")): None}, 3),
        (lambda values, random: {"homeowner": "no"}, 4),
        (lambda values, random: {"electric_bill": 40}, 3),
    ),
}  # fmt: skip
_LEADS: dict[str, Callable[[Random, date], Values]] = {ROOFING: _roofing, AUTO: _auto, SOLAR: _solar}
