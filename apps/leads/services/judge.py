"""Judging a submission: the look-ups and the checks, in the published order, paid look-ups last and only if needed."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.engine import checks
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.normalise import PING, POST
from apps.engine.values import Examination, Facts, LeadData, Problem
from apps.leads import verification
from apps.leads.facts import gather, look_up
from apps.sources.facts import Access

PING_DEADLINE_S = 0.2
"""For all verifiers of a ping together: buyers are still to be asked, and the post is verified again."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a submission came. `test` None: the test flag could not be read; `phase` is `engine.normalise`'s POST or
    PING; `ping` what speaks against the ping that a post refers to, None where it needs none.
    """

    at: datetime
    test: bool | None
    phase: str = POST
    ping: tuple[Problem, ...] | None = None


def judge(
    access: Access, spec: CampaignSpec, terms: TermsSpec, data: LeadData, came: Circumstances
) -> tuple[Facts, Examination]:
    """What the checks find, and the facts they were given.

    Test leads and pings take no claims and no caps, so those are looked up for them. A live lead takes them when it is
    recorded; they are looked up only before something is told or paid that comes after them in the published order.
    """
    facts = replace(gather(access, spec, data, at=came.at), ping=came.ping)
    takes = came.phase != PING and not came.test
    if not takes:
        facts = look_up(facts, spec, terms, data)
    found = checks.examine(spec, terms, data, facts, test=came.test, phase=came.phase)
    asked = () if found.problems or came.test else verification.wanted(spec, data)
    if not asked and not (takes and checks.fails_last(found)):
        return facts, found
    if takes:
        facts = look_up(facts, spec, terms, data)
    if asked and not facts.duplicates and not facts.full_caps:
        deadline_s = PING_DEADLINE_S if came.phase == PING else verification.DEADLINE_S
        facts = replace(facts, verifications=verification.ask(asked, spec, data, deadline_s=deadline_s))
    return facts, checks.examine(spec, terms, data, facts, test=came.test, phase=came.phase)
