"""Parts of values: words of a name, digits of a phone, pieces of an address, ends of a range, and the like."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.engine.mapping import addresses
from apps.engine.mapping.addresses import address_of
from apps.engine.value_formats import UnwritableError, as_date, as_text
from apps.engine.value_formats.dates import MONTHS
from apps.engine.value_formats.phones import parts as phone_parts


@dataclass(frozen=True, slots=True)
class Part:
    """A registered part. `cut` takes it from a normal form: None when there is no such part, `UnwritableError` when
    the value is nothing that has one.
    """

    key: str
    label: str
    example: str
    cut: Callable[[Any], Any]


def _words(value: Any) -> list[str]:
    return as_text(value).split()


def _all_but_first(value: Any) -> str:
    return " ".join(_words(value)[1:])


def _all_but_last(value: Any) -> str:
    return " ".join(_words(value)[:-1])


def _at_comma(after: bool) -> Callable[[Any], str]:
    def cut(value: Any) -> str:
        before, _, rest = as_text(value).partition(",")
        return rest.strip() if after else before.strip()

    return cut


def _zip(value: Any) -> "re.Match[str]":
    found = re.search(r"(?<!\d)(\d{5})(?:-?(\d{4}))?\Z", as_text(value).strip(), re.ASCII)
    if found is None:
        raise UnwritableError("is not a zip code")
    return found


def _email(place: int) -> Callable[[Any], str]:
    def cut(value: Any) -> str:
        user, at, domain = as_text(value).strip().rpartition("@")
        if not at:
            raise UnwritableError("is not an e-mail address")
        return (user, domain)[place]

    return cut


def _end(place: int) -> Callable[[Any], Any]:
    def cut(value: Any) -> Any:
        items = tuple(value) if isinstance(value, tuple | list) else (value,)
        return items[place] if items else None

    return cut


def _of_address(name: str) -> Callable[[Any], str]:
    return lambda value: getattr(address_of(as_text(value)), name)


def _phone(*places: int) -> Callable[[Any], str]:
    return lambda value: "".join(phone_parts(value)[place] for place in places)


def _street(cut: Callable[[str], str]) -> Callable[[Any], str]:
    """Of a street alone, or of the street of a full address."""
    return lambda value: cut(address_of(as_text(value)).street)


_ALL = (
    Part("first_word", "first word", "Mary Ann Smith → Mary", lambda value: " ".join(_words(value)[:1])),
    Part("last_word", "last word", "Mary Ann Smith → Smith", lambda value: " ".join(_words(value)[-1:])),
    Part("all_but_first", "all but the first word", "Mary Ann Smith → Ann Smith", _all_but_first),
    Part("all_but_last", "all but the last word", "Mary Ann Smith → Mary Ann", _all_but_last),
    Part("initial", "first letter", "Mary → M", lambda value: as_text(value).strip()[:1]),
    Part("before_comma", "before the comma", "Smith, Mary → Smith", _at_comma(after=False)),
    Part("after_comma", "after the comma", "Smith, Mary → Mary", _at_comma(after=True)),
    Part("area_code", "phone: area code", "(555) 123-4567 → 555", _phone(0)),
    Part("exchange", "phone: exchange", "(555) 123-4567 → 123", _phone(1)),
    Part("line_number", "phone: line number", "(555) 123-4567 → 4567", _phone(2)),
    Part("local_number", "phone: seven digits without area code", "(555) 123-4567 → 1234567", _phone(1, 2)),
    Part("street_number", "address: house number", "12 Main St Apt 4 → 12", _street(addresses.street_number)),
    Part("street_name", "address: street without number and unit", "12 Main St Apt 4 → Main St",
         _street(addresses.street_name)),
    Part("unit", "address: unit", "12 Main St Apt 4 → 4", _street(addresses.unit)),
    Part("street", "full address: street", "12 Main St, Austin, TX 78701 → 12 Main St", _of_address("street")),
    Part("city", "full address: city", "12 Main St, Austin, TX 78701 → Austin", _of_address("city")),
    Part("state", "full address: state", "12 Main St, Austin, TX 78701 → TX", _of_address("state")),
    Part("zip", "full address: zip", "12 Main St, Austin, TX 78701 → 78701", _of_address("zip")),
    Part("zip5", "zip: five digits", "78701-1234 → 78701", lambda value: _zip(value)[1]),
    Part("zip4", "zip: the four digits behind", "78701-1234 → 1234", lambda value: _zip(value)[2]),
    Part("email_user", "e-mail: before the @", "ann@example.com → ann", _email(0)),
    Part("email_domain", "e-mail: behind the @", "ann@example.com → example.com", _email(1)),
    Part("minimum", "range: lower end (of a list: first)", "100 - 200 → 100", _end(0)),
    Part("maximum", "range: upper end (of a list: last)", "100 - 200 → 200", _end(-1)),
    Part("year", "date: year", "2024-03-05 → 2024", lambda value: as_date(value).year),
    Part("month", "date: month", "2024-03-05 → 03", lambda value: f"{as_date(value).month:02d}"),
    Part("month_name", "date: name of the month", "2024-03-05 → March",
         lambda value: MONTHS[as_date(value).month - 1]),
    Part("day", "date: day", "2024-03-05 → 05", lambda value: f"{as_date(value).day:02d}"),
)  # fmt: skip

PARTS: dict[str, Part] = {entry.key: entry for entry in _ALL}
