"""A lead's page in the order in which things happened: received, checked, considered, delivered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.core.crypto import DataKey, DecryptionError
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Delivery
from apps.engine.campaign import CampaignSpec
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.leads.selectors import ShownValue, lead_open, lead_values
from apps.ledger.models import Sale
from apps.ledger.selectors import sales_of
from apps.monitoring.trace import lines, masking
from apps.publishing import specs


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    pk: int
    public_id: str
    words: str
    attempts: tuple[lines.AttemptShown, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything a lead's page shows. `sentence` is the outcome in words."""

    sentence: str
    version: int | None
    erased: bool
    fields: tuple[ShownValue, ...]
    checks: tuple[lines.CheckShown, ...]
    considered: tuple[lines.OrderShown, ...]
    deliveries: tuple[DeliveryShown, ...]
    timeline: tuple[lines.TimeShown, ...]
    why_not_considered: str
    why_not_delivered: str
    can_redeliver: bool
    in_doubt: bool

    @property
    def passed(self) -> int:
        return sum(line.passed for line in self.checks)


def trace(lead: Lead, *, unmasked: bool, now: datetime) -> Trace:
    """The story of one lead as its reader may see it."""
    spec = specs.load(lead.version_id) if lead.version_id else None
    fields, key, show = _opened(lead, spec, unmasked)
    events = list(lead.events.order_by("id"))
    deliveries = list(lead.deliveries.order_by("id").prefetch_related("attempts"))
    checks = lines.checks(events)
    considered = lines.considered(events, spec)
    why_not = _why_not_offered(lead)
    return Trace(
        sentence=_sentence(lead, list(sales_of(lead.pk)), deliveries, spec),
        version=spec.version if spec else None,
        erased=key is None,
        fields=fields,
        checks=checks,
        considered=considered,
        deliveries=tuple(_delivery(row, lead, key, show, spec) for row in deliveries),
        timeline=lines.timeline(events, since=lead.received_at),
        why_not_considered=why_not or "No worker has taken it up yet; it is due.",
        why_not_delivered=why_not or "No delivery was made.",
        can_redeliver=lead.status == LeadStatus.UNSOLD and bool(deliveries) and not _is_open(deliveries[-1]),
        in_doubt=bool(deliveries) and deliveries[-1].status == DeliveryStatus.HELD,
    )


def _is_open(delivery: Delivery) -> bool:
    return delivery.status in (DeliveryStatus.PENDING, DeliveryStatus.HELD)


def _opened(
    lead: Lead, spec: CampaignSpec | None, unmasked: bool
) -> tuple[tuple[ShownValue, ...], DataKey | None, Callable[[str], str]]:
    try:
        data, key = lead_open(lead)
    except DecryptionError:
        return (), None, masking.plain
    shown = tuple(lead_values(lead, spec, unmasked=unmasked))
    personal = frozenset(value.name for value in shown if value.personal)
    return shown, key, masking.plain if unmasked else masking.Mask(data, personal)


def _delivery(
    row: Delivery,
    lead: Lead,
    key: DataKey | None,
    show: Callable[[str], str],
    spec: CampaignSpec | None,
) -> DeliveryShown:
    attempts = sorted(row.attempts.all(), key=lambda attempt: attempt.pk)
    words = row.get_status_display()
    if row.status == "pending" and row.next_attempt_at:
        words = f"Pending, next try due {row.next_attempt_at:%H:%M:%S} UTC"
    return DeliveryShown(
        row.pk,
        row.public_id,
        words,
        tuple(
            lines.attempt(attempt, since=lead.received_at, key=key, show=show, spec=spec)
            for attempt in attempts
        ),
    )


def _sentence(lead: Lead, sales: list[Sale], deliveries: list[Delivery], spec: CampaignSpec | None) -> str:
    if lead.is_test:
        return "A test lead: checked, answered, and kept inside. No buyer was contacted, nothing was counted."
    if sales:
        return _sold(lead, sales, deliveries, spec)
    if lead.status == LeadStatus.REJECTED:
        return f"{lead.source} was answered “{lead.message}”. No buyer saw the lead."
    if lead.status == LeadStatus.UNSOLD:
        tried = sum(len(row.attempts.all()) for row in deliveries)
        return f"No buyer took it ({tried} call{'' if tried == 1 else 's'} made)."
    if lead.status == LeadStatus.HELD:
        return (
            "An answer is unknown; the lead is held until somebody has looked, so that it is not sold twice."
        )
    return "It is on its way to the buyers."


def _sold(lead: Lead, sales: list[Sale], deliveries: list[Delivery], spec: CampaignSpec | None) -> str:
    orders = {order.id: order for order in spec.orders} if spec else {}
    names = " and ".join(
        f"{orders[sale.order_id].buyer_name if sale.order_id in orders else 'a buyer'} for {sale.price} {sale.currency}"
        for sale in sales
    )
    refused = sum(
        attempt.outcome in ("rejected", "duplicate", "failed")
        for row in deliveries
        for attempt in row.attempts.all()
    )
    after = f" after {refused} refusal{'' if refused == 1 else 's'}" if refused else ""
    took = lines.offset(lead.received_at, sales[0].booked_at).removeprefix("+")
    paid = f"; {lead.source} is paid {lead.payout} {sales[0].currency}" if lead.payout else ""
    return f"Sold to {names}{after}{paid}; {took} from receipt."


def _why_not_offered(lead: Lead) -> str:
    if lead.is_test:
        return "Test leads stop here: no buyer is contacted."
    if lead.status == LeadStatus.REJECTED:
        return "The lead was refused before it was offered to anyone."
    return ""
