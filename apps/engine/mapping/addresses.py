"""A full US address taken apart, as far as its own commas, zip code, state and street words tell.

`12 Main St Apt 4, Austin, TX 78701-1234` has all of it. What an address does not tell is left out, never guessed:
without commas the city is what follows a street word, a name that is a city as well as a state (New York) is the city
where no other could be, and a Ct without a street word before it is a court.
"""

import re
from dataclasses import dataclass

from apps.engine.fields.state import STATE_NAMES, state_code

_COUNTRY = re.compile(r"[\s,]+(?:usa|us|u\.s\.a?\.|united states(?: of america)?)\Z", re.IGNORECASE)
_ZIP = re.compile(r"(?:\A|(?<=[\s,]))(\d{5})(?:-?(\d{4}))?\Z", re.ASCII)
_NUMBER = re.compile(r"(\d+[A-Za-z]?(?:-\d+)?(?: 1/2)?)\s+(?=\S)", re.ASCII)
_UNIT = re.compile(
    r"(?:\A|[\s,]+)(?:(?:apartment|apt|unit|suite|ste|floor|fl|room|rm|lot|bldg|building)\b\.?\s*\#?\s*|\#\s*)"
    r"(?P<unit>[A-Za-z0-9-]{1,10})\Z",
    re.IGNORECASE | re.ASCII,
)
_STREET_WORD = re.compile(
    r"\b(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|circle|cir|place|pl|way|terrace|"
    r"ter|trail|trl|parkway|pkwy|highway|hwy|square|sq|loop)\b\.?(?:\s+(?:[NSEW]|[NS][EW])\b\.?)?",
    re.IGNORECASE | re.ASCII,
)
_UNIT_AT = re.compile(
    r"[\s,]*(?:(?:apartment|apt|unit|suite|ste|floor|fl|room|rm|lot)\b\.?\s*\#?\s*|\#\s*)[A-Za-z0-9-]{1,10}\b",
    re.IGNORECASE | re.ASCII,
)
_MOST_STATE_WORDS = 5
MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; those it does not tell are empty. `zip` is 78701 or 78701-1234, `state` two letters."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


def address_of(text: str) -> Address:
    """The parts of a full address."""
    rest = _COUNTRY.sub("", " ".join(text[:MAX_LENGTH].split()).strip(" ,"))
    found = _ZIP.search(rest)
    code = "-".join(part for part in found.groups() if part) if found else ""
    rest = rest[: found.start()].strip(" ,") if found else rest
    segments = [segment.strip() for segment in rest.split(",") if segment.strip()]
    if not segments:
        return Address(zip=code)
    state = _take_state(segments, certain=bool(code))
    if len(segments) > 1 and not _UNIT.fullmatch(segments[-1]):
        return Address(", ".join(segments[:-1]), segments[-1], state, code)
    if not segments:
        return Address(state=state, zip=code)
    left = ", ".join(segments)
    if (state or code) and not re.search(r"\d", left) and not _STREET_WORD.search(left):
        return Address(city=left, state=state, zip=code)
    street, city = _without_commas(left) if state or code else (left, "")
    return Address(street, city, state, code)


def _take_state(segments: list[str], *, certain: bool) -> str:
    """The state at the end, taken off. Written out, it needs a city before it."""
    words = segments[-1].split(" ")
    code = words[-1].rstrip(".").upper()
    if code in STATE_NAMES and _may_be_state(code, segments, words[:-1], certain=certain):
        _cut(segments, words, 1)
        return code
    for count in range(min(_MOST_STATE_WORDS, len(words)), 0, -1):
        named, alone = state_code(" ".join(words[-count:])), count == len(words)
        if (
            named
            and named.upper() != words[-1].rstrip(".").upper()
            and ((alone and len(segments) > 2) or (not alone and (certain or len(segments) > 1)))
        ):
            _cut(segments, words, count)
            return named
    return ""


def _may_be_state(code: str, segments: list[str], before: list[str], *, certain: bool) -> bool:
    """Whether two letters at the end are a state: behind a comma, or in a run of words that ends with a zip code."""
    if len(segments) > 1:
        return True
    street_word = _STREET_WORD.search(" ".join(before))
    return certain and bool(before) and (code != "CT" or street_word is not None)


def _cut(segments: list[str], words: list[str], count: int) -> None:
    left = " ".join(words[:-count])
    segments[-1:] = [left] if left else []


def _without_commas(text: str) -> tuple[str, str]:
    """Street and city of one run of words: the city follows the last street word and the unit behind it."""
    words = list(_STREET_WORD.finditer(text))
    for found in reversed(words):
        unit = _UNIT_AT.match(text, found.end())
        end = unit.end() if unit else found.end()
        if found.start() > 0 and text[end:].strip():
            return text[:end].strip(), text[end:].strip()
    return text, ""


def street_number(street: str) -> str:
    """The house number a street begins with, or an empty text."""
    found = _NUMBER.match(street.strip())
    return found[1] if found else ""


def unit(street: str) -> str:
    """The number of flat or suite a street ends with, or an empty text."""
    found = _UNIT.search(street.strip())
    return found["unit"] if found else ""


def street_name(street: str) -> str:
    """A street without house number and unit."""
    text = street.strip()
    return _UNIT.sub("", _NUMBER.sub("", text, count=1)).strip(" ,")
