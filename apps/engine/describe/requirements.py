"""What a lead must meet, in sentences, each with the messages of a lead that does not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.engine import caps, duplicates, rules, schedule
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.describe.words import duration, joined
from apps.engine.fields.state import STATE_NAMES
from apps.engine.index import index
from apps.engine.reasons import message
from apps.engine.requirements import CapSpec, DuplicateSpec, RuleSpec
from apps.engine.schedule_words import zone_name
from apps.engine.values import Problem


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement. `messages` are those of a lead that does not meet it; `values` and `list_hash` what
    it lists."""

    key: str
    title: str
    text: str
    messages: tuple[str, ...]
    values: tuple[str, ...] = ()
    list_hash: str = ""


def requirements(spec: CampaignSpec, terms: TermsSpec, now: datetime) -> tuple[Requirement, ...]:
    """The campaign's requirements in the order they are checked."""
    return (
        *_period(spec),
        *_consent(spec),
        *_states(spec),
        *_zips(spec),
        *_schedule(spec, now),
        *_rules(spec),
        *(_duplicate(spec, rule) for rule in spec.duplicates),
        *_caps(spec, terms),
        *_verification(spec),
    )


def _period(spec: CampaignSpec) -> Iterator[Requirement]:
    start = f"{spec.starts_on:%B} {spec.starts_on.day}, {spec.starts_on.year}" if spec.starts_on else ""
    end = f"{spec.ends_on:%B} {spec.ends_on.day}, {spec.ends_on.year}" if spec.ends_on else ""
    said = " ".join(
        filter(None, (f"from {start}" if start else "", f"until the end of {end}" if end else ""))
    )
    if said:
        text = f"Leads are taken {said} ({zone_name(spec.time_zone)})."
        yield Requirement("period", "Dates", text, (message(Problem("campaign_period")),))


def _consent(spec: CampaignSpec) -> Iterator[Requirement]:
    wanted = {
        "trustedform": "A TrustedForm certificate is required.",
        "jornaya": "A Jornaya LeadiD token is required.",
        "either": "A TrustedForm certificate or a Jornaya LeadiD token is required.",
        "both": "A TrustedForm certificate and a Jornaya LeadiD token are required.",
    }.get(spec.consent.requires)
    if wanted:
        codes = ["missing_consent"]
        roles = index(spec).by_role
        codes += ["trustedform_format"] if "trustedform_url" in roles else []
        codes += ["jornaya_format"] if "jornaya_id" in roles else []
        yield Requirement("consent", "Consent", wanted, tuple(message(Problem(code)) for code in codes))


def _states(spec: CampaignSpec) -> Iterator[Requirement]:
    if spec.states.mode:
        states = tuple(sorted(spec.states.values))
        names = joined([STATE_NAMES.get(state, state) for state in states])
        begin = "Only leads from" if spec.states.mode == "include" else "No leads from"
        text = f"{begin} {names}."
        yield Requirement("states", "States", text, (message(Problem("state_targeting")),), states)


def _zips(spec: CampaignSpec) -> Iterator[Requirement]:
    listed = spec.lists.get(spec.zips.list_hash)
    if spec.zips.mode and listed is not None:
        begin = "Only leads from" if spec.zips.mode == "include" else "No leads from"
        noun = "zip code" if len(listed) == 1 else "zip codes"
        text = f"{begin} the {len(listed):,} listed {noun}."
        messages = (message(Problem("zip_targeting")),)
        yield Requirement("zips", "Zip codes", text, messages, list_hash=spec.zips.list_hash)


def _schedule(spec: CampaignSpec, now: datetime) -> Iterator[Requirement]:
    if spec.schedule is not None:
        text = f"{schedule.describe(spec.schedule, now)}."
        yield Requirement("schedule", "Hours", text, (message(Problem("campaign_schedule")),))


def _rules(spec: CampaignSpec) -> Iterator[Requirement]:
    """What is public in words; of the others only that they are there, with the messages they lead to."""
    for kind, begin in (("condition", "Accepted when: "), ("filter", "Refused when: ")):
        rules_of_kind = [rule for rule in spec.rules if rule.kind == kind]
        for rule in rules_of_kind:
            if rule.public:
                text = f"{begin}{rules.explain(rule.expression, spec)}."
                yield Requirement(kind, rule.name, text, _refusals([rule]))
        hidden = [rule for rule in rules_of_kind if not rule.public]
        if hidden:
            one = len(hidden) == 1
            text = f"{len(hidden)} further {kind}{'' if one else 's'} of your client's {'applies' if one else 'apply'}."
            yield Requirement(kind, f"Further {kind}s", text, _refusals(hidden))


def _refusals(of: Sequence[RuleSpec]) -> tuple[str, ...]:
    return tuple(message(Problem(rule.kind, None, {"name": rule.name})) for rule in of)


def _duplicate(spec: CampaignSpec, rule: DuplicateSpec) -> Requirement:
    fields = index(spec).by_name
    labels = [(fields[name].label or name) if name in fields else name for name in rule.fields]
    keys = [rule.key] if rule.match == "all" else [duplicates.claim_key(rule, name) for name in rule.fields]
    found = [problem for key in keys if (problem := duplicates.problem(spec, key)) is not None]
    same = joined(labels, "and" if rule.match == "all" else "or")
    text = f"No lead with the same {same} as one of the last {duration(rule.window_s)}."
    return Requirement(
        "duplicates", "Duplicates", text, tuple(dict.fromkeys(message(each) for each in found))
    )


def _caps(spec: CampaignSpec, terms: TermsSpec) -> Iterator[Requirement]:
    """That there are caps; their numbers are the client's."""
    for cap in terms.caps:
        yield Requirement("caps", f"{caps.label(cap)} cap", _cap(cap), (message(caps.problem(cap)),))
    if spec.caps:
        text = "The campaign as a whole takes a limited number of leads."
        yield Requirement("caps", "Campaign cap", text, (message(caps.problem(spec.caps[0])),))


def _cap(cap: CapSpec) -> str:
    return (
        f"What is taken from you is limited {'in total' if cap.period == 'total' else f'per {cap.period}'}."
    )


def _verification(spec: CampaignSpec) -> Iterator[Requirement]:
    wanted = spec.verification
    if wanted.email != "off":
        text = "The e-mail address must be able to receive mail and not be a throw-away address."
        yield Requirement("verification", "E-mail", text, (message(Problem("email_verification")),))
    if wanted.address:
        text = "Zip code, state and city must belong together."
        yield Requirement("verification", "Address", text, (message(Problem("address_verification")),))
    if wanted.ip:
        only_us = wanted.countries == ("US",)
        where = "the United States" if only_us else joined(list(wanted.countries))
        text = f"The IP address must be the person's own public address, in {where}."
        codes = ("non_us_ip", "ip_verification") if only_us else ("ip_verification",)
        yield Requirement("verification", "IP address", text, tuple(message(Problem(code)) for code in codes))
