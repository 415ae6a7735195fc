"""Verification without a network, honest about its means: throw-away domains, agreeing places, public addresses.

A verifier is a function from a lead to its problem or None. Those that need a network (MX, paid services) run
elsewhere, in parallel and with a deadline; their results arrive in `Facts.verifications`.
"""

import ipaddress
from collections.abc import Callable

from disposable_email_domains import blocklist

from apps.engine.campaign import CampaignSpec
from apps.engine.index import index
from apps.engine.values import Facts, LeadData, Place, Problem

Verifier = Callable[[CampaignSpec, LeadData, Facts], Problem | None]
_FIVE = 5
# IPv4 ranges of special use begin with these numbers (IANA registry); all other addresses are public.
_FIRST_NUMBERS_WITH_SPECIAL_USE = frozenset({0, 10, 100, 127, 169, 172, 192, 198, 203, *range(224, 256)})
_SHORT_WORDS = {
    "saint": "st",
    "sainte": "ste",
    "fort": "ft",
    "mount": "mt",
    "mountain": "mtn",
    "heights": "hts",
}


def verify_email(spec: CampaignSpec, data: LeadData, facts: Facts) -> Problem | None:
    """Refuses addresses on domains (or below domains) known to be thrown away."""
    name = _name(spec, "email")
    address = data.normal(name)
    if not address:
        return None
    labels = str(address).rpartition("@")[2].split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return Problem("email_verification", name) if any(parent in blocklist for parent in parents) else None


def verify_address(spec: CampaignSpec, data: LeadData, facts: Facts) -> Problem | None:
    """Refuses a zip that does not exist or belongs to another state or city. Without a zip nothing can be
    told."""
    name = _name(spec, "zip")
    code = data.normal(name)
    if not code:
        return None
    place = facts.places.get(str(code)[:_FIVE])
    if place is None:
        return Problem("address_verification", name)
    state, city = data.normal(_name(spec, "state")), data.normal(_name(spec, "city"))
    agrees = (not state or state == place.state) and (not city or _has_city(place, str(city)))
    return None if agrees else Problem("address_verification", name)


def _has_city(place: Place, city: str) -> bool:
    if city in place.cities:
        return True
    wanted = _plain(city)
    return any(_plain(name) == wanted for name in place.cities)


def _plain(city: str) -> str:
    words = city.casefold().replace(".", "").replace("'", "").replace("-", " ").split()
    return " ".join(_SHORT_WORDS.get(word, word) for word in words)


def verify_ip(spec: CampaignSpec, data: LeadData, facts: Facts) -> Problem | None:
    """Refuses addresses that are no public ones, and those of countries that are not accepted."""
    name = _name(spec, "ip_address")
    text = data.normal(name)
    if not text:
        return None
    if not _is_public(str(text)):
        return Problem("ip_verification", name)
    accepted, country = spec.verification.countries, facts.ip_country
    if country is None or country in accepted:
        return None
    return Problem("non_us_ip" if country and accepted == ("US",) else "ip_verification", name)


def _is_public(text: str) -> bool:
    first = text.partition(".")[0]
    if first.isdigit() and int(first) not in _FIRST_NUMBERS_WITH_SPECIAL_USE:
        return True
    address = ipaddress.ip_address(text)
    return address.is_global and not address.is_multicast


def _name(spec: CampaignSpec, role: str) -> str:
    field = index(spec).by_role.get(role)
    return field.name if field else ""


def verifiers(spec: CampaignSpec) -> dict[str, Verifier]:
    """The verifiers that a campaign wants and that need no network, by name, in published order."""
    wanted: dict[str, Verifier] = {}
    if spec.verification.email != "off":
        wanted["email"] = verify_email
    if spec.verification.address:
        wanted["address"] = verify_address
    if spec.verification.ip:
        wanted["ip"] = verify_ip
    return wanted
