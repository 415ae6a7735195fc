"""Whether anything runs at all: the test flag, paused terms, approval, the campaign's switch and its period."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.schedule import in_period
from apps.engine.values import CheckLine, Problem

_FLAG, _TERMS, _APPROVAL, _CAMPAIGN = line("test_flag"), line("terms"), line("approval"), line("campaign")
_PERIOD = line("period")


def _flag(subject: Subject) -> tuple[CheckLine, ...]:
    return (_FLAG,) if subject.test is not None else (line("test_flag", (Problem("test_format", "test"),)),)


def _terms(subject: Subject) -> tuple[CheckLine, ...]:
    switches = subject.facts.switches
    if switches.source_active and switches.terms_active:
        return (_TERMS,)
    detail = "terms paused" if switches.source_active else "source paused"
    return (line("terms", (Problem("invalid_source"),), detail),)


def _approval(subject: Subject) -> tuple[CheckLine, ...]:
    if subject.facts.switches.approved:
        return (_APPROVAL,)
    return (line("approval", (Problem("invalid_source"),), "not approved for live leads"),)


def _campaign(subject: Subject) -> tuple[CheckLine, ...]:
    if subject.facts.switches.campaign_active:
        return (_CAMPAIGN,)
    return (line("campaign", (Problem("campaign_inactive"),)),)


def _period(subject: Subject) -> tuple[CheckLine, ...]:
    spec = subject.spec
    if spec.starts_on is None and spec.ends_on is None:
        return (_PERIOD,)
    passed = in_period(spec.starts_on, spec.ends_on, spec.time_zone, subject.facts.now)
    detail = f"{spec.starts_on or '…'} to {spec.ends_on or '…'}"
    return (line("period", () if passed else (Problem("campaign_period"),), detail),)


TEST_FLAG = Check("test_flag", "Test flag", _flag, structure=True)
TERMS = Check("terms", "Terms", _terms, structure=True)
APPROVAL = Check("approval", "Approval", _approval)
CAMPAIGN = Check("campaign", "Campaign active", _campaign)
PERIOD = Check("period", "Campaign period", _period)
