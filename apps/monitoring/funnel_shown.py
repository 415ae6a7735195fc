"""A funnel as its page shows it: bars, reasons in words, and links to the pings behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from apps.auctions.choices import PingStatus
from apps.buyers.models import LeadOrder
from apps.campaigns.models import Campaign
from apps.engine.reasons import REASONS
from apps.leads.choices import LeadStatus
from apps.monitoring.auction.words import verdict_name
from apps.monitoring.selectors.funnel import Funnel, FunnelStep, Loss
from apps.monitoring.selectors.funnel_steps import BID, CONSIDERED, POSTED, RECEIVED, WON
from apps.monitoring.trace.outcomes import OUTCOMES
from apps.monitoring.wording import counted, money

_NOT_POSTED = {
    PingStatus.EXPIRED: "Its source did not post it in time",
    PingStatus.ACCEPTED: "May still be posted",
}


@dataclass(frozen=True, slots=True)
class LossShown:
    words: str
    pings: int
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class StepShown:
    """One bar; `width` in percent of the first."""

    name: str
    pings: int
    share: float
    width: str
    lost: int
    lost_words: str
    losses: tuple[LossShown, ...]


@dataclass(frozen=True, slots=True)
class FunnelShown:
    steps: tuple[StepShown, ...]
    money: str
    later: str
    missing: int
    all_url: str
    is_empty: bool


Link = Callable[..., str]


def funnel_shown(
    found: Funnel, campaign: Campaign, order: LeadOrder | None, span: tuple[datetime, datetime]
) -> FunnelShown:
    """The funnel of a campaign or of one of its orders."""
    link = _linker(campaign, order, span)
    later = ""
    if found.later:
        sold = f"{counted(found.later, 'lead')} more for {money(found.later_money, campaign.currency)}"
        later = f"and {sold} after the winner had failed"
    return FunnelShown(
        steps=tuple(_step(step, order, link) for step in found.steps),
        money=money(found.money, campaign.currency),
        later=later,
        missing=found.missing,
        all_url=link(),
        is_empty=found.is_empty,
    )


def _linker(campaign: Campaign, order: LeadOrder | None, span: tuple[datetime, datetime]) -> Link:
    base = {"campaign__id__exact": str(campaign.pk)}
    for name, edge in zip(("from", "to"), span, strict=True):
        base |= {f"received_at_{name}_0": f"{edge:%Y-%m-%d}", f"received_at_{name}_1": f"{edge:%H:%M:%S}"}
    if order is not None:
        base["order"] = str(order.pk)

    def link(**more: str) -> str:
        return f"{reverse('admin:auctions_ping_changelist')}?{urlencode(base | more)}"

    return link


def _step(step: FunnelStep, order: LeadOrder | None, link: Link) -> StepShown:
    return StepShown(
        step.name,
        step.pings,
        step.share,
        f"{step.share * 100:.1f}%",
        step.lost,
        step.lost_words,
        tuple(_loss(step, loss, order, link) for loss in step.losses),
    )


def _loss(step: FunnelStep, loss: Loss, order: LeadOrder | None, link: Link) -> LossShown:
    words, query = _reason(step.number, loss.reason, order)
    return LossShown(words, loss.pings, loss.share, link(**query))


def _reason(step: int, reason: str, order: LeadOrder | None) -> tuple[str, dict[str, str]]:
    """The words of a reason, and what asks the list of pings for those behind it."""
    if step == RECEIVED:
        return (REASONS[reason].text if reason in REASONS else reason), {"reason": reason}
    if CONSIDERED <= step <= BID:
        query = {"order": f"{order.pk}:{reason}"} if order is not None else {"verdict": reason}
        return verdict_name(reason), query
    won = {"order": f"{order.pk}:won"} if order is not None else {}
    if step == WON:
        return _NOT_POSTED.get(PingStatus(reason), reason), won | {"status__exact": reason}
    assert step == POSTED
    return _not_accepted(reason), won | {"status__exact": PingStatus.POSTED}


def _not_accepted(reason: str) -> str:
    if reason in OUTCOMES:
        return OUTCOMES[reason][1][2:]
    if reason in LeadStatus.values:
        return f"Lead: {LeadStatus(reason).label.lower()}"
    return "No call was made to it"
