"""Judging a submission: the look-ups and the checks, in the published order, paid look-ups last and only if needed."""

from dataclasses import replace
from datetime import datetime

from apps.engine import checks
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.values import Examination, Facts, LeadData
from apps.leads import verification
from apps.leads.facts import gather, look_up
from apps.sources.facts import Access


def judge(
    access: Access, spec: CampaignSpec, terms: TermsSpec, data: LeadData, *, test: bool | None, at: datetime
) -> tuple[Facts, Examination]:
    """What the checks find, and the facts they were given.

    A test lead takes no claims and no caps, so those are looked up for it. A live lead takes them when it is recorded;
    they are looked up only before something is told or paid that comes after them in the published order.
    """
    facts = gather(access, spec, data, at=at)
    if test:
        facts = look_up(facts, spec, terms, data)
        return facts, checks.examine(spec, terms, data, facts, test=test)
    found = checks.examine(spec, terms, data, facts, test=test)
    asked = () if found.problems else verification.wanted(spec, data)
    if not asked and not checks.fails_last(found):
        return facts, found
    facts = look_up(facts, spec, terms, data)
    if asked and not facts.duplicates and not facts.full_caps:
        facts = replace(facts, verifications=verification.ask(asked, spec, data))
    return facts, checks.examine(spec, terms, data, facts, test=test)
