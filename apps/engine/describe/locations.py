"""Where the person of a sample lives: a zip that the campaign takes, with the state and the city that go
with it."""

from collections.abc import Iterator, Mapping
from itertools import islice

from apps.engine import rules
from apps.engine.campaign import CampaignSpec
from apps.engine.index import index
from apps.engine.requirements import Expression, ValueList
from apps.engine.rules.base import many
from apps.engine.values import Place

# One well-known zip for each state, so that a sample can be made without a table of places.
_DEFAULTS = """
CA 90210 Beverly Hills,NY 10001 New York,TX 78701 Austin,FL 33130 Miami,IL 60601 Chicago,AL 36104 Montgomery,
AK 99501 Anchorage,AZ 85004 Phoenix,AR 72201 Little Rock,CO 80202 Denver,CT 06103 Hartford,DE 19901 Dover,
GA 30303 Atlanta,HI 96813 Honolulu,ID 83702 Boise,IN 46204 Indianapolis,IA 50309 Des Moines,KS 66603 Topeka,
KY 40202 Louisville,LA 70112 New Orleans,ME 04101 Portland,MD 21201 Baltimore,MA 02108 Boston,MI 48226 Detroit,
MN 55401 Minneapolis,MS 39201 Jackson,MO 63101 Saint Louis,MT 59601 Helena,NE 68102 Omaha,NV 89101 Las Vegas,
NH 03101 Manchester,NJ 07102 Newark,NM 87501 Santa Fe,NC 27601 Raleigh,ND 58501 Bismarck,OH 43215 Columbus,
OK 73102 Oklahoma City,OR 97201 Portland,PA 19103 Philadelphia,RI 02903 Providence,SC 29201 Columbia,
SD 57501 Pierre,TN 37203 Nashville,UT 84101 Salt Lake City,VT 05602 Montpelier,VA 23219 Richmond,
WA 98101 Seattle,WV 25301 Charleston,WI 53703 Madison,WY 82001 Cheyenne,DC 20001 Washington,PR 00901 San Juan,
GU 96910 Hagatna,VI 00802 St Thomas,AS 96799 Pago Pago,MP 96950 Saipan,AE 09021 Apo,AP 96201 Apo
"""
DEFAULT_PLACES: dict[str, tuple[str, str]] = {
    code: (state, city)
    for state, code, city in (line.split(" ", 2) for line in _DEFAULTS.replace("\n", "").split(","))
}
_MOST_LISTED, _MOST_TRIED = 1000, 150
Location = tuple[str, str, str]
"""Zip, state and city; each may be empty."""


def zips_to_look_up(spec: CampaignSpec) -> frozenset[str]:
    """The zips whose places make a better sample: give them to `sample` as `places`."""
    return frozenset(_zips(spec)) | rules.zips_mentioned(spec)


def locations(spec: CampaignSpec, places: Mapping[str, Place]) -> list[Location]:
    """Locations that the campaign's targeting takes, likeliest first; one that it may not take when there is
    none."""
    found = list(islice(_accepted(spec, places), _MOST_TRIED))
    return found or [("90210", "CA", "Beverly Hills")]


def _accepted(spec: CampaignSpec, places: Mapping[str, Place]) -> Iterator[Location]:
    seen = set()
    for code in _zips(spec):
        # Where addresses are verified, a zip of which nothing is known would be refused.
        unknown = spec.verification.address and places and code not in places
        if code in seen or unknown or not _takes_zip(spec, code):
            continue
        seen.add(code)
        state, city = _of_zip(code, places)
        state = state or _any_state(spec)
        if not spec.states.mode or (state in spec.states.values) == (spec.states.mode == "include"):
            yield code, state, city


def _of_zip(code: str, places: Mapping[str, Place]) -> tuple[str, str]:
    place, known = places.get(code), DEFAULT_PLACES.get(code)
    if place is None:
        return known or ("", "Springfield")
    if known and known[1] in place.cities:
        return known
    return place.state, min(place.cities, default="Springfield")


def _any_state(spec: CampaignSpec) -> str:
    states = sorted(spec.states.values) if spec.states.mode == "include" else ["CA"]
    return states[0] if states else "CA"


def _takes_zip(spec: CampaignSpec, code: str) -> bool:
    listed = spec.lists.get(spec.zips.list_hash)
    if not spec.zips.mode or listed is None:
        return True
    return (code in listed) == (spec.zips.mode == "include")


def _zips(spec: CampaignSpec) -> Iterator[str]:
    """Zips worth trying: the field's own example, listed ones, those the rules measure from, one for each
    state."""
    field = index(spec).by_role.get("zip")
    if field is not None and len(field.example) == len("90210"):
        yield field.example
    yield from (code for code in DEFAULT_PLACES if spec.zips.mode == "include" and _takes_zip(spec, code))
    yield from sorted(rules.zips_mentioned(spec))
    listed = spec.lists.get(spec.zips.list_hash)
    if spec.zips.mode == "include" and listed is not None:
        yield from _of_list(listed)
    for name, values in spec.lists.items():
        if name != spec.zips.list_hash:
            yield from islice((code for code in _of_list(values) if _is_zip(code)), 50)
    for test in _tests_of_zip(spec):
        if test.operator == "starts_with":
            yield from _of_list(ValueList(prefixes=(str(test.value),)))
        elif test.operator in ("is", "in"):
            yield from (str(code)[:5] for code in many(test.value))
    yield from DEFAULT_PLACES


def _tests_of_zip(spec: CampaignSpec) -> Iterator[Expression]:
    field = index(spec).by_role.get("zip")
    for rule in spec.rules:
        yield from (
            test for test in rules.tests(rule.expression) if field is not None and test.field == field.name
        )


def _of_list(listed: ValueList) -> Iterator[str]:
    yield from sorted(listed.exact)[:_MOST_LISTED]
    for prefix in listed.prefixes:
        missing = len("90210") - len(prefix)
        if prefix.isdigit() and missing > 0:
            yield from (f"{prefix}{number:0{missing}d}" for number in range(min(10**missing, 100)))


def _is_zip(text: str) -> bool:
    return len(text) == len("90210") and text.isdigit()
