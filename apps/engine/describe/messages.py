"""Every message a campaign can give, with its meaning: a closed list that a sender can code against."""

from collections.abc import Iterator
from dataclasses import replace

from apps.engine import caps, duplicates
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.fields import format_problem
from apps.engine.index import index
from apps.engine.reasons import DELIVERY, REASONS, REQUEST, Reason, message
from apps.engine.values import Problem

_ALWAYS = ("test_format", "invalid_source", "invalid_auth", "campaign_inactive")
_BLOCKS = {
    "phone": "phone_blocked",
    "email": "email_blocked",
    "ip_address": "ip_blocked",
    "sub_id": "subid_blocked",
    "aff_id": "affid_blocked",
}


def possible_reasons(spec: CampaignSpec, terms: TermsSpec) -> list[Reason]:
    """The reasons in published order, each with the text that this very campaign gives.

    `Missing {fields}` keeps its placeholder; names of conditions, labels and periods are filled in.
    """
    order = {code: position for position, code in enumerate(REASONS)}
    found: dict[str, Reason] = {}
    for problem in _possible(spec, terms):
        reason = REASONS[problem.code]
        text = reason.text if problem.code == "missing_field" else message(problem)
        found.setdefault(text, replace(reason, text=text))
    return sorted(found.values(), key=lambda reason: order[reason.code])


def _possible(spec: CampaignSpec, terms: TermsSpec) -> Iterator[Problem]:
    yield from (Problem(code) for code in _ALWAYS)
    if any(field.required for field in spec.fields):
        yield Problem("missing_field")
    # Even a text can be malformed: sent as an object, or over 8 KiB.
    yield from (format_problem(field) for field in spec.fields)
    yield from _of_consent(spec)
    yield from (Problem(code) for role, code in _BLOCKS.items() if role in index(spec).by_role)
    yield from _of_requirements(spec)
    yield from (
        problem
        for rule in spec.duplicates
        for problem in _of_duplicates(spec, rule.key, rule.fields, rule.match)
    )
    yield from (caps.problem(cap) for cap in (*terms.caps, *spec.caps))
    yield from _of_verification(spec)
    for reason in REASONS.values():
        if reason.group == REQUEST or (reason.group == DELIVERY and spec.answer_mode == "buyer"):
            yield Problem(reason.code)


def _of_consent(spec: CampaignSpec) -> Iterator[Problem]:
    if spec.consent.requires != "none":
        yield Problem("missing_consent")


def _of_requirements(spec: CampaignSpec) -> Iterator[Problem]:
    if spec.states.mode:
        yield Problem("state_targeting")
    if spec.zips.mode:
        yield Problem("zip_targeting")
    for rule in spec.rules:
        yield Problem(rule.kind, None, {"name": rule.name})
    if spec.schedule is not None:
        yield Problem("campaign_schedule")
    if spec.starts_on is not None or spec.ends_on is not None:
        yield Problem("campaign_period")


def _of_duplicates(spec: CampaignSpec, key: str, names: tuple[str, ...], match: str) -> Iterator[Problem]:
    keys = [key] if match == "all" or len(names) == 1 else [f"{key}:{name}" for name in names]
    for each in keys:
        problem = duplicates.problem(spec, each)
        if problem is not None:
            yield problem


def _of_verification(spec: CampaignSpec) -> Iterator[Problem]:
    wanted = spec.verification
    if wanted.email != "off":
        yield Problem("email_verification")
    if wanted.address:
        yield Problem("address_verification")
    if wanted.ip:
        yield Problem("ip_verification")
        if wanted.countries == ("US",):
            yield Problem("non_us_ip")
