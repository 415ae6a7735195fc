"""Reads for the pages: what a link shows, and how far its source has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Min, Q

from apps.auctions.choices import PingStatus
from apps.auctions.models import Ping
from apps.campaigns.models import ListContent
from apps.companies.models import AuditEvent
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.caps import period_key
from apps.engine.requirements import CapSpec
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, Lead
from apps.posting_instructions.checklist import Milestones
from apps.posting_instructions.choices import EXCHANGE, REVIEWED
from apps.publishing.models import Publication, Version
from apps.publishing.specs import load
from apps.sources.choices import Approval
from apps.sources.models import InstructionLink, Terms
from apps.sources.selectors import live_credentials

WINDOW = 500
"""How many of the terms' first and latest leads are looked at for the checklist: a bound, whatever is stored."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is accepted now. `text` is not shown unless it was asked for."""

    id: int
    text: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Instructions:
    """All that the pages of one link are made of.

    `version` and `spec` are None while the campaign has none published; `terms_spec` is None when the terms are newer
    than the version that runs.
    """

    link: InstructionLink
    version: Version | None
    spec: CampaignSpec | None
    terms_spec: TermsSpec | None
    keys: tuple[Key, ...]
    milestones: Milestones

    @property
    def terms(self) -> Terms:
        """The terms the link belongs to."""
        return self.link.terms


def instructions(link: InstructionLink) -> Instructions:
    """What a live link shows now."""
    terms = link.terms
    publication = (
        Publication.objects.select_related("version")
        .defer("version__content", "version__changes")
        .filter(campaign_id=terms.campaign_id)
        .first()
    )
    version = publication.version if publication else None
    spec = load(version.pk) if version else None
    own = next((each for each in spec.terms if each.id == terms.pk), None) if spec else None
    exchanges = spec is not None and spec.traffic == EXCHANGE
    seen = milestones(terms, exchanges=exchanges)
    return Instructions(link, version, spec, own, tuple(keys(terms)), seen)


def keys(terms: Terms) -> Iterator[Key]:
    """The keys that are accepted now, newest first."""
    for credential in live_credentials(terms):
        yield Key(credential.pk, credential.key, credential.expires_at)


def milestones(terms: Terms, *, exchanges: bool = False) -> Milestones:
    """When the source took each step towards live leads; one that pings and posts has sent a test when a test ping of
    it was accepted, or a test posted directly."""
    reviewed_at = AuditEvent.objects.filter(
        object_type=terms._meta.label_lower, object_id=terms.pk, action=REVIEWED
    ).aggregate(at=Min("at"))["at"]
    seen = _first_times(terms)
    return Milestones(
        opened=True,
        reviewed_at=reviewed_at,
        test_sent_at=_tried(terms, seen["accepted"]) if exchanges else seen["sent"],
        test_accepted_at=seen["accepted"],
        approved=terms.approval == Approval.APPROVED,
        approved_at=terms.approved_at,
        first_live_at=seen["live"],
    )


def _tried(terms: Terms, posted_at: datetime | None) -> datetime | None:
    tests = Ping.objects.filter(terms=terms, status=PingStatus.TEST)
    window = Ping.objects.filter(
        Q(id__in=tests.order_by("id").values("id")[:WINDOW])
        | Q(id__in=tests.order_by("-id").values("id")[:WINDOW])
    )
    pinged_at = window.filter(reason="").aggregate(at=Min("received_at"))["at"]
    return min((at for at in (pinged_at, posted_at) if at is not None), default=None)


def caps_used(caps: Iterable[CapSpec], *, at: datetime) -> dict[str, int]:
    """How much of each cap is used in the period it is in, by the cap's key; nothing for unused ones."""
    periods = {cap.key: period_key(cap, at) for cap in caps}
    counters = CapCounter.objects.filter(cap_key__in=periods, period_key__in=set(periods.values()))
    rows = counters.values_list("cap_key", "period_key", "used")
    return {key: used for key, period, used in rows if periods[key] == period}


def list_entries(list_hash: str) -> Iterator[str]:
    """The entries of a stored list, in order; a prefix ends in `*`."""
    entries = ListContent.objects.filter(hash=list_hash).values_list("entries", flat=True).first()
    yield from (entries or "").splitlines()


def _first_times(terms: Terms) -> dict[str, datetime | None]:
    leads = Lead.objects.filter(terms=terms)
    first, last = leads.order_by("id").values("id")[:WINDOW], leads.order_by("-id").values("id")[:WINDOW]
    window = Lead.objects.filter(Q(id__in=first) | Q(id__in=last))
    taken = Q(message="") & ~Q(status=LeadStatus.REJECTED)
    return window.aggregate(
        sent=Min("received_at", filter=Q(is_test=True)),
        accepted=Min("received_at", filter=Q(is_test=True) & taken),
        live=Min("received_at", filter=Q(is_test=False) & taken),
    )
