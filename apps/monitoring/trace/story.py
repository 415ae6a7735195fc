"""A lead's page in the order in which things happened: received, checked, considered, delivered."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.deliveries.choices import AttemptKind, DeliveryStatus
from apps.deliveries.models import Attempt, Delivery
from apps.engine.campaign import CampaignSpec
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.leads.selectors import ShownValue
from apps.ledger.selectors import sales_of
from apps.monitoring.trace.attempts import AttemptShown, attempt
from apps.monitoring.trace.checks import CheckShown, checks
from apps.monitoring.trace.opened import opened
from apps.monitoring.trace.orders import OrderShown, considered
from apps.monitoring.trace.sentence import Story, sentence
from apps.monitoring.trace.timeline import TimeShown, timeline
from apps.monitoring.wording import money, span
from apps.publishing import specs

FEW = 2
"""So many calls are shown unfolded; of more, the last one and those in doubt."""
_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.HELD)


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    pk: int
    public_id: str
    words: str
    attempts: tuple[AttemptShown, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """An unknown answer that somebody has to tell: whose, and what a yes would book."""

    buyer: str
    price: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything a lead's page shows. `sentence` is the outcome in words, `offsets` when each step was taken."""

    sentence: str
    version: int | None
    erased: bool
    fields: tuple[ShownValue, ...]
    checks: tuple[CheckShown, ...]
    considered: tuple[OrderShown, ...]
    deliveries: tuple[DeliveryShown, ...]
    timeline: tuple[TimeShown, ...]
    offsets: dict[str, str]
    why_not: str
    can_redeliver: bool
    choices: tuple[tuple[int, str], ...]
    doubt: Doubt | None

    @property
    def refused(self) -> tuple[CheckShown, ...]:
        return tuple(line for line in self.checks if not line.passed)

    @property
    def passed(self) -> tuple[CheckShown, ...]:
        return tuple(line for line in self.checks if line.passed)


def trace(lead: Lead, *, unmasked: bool) -> Trace:
    """The story of one lead as its reader may see it."""
    spec = specs.load(lead.version_id) if lead.version_id else None
    currency = spec.currency if spec else lead.campaign.currency
    fields, reader = opened(lead, spec, unmasked=unmasked)
    events = list(lead.events.order_by("id"))
    deliveries = list(lead.deliveries.order_by("id"))
    attempts = list(lead.attempts.order_by("id"))
    offers = [one for one in attempts if one.kind == AttemptKind.SALE]
    story = Story(lead, list(sales_of(lead.pk)), deliveries, offers, spec, currency)
    unfolded = _unfolded(attempts)
    return Trace(
        sentence=sentence(story),
        version=spec.version if spec else None,
        erased=reader.key is None,
        fields=fields,
        checks=checks(events),
        considered=considered(events, offers, spec, _place(fields, spec)),
        deliveries=tuple(
            DeliveryShown(
                row.pk,
                row.public_id,
                _delivery_words(row),
                tuple(
                    attempt(
                        one,
                        since=lead.received_at,
                        reader=reader,
                        currency=currency,
                        opened=one.pk in unfolded,
                    )
                    for one in attempts
                    if one.delivery_id == row.pk
                ),
            )
            for row in deliveries
        ),
        timeline=timeline(events, since=lead.received_at, currency=currency),
        offsets=_offsets(lead, events, offers),
        why_not=_why_not_offered(lead),
        can_redeliver=_can_redeliver(lead, deliveries),
        choices=tuple((order.id, f"{order.name} ({order.buyer_name})") for order in spec.orders)
        if spec
        else (),
        doubt=_doubt(deliveries, offers, currency),
    )


def _unfolded(attempts: Sequence[Attempt]) -> set[int]:
    if len(attempts) <= FEW:
        return {row.pk for row in attempts}
    return {attempts[-1].pk} | {row.pk for row in attempts if row.outcome == "unknown"}


def _place(fields: Sequence[ShownValue], spec: CampaignSpec | None) -> dict[str, str]:
    """The lead's state and zip, as shown."""
    roles = {field.name: field.role for field in spec.fields} if spec else {}
    return {roles[one.name]: one.text for one in fields if roles.get(one.name) in ("state", "zip")}


def _delivery_words(row: Delivery) -> str:
    if row.status == DeliveryStatus.PENDING and row.next_attempt_at:
        return f"Pending, next try due at {row.next_attempt_at:%H:%M:%S} UTC"
    return row.get_status_display()


def _offsets(lead: Lead, events: Sequence[LeadEvent], attempts: Sequence[Attempt]) -> dict[str, str]:
    """When the first line of each step was written, after receipt."""
    found = {str(event.kind): span(lead.received_at, event.at) for event in reversed(events)}
    first = {"delivered": span(lead.received_at, attempts[0].started_at)} if attempts else {}
    return {step: found[step] for step in (EventKind.CHECKED, EventKind.CONSIDERED) if step in found} | first


def _why_not_offered(lead: Lead) -> str:
    if lead.is_test:
        return "Test leads stop here: no buyer is contacted."
    if lead.status == LeadStatus.REJECTED:
        return "The lead was refused before it was offered to anyone."
    return "No worker has taken it up yet; it is due."


def _can_redeliver(lead: Lead, deliveries: Sequence[Delivery]) -> bool:
    may = (
        not lead.is_test
        and lead.status in (LeadStatus.UNSOLD, LeadStatus.HELD)
        and lead.wrapped_key is not None
    )
    return may and bool(deliveries) and not any(row.status in _OPEN for row in deliveries)


def _doubt(deliveries: Sequence[Delivery], attempts: Sequence[Attempt], currency: str) -> Doubt | None:
    if not deliveries or deliveries[-1].status != DeliveryStatus.HELD:
        return None
    asked = (row for row in reversed(attempts) if row.delivery_id == deliveries[-1].pk)
    row = next((one for one in asked if one.outcome == "unknown"), None)
    return Doubt(row.buyer_name, money(row.price, currency)) if row else None
