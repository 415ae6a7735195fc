"""The checks in their published order. A further check is one file, its place in `CHECKS`, and its code in `reasons`.

All are evaluated and kept, so that a lead refused by one can be told from a lead that would have failed
anyway; the first problem in this order is the one shown.
"""

from collections.abc import Iterable

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.checks.base import Check, Subject
from apps.engine.checks.blocks import BLOCKS
from apps.engine.checks.caps import CAPS
from apps.engine.checks.consent import CONSENT
from apps.engine.checks.duplicates import DUPLICATES
from apps.engine.checks.fields import FIELDS
from apps.engine.checks.live import APPROVAL, CAMPAIGN, PERIOD, TERMS, TEST_FLAG
from apps.engine.checks.named_rules import CONDITIONS, FILTERS
from apps.engine.checks.ping_id import PING_ID
from apps.engine.checks.schedule import SCHEDULE
from apps.engine.checks.targeting import STATES, ZIPS
from apps.engine.checks.verification import VERIFICATION
from apps.engine.normalise import POST
from apps.engine.values import CheckLine, Examination, Facts, LeadData, Problem

CHECKS: tuple[Check, ...] = (
    TEST_FLAG,
    TERMS,
    APPROVAL,
    CAMPAIGN,
    PERIOD,
    PING_ID,
    FIELDS,
    CONSENT,
    BLOCKS,
    STATES,
    ZIPS,
    SCHEDULE,
    CONDITIONS,
    FILTERS,
    DUPLICATES,
    CAPS,
    VERIFICATION,
)
LABELS: dict[str, str] = {check.key: check.label for check in CHECKS}
_STRUCTURE = frozenset(check.key for check in CHECKS if check.structure)


def examine(
    spec: CampaignSpec,
    terms: TermsSpec,
    data: LeadData,
    facts: Facts,
    *,
    test: bool | None,
    phase: str = POST,
) -> Examination:
    """Every check's lines and every problem, in published order. `test` None: the test flag could not be
    read. On a ping (`phase` as in `normalise`) what is not there yet is left to the post."""
    subject = Subject(spec, terms, data, facts, test, phase)
    lines: list[CheckLine] = []
    for check in CHECKS:
        lines += check.run(subject)
    problems = [problem for found in lines if found.problems for problem in found.problems]
    return Examination(tuple(problems), tuple(lines))


def split(examination: Examination, test: bool | None) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems that refuse the lead, and those a test lead is merely told of as warnings."""
    if not test:
        return examination.problems, ()
    return _of(examination.lines, structure=True), _of(examination.lines, structure=False)


def _of(lines: Iterable[CheckLine], *, structure: bool) -> tuple[Problem, ...]:
    return tuple(
        problem
        for found in lines
        if found.problems and (found.check in _STRUCTURE) == structure
        for problem in found.problems
    )


def fails_last(examination: Examination) -> bool:
    """Whether verification is all that speaks against a lead.

    Duplicates and caps come before it in the published order, and a live lead takes those only when nothing
    speaks against it. So for the right message they are to be looked up, and the lead examined again with
    them among the facts.
    """
    failed = {found.check for found in examination.lines if not found.passed}
    return failed == {"verification"}


__all__ = ["CHECKS", "LABELS", "Check", "Subject", "examine", "fails_last", "split"]
