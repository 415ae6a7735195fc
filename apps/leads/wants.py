"""What a lead wants to hold: claims on values that must not come twice, and room under caps.

Locks are taken in the order these are sorted in (`claims` by digest, `caps` by key downwards), here and wherever
counters are touched, so that no two transactions ever wait for each other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from apps.core.crypto import digest
from apps.engine import caps as engine_caps
from apps.engine import duplicates
from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.engine.index import index, per_campaign
from apps.engine.requirements import CapSpec, DuplicateSpec
from apps.engine.values import Facts, LeadData
from apps.sources.selectors import value_digest

T = TypeVar("T")

SOLD_PREFIX = "sold:"
"""Claims of rules that count sold leads only; they are given back when a lead ends unsold."""
RECEIVED = "received"
_LONGEST_SCOPE = 160


@dataclass(frozen=True, slots=True)
class ClaimWant:
    """One row of `DuplicateClaim` wanted. `key` is the engine's; a claim taken at or before `since` is stale."""

    key: str
    rule: DuplicateSpec
    scope: str
    digest: bytes
    since: datetime


@dataclass(frozen=True, slots=True)
class CapWant:
    """Room wanted under one cap: `amount` of `limit`, leads or cents, in one period."""

    key: str
    period: str
    amount: int
    limit: int
    basis: str

    @property
    def reservation(self) -> list:
        """As it is stored with the lead."""
        return [self.key, self.period, self.amount, self.basis]


def claims(spec: CampaignSpec, terms_id: int, data: LeadData, at: datetime) -> list[ClaimWant]:
    """The claims of a lead by its campaign's duplicate rules, sorted for locking; none twice."""
    found: dict[tuple[bytes, str], ClaimWant] = {}
    for claim in duplicates.claims(spec, data):
        want = ClaimWant(
            claim.key,
            claim.rule,
            _scope(spec, terms_id, claim),
            value_digest(spec.company_id, claim.key, claim.text),
            at - timedelta(seconds=claim.rule.window_s),
        )
        place = (want.digest, want.scope)
        if place not in found or found[place].since > want.since:
            found[place] = want
    return [found[place] for place in sorted(found)]


def claims_of_digests(
    spec: CampaignSpec, terms_id: int, digests: Mapping[str, bytes], at: datetime
) -> list[ClaimWant]:
    """The claims of fields that are known by their values' digests only, by name. Rules that compare several fields
    together are passed over: their values would have to be known.
    """
    return [
        ClaimWant(key, rule, _scope(spec, terms_id, duplicates.Claim(key, rule, "")), digests[name], since)
        for rule in spec.duplicates
        if rule.match != "all" or len(rule.fields) == 1
        for since in (at - timedelta(seconds=rule.window_s),)
        for name in rule.fields
        if name in digests
        for key in (duplicates.claim_key(rule, name),)
    ]


def caps(spec: CampaignSpec, terms: TermsSpec, data: LeadData, facts: Facts) -> list[CapWant]:
    """The room a lead wants under the caps of its terms and campaign, sorted for locking.

    Spend is known beforehand only where the payout is fixed; elsewhere it is not capped here.
    """
    at = facts.now
    quarter = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
    wanted = [
        CapWant(
            cap.key,
            _period_key(cap.period, cap.time_zone, quarter),
            engine_caps.amount(cap, terms.payout.amount),
            cap.limit,
            cap.basis,
        )
        for cap in (*terms.caps, *spec.caps)
        if (cap.basis != "spend" or terms.payout.kind == "fixed")
        and engine_caps.applies(cap, data, facts, spec)
    ]
    return in_lock_order(wanted, key=lambda want: (want.key, want.period))


def in_lock_order(wanted: Iterable[T], *, key: Callable[[T], tuple[str, str]]) -> list[T]:
    """Counters in the order they are locked in: (cap key, period key) downwards, `terms:…` before `campaign:…`."""
    return sorted(wanted, key=key, reverse=True)


def fixed_payout(payout: PayoutSpec) -> Decimal:
    """What is owed for an accepted lead before it is sold: the fixed amount, else nothing yet."""
    return payout.amount if payout.kind == "fixed" else Decimal("0.00")


@lru_cache(maxsize=4096)
def _period_key(period: str, time_zone: str, quarter: datetime) -> str:
    """The period of an instant, by the quarter of an hour it lies in: zones differ by whole quarters."""
    return engine_caps.period_key(CapSpec("", "", "", period, 0, time_zone), quarter)


def _scope(spec: CampaignSpec, terms_id: int, claim: duplicates.Claim) -> str:
    """`campaign:12:email`: whose leads are compared, and by which fields."""
    known = _known_scopes(spec)
    scope = known.get((terms_id, claim.key))
    if scope is None:
        scope = known[terms_id, claim.key] = _built_scope(spec, terms_id, claim)
    return scope


@per_campaign
def _known_scopes(spec: CampaignSpec) -> dict[tuple[int, str], str]:
    return {}


def _built_scope(spec: CampaignSpec, terms_id: int, claim: duplicates.Claim) -> str:
    """Fields go by role, which the campaigns of a company share."""
    rule = claim.rule
    owner = {"terms": terms_id, "campaign": spec.id}.get(rule.scope, spec.company_id)
    names = rule.fields if rule.match == "all" else (_field_of(claim),)
    prefix = {"sold": SOLD_PREFIX, RECEIVED: f"{RECEIVED}:"}.get(rule.counts, "")
    scope = f"{prefix}{rule.scope}:{owner}:{'+'.join(_role(spec, name) for name in names)}"
    if len(scope) <= _LONGEST_SCOPE:
        return scope
    return f"{scope[:100]}#{digest(scope, scope='claim-scope').hex()}"


def _field_of(claim: duplicates.Claim) -> str:
    only = claim.rule.fields[0]
    return only if claim.key == claim.rule.key else claim.key.removeprefix(f"{claim.rule.key}:")


def _role(spec: CampaignSpec, name: str) -> str:
    fields = index(spec)
    for role in ("email", "phone"):
        known = fields.by_role.get(role)
        if known is not None and known.name == name:
            return role
    return name.lower()
