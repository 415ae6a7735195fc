"""What to do next with a lead, from its plan and what has come of it so far. The heart of delivery; a pure
function.

Accepted counts as sold; rejected, duplicate and failed go on to the next order; retryable asks the same buyer
again by schedule, then goes on; unknown follows the endpoint's policy. An unknown that is held takes up one
of the places that may be sold, so an exclusive lead is never sold twice by accident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.engine import shares
from apps.engine.orders import EndpointSpec
from apps.engine.outcome import Outcome
from apps.engine.routing import Plan, Step
from apps.engine.values import Code


class Passed(Code):
    """What may become of a step without an attempt."""

    PASSED = "passed"
    """Passed over for good: a cap was full when it was to be reserved, or a switch was turned off since."""
    DEFERRED = "deferred"
    """Passed over for now: its breaker is open. Asked again at the end, if nobody else bought."""
    WAITING = "waiting"
    """Closed, and the lead waits in this place of the line until it opens."""
    LAST = "last"
    """Closed: others first. Asked at its opening, if nobody bought."""
    QUEUED = "queued"
    """Over its limit of requests for a moment: the lead stays in this place of the line until there is a place for it.
    """
    PUT_OFF = "put_off"
    """Over its limit of requests for longer: others first. Asked when it has a place, if nobody bought."""


@dataclass(frozen=True, slots=True)
class Result:
    """One entry of a delivery's history, oldest first. `retry_at` is set on retryable and resent ones, and on those
    that wait.
    """

    order_id: int
    what: Outcome | Passed
    at: datetime
    reason: str = ""
    price: Decimal | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Offer the lead to this order now. `retry` counts from 0, `place` is the step's place in the plan from 0."""

    order_id: int
    price: Decimal
    place: int
    retry: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until then."""

    until: datetime
    order_id: int


@dataclass(frozen=True, slots=True)
class Sold:
    """Done: these orders bought it, in order of sale. `recovered` when the first choice had failed."""

    order_ids: tuple[int, ...]
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class Unsold:
    """Done: nobody bought it. `reason` is a code of `engine.reasons`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody has to look: the answer of this order is unknown and its policy is to hold."""

    order_id: int
    reason: str


Decision = Send | Wait | Sold | Unsold | Hold

TOKEN_REFUSED = "token_refused"  # noqa: S105 - a reason
"""The buyer did not take the OAuth token: asked again at once, with a new one (see `engine.oauth`)."""
_REJECTED = (Outcome.REJECTED, Outcome.DUPLICATE)
_DECISIVE = (Outcome.ACCEPTED, *_REJECTED)


def recovered(history: Sequence[Result], order_id: int) -> bool:
    """Whether a sale to this order came after the first choice had failed: the order that was to have the lead first
    answered, or could not be reached, and has not bought it. Full caps and switches make no first choice.
    """
    tried = (one for one in history if isinstance(one.what, Outcome) or one.what is Passed.DEFERRED)
    first = next((one.order_id for one in tried), order_id)
    bought = any(one.order_id == first and one.what is Outcome.ACCEPTED for one in history)
    return first != order_id and not bought


def in_doubt(results: Sequence[Result]) -> bool:
    """Of one order's results, oldest first: an answer was unknown and no later one told whether the buyer has the
    lead.
    """
    doubt = False
    for result in results:
        if result.what is Outcome.UNKNOWN:
            doubt = True
        elif result.what in _DECISIVE:
            doubt = False
    return doubt


def next_step(
    plan: Plan, history: Sequence[Result], endpoints: Mapping[int, EndpointSpec], now: datetime
) -> Decision:
    """The next thing to do. `endpoints` maps an order's id to its endpoint."""
    so_far = _SoFar(plan, history, endpoints)
    for place, step in enumerate(plan.steps):
        if so_far.full():
            break
        if so_far.skips(step):
            continue
        decision = _at(step, place, so_far, now)
        if decision is not None:
            return decision
    return _end(so_far, now)


class _SoFar:
    """The history seen from the plan: what each order's last result was, and how many places are taken."""

    def __init__(self, plan: Plan, history: Sequence[Result], endpoints: Mapping[int, EndpointSpec]) -> None:
        self.plan, self.history, self.endpoints = plan, history, endpoints
        self.by_order: dict[int, list[Result]] = {}
        for result in history:
            self.by_order.setdefault(result.order_id, []).append(result)
        self.steps = {step.order_id: step for step in plan.steps}
        self.limits = {limit.id: limit for limit in plan.groups}
        self.sold = [step for step in plan.steps if self._bought(step)]
        self.doubtful = [step for step in plan.steps if self.in_doubt(step)]
        self.held = [step for step in self.doubtful if self._is_held(step)]

    def _bought(self, step: Step) -> bool:
        return any(result.what is Outcome.ACCEPTED for result in self.by_order.get(step.order_id, ()))

    def in_doubt(self, step: Step) -> bool:
        return in_doubt(self.by_order.get(step.order_id, ()))

    def _is_held(self, step: Step) -> bool:
        """In doubt, not to be sent (again), and its policy does not let others have the lead."""
        settled = self.by_order[step.order_id][-1].retry_at is None
        return settled and self.endpoints[step.order_id].unknown_policy != "go_on"

    def full(self) -> bool:
        """Every place is taken; who has the lead exclusively takes them all."""
        taken = [*self.sold, *self.held]
        return len(taken) >= self.plan.max_buyers or any(one.share == shares.EXCLUSIVE for one in taken)

    def skips(self, step: Step) -> bool:
        """Its group has sold enough, a group before said stop, its buyer has (or may have) the lead already, or how it
        would buy does not go with what was sold.
        """
        taken = [*self.sold, *self.held]
        same_buyer = any(one.buyer_id == step.buyer_id for one in [*taken, *self.doubtful] if one is not step)
        if same_buyer or not shares.goes(step, self.plan, taken, self._is_left):
            return True
        limit = self.limits.get(step.group_id)
        if limit is not None and sum(1 for one in taken if one.group_id == step.group_id) >= limit.max_buyers:
            return True
        return self._stopped_before(step)

    def _is_left(self, step: Step) -> bool:
        results = self.by_order.get(step.order_id)
        return not results or results[-1].retry_at is not None

    def _stopped_before(self, step: Step) -> bool:
        sold_in = {one.group_id for one in (*self.sold, *self.held)}
        for limit in self.plan.groups:
            if limit.id == step.group_id:
                return False
            if limit.when_sold == "stop" and limit.id in sold_in:
                return True
        return False


def _at(step: Step, place: int, so_far: _SoFar, now: datetime) -> Decision | None:
    results = so_far.by_order.get(step.order_id)
    if not results:
        return Send(step.order_id, step.price, place, 0)
    last = results[-1]
    put_off = last.what in (Passed.DEFERRED, Passed.LAST, Passed.PUT_OFF)
    if last.retry_at is None or (put_off and not so_far.in_doubt(step)):
        return None
    if last.retry_at > now:
        return Wait(last.retry_at, step.order_id)
    return Send(step.order_id, step.price, place, _tries(results))


def _tries(results: Sequence[Result]) -> int:
    return sum(1 for result in results if isinstance(result.what, Outcome))


def last_word(plan: Plan, history: Sequence[Result], endpoints: Mapping[int, EndpointSpec]) -> Decision:
    """How it stands when nobody else may be asked: Hold, Sold or Unsold."""
    return _ended(_SoFar(plan, history, endpoints))


def _end(so_far: _SoFar, now: datetime) -> Decision:
    deferred = None if so_far.held or so_far.full() else _deferred(so_far, now)
    return deferred or _ended(so_far)


def _ended(so_far: _SoFar) -> Decision:
    if so_far.held:
        step = so_far.held[0]
        return Hold(step.order_id, so_far.by_order[step.order_id][-1].reason)
    if so_far.sold:
        order_ids = tuple(result.order_id for result in so_far.history if result.what is Outcome.ACCEPTED)
        return Sold(order_ids, recovered=recovered(so_far.history, order_ids[0]))
    return Unsold(_unsold_reason(so_far.plan, so_far.history))


def _deferred(so_far: _SoFar, now: datetime) -> Decision | None:
    """The deferred order whose time comes first. Openings of those that come last, and places at those that were put
    off, are waited for only while nobody has bought.
    """
    waiting = [
        (results[-1].retry_at, place)
        for place, step in enumerate(so_far.plan.steps)
        if (results := so_far.by_order.get(step.order_id)) and results[-1].retry_at and not so_far.skips(step)
        if not (so_far.sold and results[-1].what in (Passed.LAST, Passed.PUT_OFF))
    ]
    if not waiting:
        return None
    until, place = min(waiting)
    step = so_far.plan.steps[place]
    if until > now:
        return Wait(until, step.order_id)
    return Send(step.order_id, step.price, place, _tries(so_far.by_order[step.order_id]))


def _unsold_reason(plan: Plan, history: Sequence[Result]) -> str:
    """From the last buyer that was asked; none asked, what the auction says, or none eligible."""
    asked = [result for result in history if isinstance(result.what, Outcome)]
    if not asked:
        return plan.reason or "no_eligible_buyer"
    return "buyer_rejected" if asked[-1].what in _REJECTED else "buyer_delivery_failed"


def not_reached(plan: Plan, history: Sequence[Result]) -> tuple[int, ...]:
    """The orders in line that were never asked, for the trace."""
    met = {result.order_id for result in history}
    return tuple(step.order_id for step in plan.steps if step.order_id not in met)
