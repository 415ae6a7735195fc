"""The campaign's own settings and requirements."""

from collections.abc import Iterator

from apps.campaigns.models import Campaign
from apps.engine.fields.country_codes import COUNTRY_NAMES
from apps.publishing.problems import money
from apps.publishing.problems.base import Draft, PublishProblem, is_code, is_zone, named

_CONSENT_ROLES = {
    "trustedform": ({"trustedform_url"},),
    "jornaya": ({"jornaya_id"},),
    "either": ({"trustedform_url", "jornaya_id"},),
    "both": ({"trustedform_url"}, {"jornaya_id"}),
}
_ROLE_WORDS = {"trustedform_url": "TrustedForm", "jornaya_id": "Jornaya"}


def problems(draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with settings, targeting, rules, duplicates and caps."""
    campaign = draft.campaign
    label = f"Campaign {campaign}"
    for check in (_settings, _period, _consent, _verification, _money):
        yield from (named(campaign, label, field, said) for field, said in check(campaign, draft))
    yield from draft.targeting(campaign, label)
    yield from _rules(draft)
    yield from _duplicates(draft)
    yield from draft.caps(campaign.caps.all(), label)
    yield from _spend(draft, label)


def _settings(campaign: Campaign, draft: Draft) -> Iterator[tuple[str, str]]:
    if not is_zone(campaign.time_zone):
        yield "time_zone", f"has an unknown time zone “{campaign.time_zone}”"
    if not is_code(campaign.currency, 3):
        yield "currency", "needs a currency of three capital letters, such as USD"
    if campaign.region not in COUNTRY_NAMES:
        yield "region", f"has an unknown country “{campaign.region}”"
    if campaign.idempotency_field and campaign.idempotency_field not in draft.names:
        yield (
            "idempotency_field",
            f"takes its idempotency key from “{campaign.idempotency_field}”, which is no field",
        )


def _period(campaign: Campaign, draft: Draft) -> Iterator[tuple[str, str]]:
    if campaign.starts_on and campaign.ends_on and campaign.starts_on > campaign.ends_on:
        yield "ends_on", "ends before it starts"


def _consent(campaign: Campaign, draft: Draft) -> Iterator[tuple[str, str]]:
    for roles in _CONSENT_ROLES.get(campaign.consent, ()):
        if not roles & draft.roles:
            words = " or ".join(_ROLE_WORDS[role] for role in sorted(roles, reverse=True))
            yield "consent", f"demands {words} but has no field for it"


def _verification(campaign: Campaign, draft: Draft) -> Iterator[tuple[str, str]]:
    if campaign.verify_email != "off" and "email" not in draft.roles:
        yield "verify_email", "verifies e-mail addresses but has no e-mail field"
    if campaign.verify_address and not {"zip", "state"} <= draft.roles:
        yield "verify_address", "verifies addresses but lacks a zip or a state field"
    if campaign.verify_ip and "ip_address" not in draft.roles:
        yield "verify_ip", "verifies IP addresses but has no IP field"
    if odd := sorted(set(map(str, campaign.ip_countries)) - COUNTRY_NAMES.keys()):
        yield "ip_countries", f"accepts IP addresses of “{odd[0]}”, which is no country"


def _money(campaign: Campaign, draft: Draft) -> Iterator[tuple[str, str]]:
    yield from money.problems(campaign)


def _rules(draft: Draft) -> Iterator[PublishProblem]:
    for rule in draft.campaign.rules.all():
        if not rule.is_enabled:
            continue
        label = str(rule)
        if not rule.expression:
            yield named(rule, label, "expression", "asks for nothing")
        yield from draft.expression(rule, label, "expression")


def _duplicates(draft: Draft) -> Iterator[PublishProblem]:
    for rule in draft.campaign.duplicate_rules.all():
        if not rule.is_enabled:
            continue
        label = f"Duplicate rule {rule.pk}"
        if not rule.fields:
            yield named(rule, label, "fields", "names no field")
        for name in rule.fields:
            if name not in draft.names:
                yield named(rule, label, "fields", f"names “{name}”, which is no field")
        if rule.window_hours < 1:
            yield named(rule, label, "window_hours", "needs a window of at least one hour")


def _spend(draft: Draft, label: str) -> Iterator[PublishProblem]:
    """Money is reserved when a lead comes in: only a fixed payout is known by then."""
    caps = [cap for cap in draft.campaign.caps.all() if cap.is_enabled and cap.basis == "spend"]
    loose = [terms for terms in draft.campaign.terms.all() if terms.payout_kind != "fixed"]
    if caps and loose:
        said = f"caps spending, but the payout of {loose[0].source} is not a fixed amount"
        yield named(caps[0], label, "basis", said)
