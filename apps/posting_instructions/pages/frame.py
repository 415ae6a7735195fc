"""What stands on every page of a link: who, for whom, which version, in which mode, and the addresses of the tabs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.posting_instructions.checklist import Checklist, checklist
from apps.posting_instructions.choices import EXCHANGE, Call, Tab
from apps.posting_instructions.documents import documents
from apps.posting_instructions.pages.examples import Example
from apps.posting_instructions.pages.exchange.examples import BadCall
from apps.posting_instructions.pages.sampling import bad_calls, bad_examples, sample
from apps.posting_instructions.selectors import Instructions, Key
from apps.sources.choices import Approval
from apps.sources.models import Terms

SUBMIT_PATH = "/ca/submit"
_SPARE_S = 7
"""Seconds a client should wait beyond the time in which buyers are asked."""

_PERIODS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}


@dataclass(frozen=True, slots=True)
class Mode:
    """Whether leads are taken now, in a word, with a sentence where something is in the way."""

    label: str
    look: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the contract, to be taken along."""

    label: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The values that the templates know as `page`."""

    spec: CampaignSpec
    terms: TermsSpec
    sample: dict[str, Any]
    bad_examples: tuple[Example, ...]
    keys: tuple[Key, ...]
    urls: dict[str, str]
    mode: Mode
    is_approved: bool
    tells_caps: bool
    checklist: Checklist
    reviewed_at: datetime | None
    published_at: datetime
    published_words: str
    company_name: str
    campaign_name: str
    source_name: str
    source_number: int
    contact_email: str
    contact_href: str
    src: str
    at: datetime
    bad_calls: tuple[BadCall, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_exchange(self) -> bool:
        """Whether this source pings and posts, by the campaign's setting."""
        return self.spec.traffic == EXCHANGE

    def address(self, call: Call) -> str:
        """Where a call of the exchange is posted."""
        return f"{settings.PUBLIC_URL}/{call.key}"

    @property
    def precheck(self) -> str:
        """Where it is asked whether a person would be taken."""
        return f"{settings.PUBLIC_URL}/precheck"

    @property
    def endpoint(self) -> str:
        """Where leads are posted."""
        return settings.PUBLIC_URL + SUBMIT_PATH

    @property
    def waits_for_buyers(self) -> bool:
        """Whether the answer is given after buyers were asked."""
        return self.spec.answer_mode == "buyer"

    @property
    def budget_words(self) -> str:
        """How long buyers are asked at most."""
        return f"{self.spec.answer_budget_ms / 1000:g} seconds"

    @property
    def timeout_s(self) -> int:
        """How long a client should wait for an answer."""
        return (self.spec.answer_budget_ms // 1000 if self.waits_for_buyers else 8) + _SPARE_S

    @property
    def payout_words(self) -> str:
        """What an accepted lead earns, where it can be said beforehand."""
        return payout_words(self.terms.payout, self.spec.currency)

    @property
    def limits(self) -> str:
        """The rate limits of these terms, in words."""
        return joined(
            [f"{most:,} requests a {_PERIODS.get(s, f'{s} seconds')}" for most, s in self.terms.rate_limits]
        )

    @property
    def ip_allow(self) -> str:
        """The addresses requests are taken from, in words; empty when from anywhere."""
        return joined(list(self.terms.ip_allow))


def tab_urls(token: str) -> dict[str, str]:
    """The address of every tab and action of a link."""
    names = (*(tab.key for tab in Tab), "reveal", "reviewed", "zips", "zip_check", "print", "cases")
    return {name: reverse(f"instructions:{name}", args=[token]) for name in names}


def files(token: str, *, exchanges: bool) -> tuple[File, ...]:
    """The files of a link's contract."""
    return tuple(
        File(each.label, each.words, reverse("instructions:document", args=[token, each.name]))
        for each in documents(exchanges=exchanges)
    )


def frame(shown: Instructions, *, token: str, now: datetime) -> Frame | None:
    """The frame of a link's pages; None while there is no version that holds its terms."""
    if shown.spec is None or shown.version is None or shown.terms_spec is None:
        return None
    company, campaign = shown.terms.source.company, shown.terms.campaign
    published = shown.version.published_at
    exchanges = shown.spec.traffic == EXCHANGE
    return Frame(
        spec=shown.spec,
        terms=shown.terms_spec,
        sample=sample(shown.version.pk, today=now.date()),
        bad_examples=() if exchanges else bad_examples(shown.version.pk, today=now.date()),
        bad_calls=bad_calls(shown.version.pk, today=now.date()) if exchanges else (),
        keys=shown.keys,
        urls=tab_urls(token),
        files=files(token, exchanges=exchanges),
        mode=mode(shown.terms, exchanges=exchanges),
        is_approved=shown.terms.approval == Approval.APPROVED,
        tells_caps=shown.terms.tells_caps,
        checklist=checklist(shown.milestones, exchanges=exchanges),
        reviewed_at=shown.milestones.reviewed_at,
        published_at=published,
        published_words=day_words(published, campaign.time_zone),
        company_name=company.name,
        campaign_name=shown.spec.name,
        source_name=shown.terms.source.name,
        source_number=shown.terms_spec.source_number,
        contact_email=company.contact_email,
        contact_href=contact_href(shown.terms),
        src=shown.terms.src or "",
        at=now,
    )


def mode(terms: Terms, *, exchanges: bool = False) -> Mode:
    """What the live switches and the approval mean for a lead sent now, in the words of the API that is told of."""
    refused, stopped = (
        ("source_not_approved", "campaign_inactive") if exchanges else ("Invalid source", "Campaign inactive")
    )
    if not (terms.is_active and terms.source.is_active):
        return Mode(
            "Paused", "bad", f"Your client has paused you: every lead is answered “{refused}” for now."
        )
    live = terms.approval == Approval.APPROVED
    if not terms.campaign.is_active:
        notice = f"The campaign is paused: live leads are answered “{stopped}”. Test leads are still checked."
        return Mode("Campaign paused", "warn", notice)
    return Mode("Live", "good") if live else Mode("Test mode", "warn")


def contact_href(terms: Terms) -> str:
    """A letter to the client with its subject filled in, or an empty text without an address."""
    address = terms.source.company.contact_email
    subject = quote(f"{terms.source.name}: {terms.campaign.name}")
    return f"mailto:{quote(address, safe='@')}?subject={subject}" if address else ""


def payout_words(payout: PayoutSpec, currency: str) -> str:
    """A fixed payout as an amount; a share of the price is told with each answer."""
    if payout.kind == "fixed":
        return f"{payout.amount:,.2f} {currency} for each accepted lead" if payout.amount else ""
    return f"in {currency}, by what the buyer pays"


def day_words(moment: datetime, time_zone: str) -> str:
    """A day as `3 Nov 2026`, in a zone."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local.day} {local:%b %Y}"


def joined(items: list[str], *, word: str = "and") -> str:
    """A list in words."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""
