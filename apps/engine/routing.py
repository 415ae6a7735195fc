"""Which orders a lead is offered to, in which order, and why each other one is not.

Pure: rules come from the published version, everything live (pauses, full caps, breakers, turns) in
`OrderFacts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.engine import balance, caps, hours, pricing, rules, strategies
from apps.engine.buyer_duplicates import days_ago
from apps.engine.campaign import CampaignSpec
from apps.engine.hours import Closing
from apps.engine.index import index, per_campaign
from apps.engine.order_facts import OrderFacts
from apps.engine.order_verdicts import VERDICTS
from apps.engine.orders import GroupSpec, OrderSpec
from apps.engine.requirements import Targeting, ZipTargeting
from apps.engine.strategies import NO_TURNS, STRATEGIES, Candidate
from apps.engine.values import Facts, LeadData


@dataclass(frozen=True, slots=True)
class Considered:
    """One line of the trace: an order and what became of it, a key of `VERDICTS` with its detail."""

    order_id: int
    verdict: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One order to offer the lead to, at its price (unrounded).

    After an auction `share` is exclusive or shared, else empty; `brings` is what the sale does towards what all shares
    of the lead need to bring together, `needs` (see `engine.shares`), both in cents.
    """

    order_id: int
    buyer_id: int
    group_id: int
    price: Decimal
    share: str = ""
    brings: Decimal = Decimal("0")
    needs: Decimal = Decimal("0")


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """How a group ends: after `max_buyers` sales; then, or after any sale, `when_sold` stop or go_on."""

    id: int
    max_buyers: int
    when_sold: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The way of one lead: steps in order, every order considered, and the limits. `max_buyers` is the campaign's,
    `reason` why an auction found nobody (a code of `engine.reasons`), else empty.
    """

    steps: tuple[Step, ...]
    considered: tuple[Considered, ...] = ()
    groups: tuple[GroupLimit, ...] = ()
    max_buyers: int = 1
    reason: str = ""

    def sells_alone(self, order_id: int) -> bool:
        """Whether a sale to this order is exclusive."""
        return self.max_buyers == 1 or any(
            step.share == "exclusive" for step in self.steps if step.order_id == order_id
        )


def plan(spec: CampaignSpec, data: LeadData, order_facts: OrderFacts, facts: Facts) -> Plan:
    """Ranks the orders that may have this lead at `facts.now`. Complete: every order has one line in `considered`."""
    asked = wanted(spec, data, facts)
    steps: list[Step] = []
    considered: list[Considered] = []
    laid = layout(spec)
    for group, orders in laid.groups:
        may, passed = sift(orders, asked, order_facts)
        considered += passed
        _line_up(group, may, asked, order_facts, steps, considered)
    steps += asked.last
    return Plan(tuple(steps), tuple(considered), laid.limits, spec.max_buyers)


@dataclass(frozen=True, slots=True)
class Layout:
    """The groups in order, each with its orders."""

    groups: tuple[tuple[GroupSpec, tuple[OrderSpec, ...]], ...]
    limits: tuple[GroupLimit, ...]


@per_campaign
def layout(spec: CampaignSpec) -> Layout:
    """A version's groups in order, ready to look up."""
    groups = sorted(spec.groups, key=lambda group: (group.position, group.id))
    return Layout(
        tuple(
            (group, tuple(order for order in spec.orders if order.group_id == group.id)) for group in groups
        ),
        tuple(GroupLimit(group.id, group.max_buyers, group.when_sold) for group in groups),
    )


@dataclass(slots=True)
class Wanted:
    """One lead being planned, with what several orders ask worked out once. `last` collects the steps that come after
    all groups.
    """

    spec: CampaignSpec
    data: LeadData
    facts: Facts
    state: str
    zip: str
    floor: Decimal = balance.LEAST
    """The least that may be bid, by the campaign and the source's terms."""
    closings: dict[tuple[int, str], Closing | None] = field(default_factory=dict)
    last: list[Step] = field(default_factory=list)

    def closing(self, order: OrderSpec, live: OrderFacts) -> Closing | None:
        """What the order's hours say now; orders with the same hours share the answer."""
        if order.schedule is None or "hours" in live.ignores:
            return None
        key = (id(order.schedule), order.outside_hours)
        if key not in self.closings:
            self.closings[key] = hours.closing(order, self.facts.now, self.facts.now)
        return self.closings[key]


def wanted(spec: CampaignSpec, data: LeadData, facts: Facts) -> Wanted:
    """The lead as orders look at it."""

    def of_role(role: str) -> str:
        entry = index(spec).by_role.get(role)
        return str(data.normal(entry.name) or "") if entry else ""

    return Wanted(spec, data, facts, of_role("state"), of_role("zip")[:5])


def sift(
    orders: Sequence[OrderSpec], wanted: Wanted, order_facts: OrderFacts
) -> tuple[list[OrderSpec], list[Considered]]:
    """Those of a group's orders that may have the lead, and a line for each other one."""
    may: list[OrderSpec] = []
    passed: list[Considered] = []
    for order in orders:
        why = _why_not(order, wanted, order_facts)
        if why is None:
            may.append(order)
        else:
            passed.append(Considered(order.id, *why))
    return may, passed


def _why_not(order: OrderSpec, wanted: Wanted, live: OrderFacts) -> tuple[str, str] | None:
    """Cheap and certain first; the first reason found is the one told."""
    if (unasked := _not_asked(order, live)) is not None:
        return unasked
    switch = paused(order, live)
    if switch:
        return switch, ""
    if order.states.mode and not _takes(order.states, wanted.state):
        return "state", wanted.state or "none"
    if order.zips.mode and not _takes_zip(order.zips, wanted):
        return "zip", order.zips.list_name
    closing = wanted.closing(order, live)
    if closing is not None and not closing.waits:
        return closing.verdict, closing.detail
    if order.criteria is not None and not rules.evaluate(
        order.criteria, wanted.data, wanted.facts, wanted.spec
    ):
        return "criteria", ""
    if order.id in live.bought and "duplicates" not in live.ignores:
        return "buyer_duplicate", days_ago(live.bought[order.id], wanted.facts.now)
    # What is used up now says nothing of the day on which the order opens: it is asked again then.
    return None if closing is not None else _used_up(order, wanted, live)


def _not_asked(order: OrderSpec, live: OrderFacts) -> tuple[str, str] | None:
    if order.price_kind == "bid" and not live.auctions:
        return "not_asked", ""
    chosen = live.only_order_id is None or order.id == live.only_order_id
    return None if chosen else ("not_chosen", "")


def paused(order: OrderSpec, live: OrderFacts) -> str:
    """The verdict of the live switch that is off for an order; empty when all are on."""
    if order.id in live.paused_orders:
        return "paused"
    if order.buyer_id in live.paused_buyers:
        return "buyer_paused"
    return "endpoint_paused" if order.endpoint_id in live.paused_endpoints else ""


def _takes(targeting: Targeting, value: str) -> bool:
    return (value in targeting.values) == (targeting.mode == "include")


def _takes_zip(targeting: ZipTargeting, wanted: Wanted) -> bool:
    values = wanted.spec.lists.get(targeting.list_hash)
    found = bool(wanted.zip) and values is not None and wanted.zip in values
    return found == (targeting.mode == "include")


def _used_up(order: OrderSpec, wanted: Wanted, live: OrderFacts) -> tuple[str, str] | None:
    full = _full_cap(order, wanted, live)
    if full:
        return "cap", full
    has = balance.left(live.funds, order.buyer_id, wanted.spec.currency)
    if has is None:
        return None
    needed = balance.least(order, price_of(order, wanted), floor=wanted.floor, shares=live.auctions)
    short = balance.short(has, needed)
    return ("balance", short) if short else None


def _full_cap(order: OrderSpec, wanted: Wanted, live: OrderFacts) -> str:
    if not live.full_caps or "caps" in live.ignores:
        return ""
    for cap in order.caps:
        if cap.key in live.full_caps and caps.applies(cap, wanted.data, wanted.facts, wanted.spec):
            return f"{cap.subject}, {cap.limit} per {cap.period}"
    return ""


def _line_up(
    group: GroupSpec,
    orders: list[OrderSpec],
    wanted: Wanted,
    live: OrderFacts,
    steps: list[Step],
    considered: list[Considered],
) -> None:
    by_id = {order.id: order for order in orders}
    closings = {order.id: found for order in orders if (found := wanted.closing(order, live))}
    resting = {order.id for order in orders if order.endpoint_id in live.open_breakers}
    later = {order_id for order_id, found in closings.items() if found.verdict == hours.WAITS_LAST}
    candidates = [_candidate(order, wanted) for order in orders]
    strategy = STRATEGIES[group.method]
    turns = live.turns.get(group.id, NO_TURNS)
    ranked = strategy.rank([one for one in candidates if one.order_id not in resting | later], turns)
    rested = strategies.priority([one for one in candidates if one.order_id in resting - later], turns)
    for candidate in (*ranked, *rested):
        steps.append(_step(candidate, by_id, group))
        closed = closings.get(candidate.order_id)
        if closed is not None:
            considered.append(Considered(candidate.order_id, closed.verdict, closed.detail))
        else:
            verdict = "breaker_open" if candidate.order_id in resting else "in_line"
            considered.append(Considered(candidate.order_id, verdict, str(len(steps))))
    for candidate in strategies.priority([one for one in candidates if one.order_id in later], turns):
        wanted.last.append(_step(candidate, by_id, group))
        closed = closings[candidate.order_id]
        considered.append(Considered(candidate.order_id, closed.verdict, closed.detail))


def _step(candidate: Candidate, orders: Mapping[int, OrderSpec], group: GroupSpec) -> Step:
    return Step(candidate.order_id, orders[candidate.order_id].buyer_id, group.id, candidate.price)


def _candidate(order: OrderSpec, wanted: Wanted) -> Candidate:
    return Candidate(order.id, order.priority, order.weight, price_of(order, wanted))


def price_of(order: OrderSpec, wanted: Wanted) -> Decimal:
    """What an order with a fixed price pays for the lead, unrounded."""
    if not order.price_bands:
        return order.price
    return pricing.price(order, wanted.data, wanted.facts, wanted.spec)


def still_open(order: OrderSpec, live: OrderFacts) -> Considered | None:
    """Asked again at the moment of sending: why a planned order cannot have the lead any more, by live switches."""
    switch = paused(order, live)
    if switch:
        return Considered(order.id, switch)
    if order.endpoint_id in live.open_breakers:
        return Considered(order.id, "breaker_open")
    return None


def describe(line: Considered) -> str:
    """One line of the trace in words."""
    return VERDICTS[line.verdict].format(detail=line.detail)
