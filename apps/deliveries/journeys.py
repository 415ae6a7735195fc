"""A claimed delivery in memory, from claim to settlement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.core.crypto import DataKey
from apps.core.ids import public_id
from apps.deliveries.models import Delivery
from apps.deliveries.specs import Reservation
from apps.engine import waterfall
from apps.engine.answer import Answer
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.index import index, per_campaign
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.outbound import OutboundRequest
from apps.engine.routing import Considered, Plan
from apps.engine.strategies import STRATEGIES
from apps.engine.values import LeadData
from apps.engine.waterfall import Decision, Result, Send, Wait
from apps.leads.models import Lead


@dataclass(slots=True)
class LeadFacts:
    """What a delivery needs of its lead, opened."""

    id: int
    source_id: int
    terms_id: int
    received_at: datetime
    data: LeadData
    key: DataKey
    method: str = ""
    persons: tuple[bytes, ...] = ()
    """Digests of the e-mail address and the phone number, those it has."""

    @property
    def public_id(self) -> str:
        return public_id(Lead.PREFIX, self.id)


@dataclass(slots=True)
class OpenAttempt:
    """The attempt under way: written, and not settled yet. `retry` counts from 0."""

    id: int
    order: OrderSpec
    endpoint: EndpointSpec
    place: int
    retry: int
    price: Decimal
    started_at: datetime
    reservations: list[Reservation]
    request: OutboundRequest | None = None
    assembly_ms: float = 0.0


@dataclass(slots=True)
class Journey:
    """One claimed delivery. `lease` is the token of the claim: who finds another one in the row has lost
    it.
    """

    id: int
    company_id: int
    lead_id: int
    version_id: int
    lease: datetime
    claims: int = 1
    only_order_id: int | None = None
    ignores: frozenset[str] = frozenset()
    """Of `hours`, `caps`, `duplicates`: what a person said need not be heeded."""
    is_closed: bool = False
    """No further order is to be asked: the source has been told how it ended."""
    sealed_bids: bytes | None = None
    bids: dict[int, Answer] = field(default_factory=dict)
    """By order, what its buyer answered to the ping."""
    plan: Plan | None = None
    history: list[Result] = field(default_factory=list)
    held: dict[int, list[Reservation]] = field(default_factory=dict)
    """What orders in doubt reserve: released or taken over only when the doubt ends."""
    passed: list[Considered] = field(default_factory=list)
    """Orders of the plan that were passed over since, not told in the timeline yet."""
    spec: CampaignSpec = None  # type: ignore[assignment]  # set when the facts are loaded
    lead: LeadFacts = None  # type: ignore[assignment]  # set when the facts are loaded
    attempt: OpenAttempt | None = None

    @property
    def public_id(self) -> str:
        return public_id(Delivery.PREFIX, self.id)

    @property
    def terms(self) -> TermsSpec | None:
        return index(self.spec).terms.get(self.lead.terms_id)

    def next_step(self, now: datetime) -> Decision:
        """What to do with it next. A closed one goes no further than it is."""
        assert self.plan is not None
        endpoints = selling(self.spec).endpoint_of
        decision = waterfall.next_step(self.plan, self.history, endpoints, now)
        if self.is_closed and isinstance(decision, Send | Wait):
            return waterfall.last_word(self.plan, self.history, endpoints)
        return decision

    def order(self, order_id: int) -> OrderSpec:
        """An order of the version this delivery runs under."""
        return selling(self.spec).orders[order_id]

    def endpoint(self, order_id: int) -> EndpointSpec:
        """The endpoint of an order."""
        return selling(self.spec).endpoint_of[order_id]


@contextmanager
def undone_on_failure(journeys: Sequence[Journey]) -> Iterator[None]:
    """What a transaction did to deliveries in memory is undone with it, so that the work can simply be done
    again.
    """
    before = [
        (one, one.lease, one.plan, list(one.history), dict(one.held), list(one.passed), one.attempt)
        for one in journeys
    ]
    try:
        yield
    except BaseException:
        for one, lease, plan, history, held, passed, attempt in before:
            one.lease, one.plan, one.history = lease, plan, history
            one.held, one.passed, one.attempt = held, passed, attempt
        raise


@dataclass(frozen=True, slots=True)
class Selling:
    """A version's orders by id, the endpoint of each, and the groups whose method takes turns."""

    orders: dict[int, OrderSpec]
    endpoint_of: dict[int, EndpointSpec]
    fair_groups: frozenset[int]


@per_campaign
def selling(spec: CampaignSpec) -> Selling:
    """The selling side of a version, ready to look up. Orders whose endpoint is missing are left out."""
    endpoints = {endpoint.id: endpoint for endpoint in spec.endpoints}
    return Selling(
        orders={order.id: order for order in spec.orders},
        endpoint_of={
            order.id: endpoints[order.endpoint_id] for order in spec.orders if order.endpoint_id in endpoints
        },
        fair_groups=frozenset(group.id for group in spec.groups if STRATEGIES[group.method].fair),
    )
