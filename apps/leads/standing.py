"""How a person stands on a campaign before anything is sent: looked up, nothing taken, nothing kept."""

from datetime import datetime
from enum import StrEnum

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.values import LeadData
from apps.leads.facts import gather, look_up
from apps.sources.facts import Access


class Standing(StrEnum):
    """`DUPLICATE`: a lead would be refused by the campaign's duplicate rules; `SUPPRESSED`: by a block."""

    OPEN = "open"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"


def standing(
    access: Access, spec: CampaignSpec, terms: TermsSpec, data: LeadData, *, at: datetime
) -> Standing:
    """How who has these values stands, as the checks and the recording of a lead with them would find.

    Rules that need values which are not there say nothing. Blocks come first, as in the published order.
    """
    facts = gather(access, spec, data, at=at)
    if facts.blocked:
        return Standing.SUPPRESSED
    return Standing.DUPLICATE if look_up(facts, spec, terms, data).duplicates else Standing.OPEN
