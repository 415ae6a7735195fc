"""The look-ups that deciding about a lead needs, gathered before the checks run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from apps.core import places
from apps.core.prepared import fetch_all
from apps.engine import rules
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.index import index, per_campaign
from apps.engine.values import Facts, LeadData, Place
from apps.leads import wants
from apps.sources.facts import Access, Person, blocked


def gather(access: Access, spec: CampaignSpec, data: LeadData, *, at: datetime) -> Facts:
    """What every lead is judged by. One query where the company blocks anything, else none."""
    person = _person(spec, data)
    return Facts(
        now=at,
        switches=access.switches,
        blocked=blocked(access, person, at=at),
        places=_places(spec, data),
        ip_country=places.country(person.ip) if spec.verification.ip and person.ip else None,
    )


def look_up(facts: Facts, spec: CampaignSpec, terms: TermsSpec, data: LeadData) -> Facts:
    """The same facts with the claims that are taken and the caps that are full, read and not reserved. One query.

    For those who take nothing (test leads) and for those about to pay for a verification.
    """
    claims = wants.claims(spec, terms.id, data, facts.now)
    caps = wants.caps(spec, terms, data, facts)
    if not claims and not caps:
        return facts
    columns = (
        [want.key for want in claims],
        [want.scope for want in claims],
        [want.digest for want in claims],
        [want.since for want in claims],
        [want.key for want in caps],
        [want.period for want in caps],
        [want.amount for want in caps],
        [want.limit for want in caps],
    )
    found = fetch_all(_LOOK_UP, columns)
    return replace(
        facts,
        duplicates=frozenset(key for what, key in found if what == "claim"),
        full_caps=frozenset(key for what, key in found if what == "cap"),
    )


def claims_taken(claims: Sequence[wants.ClaimWant]) -> frozenset[str]:
    """The keys of the claims that somebody holds. One query."""
    columns = (
        [want.key for want in claims],
        [want.scope for want in claims],
        [want.digest for want in claims],
        [want.since for want in claims],
    )
    return frozenset(key for (key,) in fetch_all(_TAKEN, columns))


_TAKEN = """
    SELECT given.key
      FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::timestamptz[]) AS given (key, scope, digest, since)
      JOIN leads_duplicateclaim held USING (scope, digest) WHERE held.claimed_at > given.since
"""
_LOOK_UP = """
    SELECT 'claim', given.key
      FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::timestamptz[]) AS given (key, scope, digest, since)
      JOIN leads_duplicateclaim held USING (scope, digest) WHERE held.claimed_at > given.since
    UNION ALL
    SELECT 'cap', given.cap_key
      FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[]) AS given (cap_key, period_key, amount, most)
      LEFT JOIN leads_capcounter counter USING (cap_key, period_key)
     WHERE coalesce(counter.used, 0) + given.amount > given.most
"""


def _person(spec: CampaignSpec, data: LeadData) -> Person:
    roles = index(spec).by_role

    def normal(role: str) -> str:
        field = roles.get(role)
        return str(data.normal(field.name) or "") if field is not None else ""

    return Person(
        email=normal("email"),
        phone=normal("phone"),
        sub_id=normal("sub_id"),
        aff_id=normal("aff_id"),
        ip=normal("ip_address"),
    )


def _places(spec: CampaignSpec, data: LeadData) -> dict[str, Place]:
    """The places this lead and its campaign's rules speak of; none where nobody asks."""
    mentioned = _mentioned(spec)
    if not mentioned and not spec.verification.address:
        return {}
    codes = {str(data.normal(name))[:5] for name in _zip_fields(spec) if data.normal(name)}
    found = {code: places.place(code) for code in codes | mentioned}
    return {code: place for code, place in found.items() if place is not None}


@per_campaign
def _mentioned(spec: CampaignSpec) -> frozenset[str]:
    return rules.zips_mentioned(spec)


@per_campaign
def _zip_fields(spec: CampaignSpec) -> tuple[str, ...]:
    return tuple(field.name for field in spec.fields if field.type == "zip" or field.role == "zip")
