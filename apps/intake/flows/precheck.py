"""The way of a pre-check, from bytes to an answer (`POST /precheck`): would this person be taken? Nothing is stored.

Told is only what a ping would be told anyway, and neither which value it was nor of which buyer or source.
"""

from collections.abc import Mapping
from typing import Any

from apps.core import limits
from apps.engine import checks
from apps.engine.campaign import CampaignSpec
from apps.engine.fields import is_empty
from apps.engine.index import index
from apps.engine.normalise import PING
from apps.engine.values import Facts, Problem, Verdict, VerdictOutcome
from apps.intake.flows.caller import Caller, arrive
from apps.intake.flows.judging import lead_data
from apps.intake.flows.sender import Sender
from apps.intake.wire import Answer, RawPost, Refused, precheck_answer
from apps.leads.standing import Asked, Standing, hashes_readable, standing
from apps.sources.hashes import is_hash

LIMITS: tuple[limits.Window, ...] = ((600, 60), (50_000, 86_400))
"""For each source's terms, beside their own: enough for every lead of a large source, too few to try numbers out."""
ASKED = ("email", "phone")
_MODE = frozenset({"test_flag", "terms", "approval", "campaign", "period"})
"""Checks of whether this source may ask at all. A test is only held to the first two."""
_MISSING = Problem("missing_field", None, {"fields": "email or phone"})


def precheck(post: RawPost) -> Answer:
    """The answer to a pre-check. Raises Refused for faulty requests, and for too many of them."""
    caller = arrive(post)
    terms_id = caller.sender.access.terms_id
    grant = limits.take(f"precheck:{terms_id}", LIMITS)
    if not grant.allowed:
        raise Refused("rate_limited", terms_id=terms_id, headers=grant.headers)
    answer = caller.told(_looked_up(caller))
    return Answer(answer.status, answer.body, {**answer.headers, **grant.headers})


def _looked_up(caller: Caller) -> Answer:
    sender, at = caller.sender, caller.post.received_at
    if sender.spec is None or sender.terms is None:
        return _rejected(caller, (Problem("campaign_inactive" if sender.spec is None else "invalid_source"),))
    asked = _asked(caller, sender.spec)
    problems = _against(sender, asked, caller)
    if problems:
        return _rejected(caller, problems)
    # A test is told that it would work, and nothing of anybody: also sources in testing may send it.
    found = Standing.OPEN if caller.test else standing(sender.access, sender.spec, sender.terms, asked, at=at)
    return precheck_answer(Verdict(VerdictOutcome.ACCEPTED, test=bool(caller.test)), found)


def _asked(caller: Caller, spec: CampaignSpec) -> Asked:
    """The values, plain and hashed. Raises Refused while those that are hashed cannot be answered."""
    given = _given(spec, caller.fields)
    hashed = {role: value for role, value in given.items() if is_hash(value)}
    readable = hashes_readable(spec.company_id, caller.post.received_at) if hashed else None
    if readable is False:
        raise Refused("unavailable", terms_id=caller.sender.access.terms_id, headers={"Retry-After": "60"})
    if readable is None:
        hashed = {}
    roles = index(spec).by_role
    plain = {roles[role].name: value for role, value in given.items() if role not in hashed}
    return Asked(lead_data(spec, plain, caller.came(PING)), hashed)


def _given(spec: CampaignSpec, sent: Mapping[str, Any]) -> dict[str, Any]:
    """By role, what was sent of those the campaign has, under its names for them or `email` and `phone`."""
    roles, lower = index(spec).by_role, {name.lower(): value for name, value in sent.items()}
    found = {role: lower.get(roles[role].name.lower(), lower.get(role)) for role in ASKED if role in roles}
    return {role: value for role, value in found.items() if not is_empty(value)}


def _against(sender: Sender, asked: Asked, caller: Caller) -> tuple[Problem, ...]:
    """What speaks against the call itself, in the order of the checks."""
    assert sender.spec is not None
    assert sender.terms is not None
    facts = Facts(caller.post.received_at, sender.access.switches)
    found = checks.examine(sender.spec, sender.terms, asked.data, facts, test=caller.test, phase=PING)
    refused, _ = checks.split(found, caller.test)
    switched = tuple(
        problem
        for line in found.lines
        if line.check in _MODE
        for problem in line.problems
        if problem in refused
    )
    return (
        *switched,
        *asked.data.format_problems,
        *(() if asked.data.values or asked.hashed else (_MISSING,)),
    )


def _rejected(caller: Caller, problems: tuple[Problem, ...]) -> Answer:
    verdict = Verdict(VerdictOutcome.REJECTED, problems, test=bool(caller.test))
    return precheck_answer(verdict, Standing.OPEN)
