"""How a person stands on a campaign before anything is sent: looked up, nothing taken, nothing kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from apps.core.ids import first_id_at
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.index import index
from apps.engine.values import LeadData
from apps.leads import wants
from apps.leads.facts import claims_taken, gather, look_up
from apps.leads.models import HashedUpTo
from apps.sources.facts import Access, digests_blocked
from apps.sources.hashes import values_of

LAG = timedelta(minutes=5)
"""Further behind than this, hashes are not answered: “open” might be wrong."""


class Standing(StrEnum):
    """`DUPLICATE`: a lead would be refused by the campaign's duplicate rules; `SUPPRESSED`: by a block."""

    OPEN = "open"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Asked:
    """The values that are asked about: plain ones as a lead has them, hashes by kind (email, phone)."""

    data: LeadData = field(repr=False)
    hashed: Mapping[str, str] = field(default_factory=dict, repr=False)


def standing(access: Access, spec: CampaignSpec, terms: TermsSpec, asked: Asked, *, at: datetime) -> Standing:
    """How who has these values stands, as the checks and the recording of a lead with them would find.

    Rules that need values which are not there say nothing, nor do those that take a hashed value together with others.
    Blocks come first, as in the published order.
    """
    facts = gather(access, spec, asked.data, at=at)
    values = values_of(spec.company_id, asked.hashed) if asked.hashed else {}
    if facts.blocked or (values and digests_blocked(access, values, at=at)):
        return Standing.SUPPRESSED
    taken = look_up(facts, spec, terms, asked.data).duplicates or _hashed_taken(spec, terms, values, at)
    return Standing.DUPLICATE if taken else Standing.OPEN


def _hashed_taken(
    spec: CampaignSpec, terms: TermsSpec, values: Mapping[str, bytes], at: datetime
) -> frozenset[str]:
    roles = index(spec).by_role
    named = {roles[kind].name: value for kind, value in values.items() if kind in roles}
    return claims_taken(wants.claims_of_digests(spec, terms.id, named, at)) if named else frozenset()


def hashes_readable(company_id: int, at: datetime) -> bool | None:
    """Whether hashes can be answered for now; None where a company keeps none."""
    mark = HashedUpTo.objects.filter(company_id=company_id).values_list("lead_id", flat=True).first()
    return None if mark is None else mark >= first_id_at(at - LAG)
