"""The funnel of a campaign or an order: how many pings came how far, and why the others came no further."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from apps.auctions.models import Ping
from apps.core.ids import first_id_at
from apps.monitoring.models import CountedHour, FunnelHour
from apps.monitoring.selectors.funnel_count import WHOLE, Count, count
from apps.monitoring.selectors.funnel_steps import ACCEPTED, CONSIDERED, LATER, RECEIVED, STEPS

HOUR = timedelta(hours=1)
LIVE_HOURS = 2
"""So many of the newest hours are counted from the pings themselves, if no job has yet,"""
LIVE_PINGS = 20_000
"""each if it has no more pings than this: more take longer than a page may (100,000 took 6.6 s where measured)."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Pings that ended at a step for one reason; `share` of those that had come to the step."""

    reason: str
    pings: int
    share: float


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step: how many came to it, as a share of the first, and those that came no further."""

    number: int
    name: str
    lost_words: str
    pings: int
    share: float
    lost: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps; `money` is what sales brought, `later` those an order bought after the winner had failed (within
    `later_money`), `missing` the hours that no job has counted yet.
    """

    steps: tuple[FunnelStep, ...]
    money: Decimal
    later: int
    later_money: Decimal
    missing: int

    @property
    def is_empty(self) -> bool:
        return not self.steps or not self.steps[0].pings


def funnels(
    campaign_id: int, order_ids: Iterable[int], *, since: datetime, until: datetime
) -> dict[int, Funnel]:
    """The funnels of a campaign (under 0) and of its orders, over whole hours of UTC."""
    counts, missing = _counts(campaign_id, since, until)
    by_order: defaultdict[int, list[Count]] = defaultdict(list)
    for one in counts:
        by_order[one.order_id].append(one)
    return {order_id: funnel(by_order[order_id], order_id, missing) for order_id in (WHOLE, *order_ids)}


def funnel(counts: Sequence[Count], order_id: int, missing: int = 0) -> Funnel:
    """The steps out of the counts of one campaign or order."""
    ended: defaultdict[int, int] = defaultdict(int)
    reasons: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in counts:
        if order_id != WHOLE or not one.reason:
            ended[one.step] += one.pings
        if one.reason:
            reasons[one.step][one.reason] += one.pings
    first = RECEIVED if order_id == WHOLE else CONSIDERED
    steps = []
    whole = sum(ended[step.number] for step in STEPS[first:])
    left = whole
    for step in STEPS[first:]:
        lost = ended[step.number] if step.number != ACCEPTED else 0
        losses = sorted(reasons[step.number].items(), key=lambda item: (-item[1], item[0]))
        steps.append(
            FunnelStep(
                step.number,
                step.name,
                step.lost,
                left,
                left / whole if whole else 0.0,
                lost,
                tuple(Loss(reason, pings, pings / left if left else 0.0) for reason, pings in losses),
            )
        )
        left -= lost
    zero = Decimal("0")
    return Funnel(
        tuple(steps),
        sum((one.money for one in counts if one.step == ACCEPTED), zero),
        ended[LATER],
        sum((one.money for one in counts if one.step == LATER), zero),
        missing,
    )


def _counts(campaign_id: int, since: datetime, until: datetime) -> tuple[list[Count], int]:
    """From the hours that are counted, and the newest others from their pings; how many hours are left out."""
    counted = set(CountedHour.objects.filter(hour__gte=since, hour__lt=until).values_list("hour", flat=True))
    rows = (
        FunnelHour.objects.filter(campaign_id=campaign_id, hour__gte=since, hour__lt=until)
        .order_by()
        .values_list("order_id", "step", "reason")
        .annotate(Sum("pings"), Sum("money"))
    )
    counts = [Count(campaign_id, *row) for row in rows]
    missing = 0
    for place, hour in enumerate(_uncounted(campaign_id, since, until, counted)):
        if place < LIVE_HOURS and _are_few(campaign_id, hour):
            counts += count(hour, min(hour + HOUR, until), campaign_id=campaign_id)
        else:
            missing += 1
    return counts, missing


def _uncounted(campaign_id: int, since: datetime, until: datetime, counted: set[datetime]) -> list[datetime]:
    """Hours since the campaign's first ping that nobody has counted, the newest first."""
    first = (
        Ping.objects.filter(campaign=campaign_id).order_by("id").values_list("received_at", flat=True).first()
    )
    if first is None:
        return []
    hours = (since + place * HOUR for place in range(max(0, -(-(until - since) // HOUR))))
    return [hour for hour in hours if hour not in counted and hour + HOUR > first][::-1]


def _are_few(campaign_id: int, hour: datetime) -> bool:
    span = {"pk__gte": first_id_at(hour), "pk__lt": first_id_at(hour + HOUR)}
    rows = Ping.objects.filter(campaign=campaign_id, **span).order_by()
    return rows.values("pk")[: LIVE_PINGS + 1].count() <= LIVE_PINGS
