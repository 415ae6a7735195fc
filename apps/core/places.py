"""Where a zip code lies and which country an address belongs to, from tables that come with the libraries."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import zipcodes
from geoip2fast import GeoIP2Fast

from apps.engine.values import Place


@lru_cache(maxsize=45_000)
def place(zip_code: str) -> Place | None:
    """What is known of a five-digit zip, None when there is none such. Remembered: a search walks the whole table."""
    found = zipcodes.matching(zip_code) if len(zip_code) == 5 and zip_code.isdecimal() else ()
    if not found:
        return None
    entry = found[0]
    # People write the names that the post discourages, too.
    cities = frozenset((entry["city"], *entry["acceptable_cities"], *entry["unacceptable_cities"]))
    return Place(zip_code, entry["state"], cities, float(entry["lat"] or 0), float(entry["long"] or 0))


class _Places(Mapping[str, Place]):
    """The table of zips, read as it is asked: who asks needs a few of its forty thousand places, or none."""

    def __getitem__(self, code: str) -> Place:
        found = place(code)
        if found is None:
            raise KeyError(code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


PLACES: Mapping[str, Place] = _Places()
"""Every place by its zip, for `Facts.places` and `Sending.places`."""


def country(address: str) -> str:
    """The two-letter country of an IP address; empty when the table knows none, as for private addresses."""
    code = _countries().lookup(address).country_code
    return code if len(code) == 2 and code.isalpha() else ""


@lru_cache(maxsize=1)
def _countries() -> GeoIP2Fast:
    return GeoIP2Fast(geoip2fast_data_file="geoip2fast-ipv6.dat.gz")
