"""The outcome of a lead in one sentence: "Sold to Denver Roofers for $42.00 after 1 refusal; …"."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Attempt, Delivery
from apps.engine.campaign import CampaignSpec
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.monitoring.wording import counted, money, span

_REFUSALS = ("rejected", "duplicate", "failed")


@dataclass(frozen=True, slots=True)
class Story:
    """What the sentence is made of."""

    lead: Lead
    sales: Sequence[Sale]
    deliveries: Sequence[Delivery]
    attempts: Sequence[Attempt]
    spec: CampaignSpec | None
    currency: str


def sentence(story: Story) -> str:
    """How the lead ended, or where it stands."""
    lead = story.lead
    if lead.is_test:
        return "A test lead: checked, answered, and kept inside. No buyer was contacted, nothing was counted."
    if story.sales:
        return _sold(story)
    if lead.status == LeadStatus.REJECTED:
        return f"{lead.source} was answered “{lead.message}”. No buyer saw the lead."
    if lead.status == LeadStatus.UNSOLD:
        return _unsold(story)
    if lead.status == LeadStatus.HELD:
        return _held(story)
    return _under_way(story)


def _sold(story: Story) -> str:
    orders = {order.id: order for order in story.spec.orders} if story.spec else {}
    names = " and ".join(
        f"{orders[sale.order_id].buyer_name if sale.order_id in orders else 'a buyer'}"
        f" for {money(sale.price, sale.currency)}"
        for sale in story.sales
    )
    refused = sum(attempt.outcome in _REFUSALS for attempt in story.attempts)
    retried = sum(attempt.outcome == "retryable" for attempt in story.attempts)
    before = [
        counted(number, noun) for number, noun in ((refused, "refusal"), (retried, "failed call")) if number
    ]
    after = f" after {' and '.join(before)}" if before else ""
    took = span(story.lead.received_at, story.sales[0].booked_at)
    return f"Sold to {names}{after}{_paid(story)}; {took} from receipt."


def _paid(story: Story) -> str:
    lead = story.lead
    return f"; {lead.source} is paid {money(lead.payout, story.currency)}" if lead.payout else ""


def _unsold(story: Story) -> str:
    if story.attempts:
        calls = f"{counted(len(story.attempts), 'call')} made"
    elif story.lead.reason == "below_minimum_bid":
        calls = "what was bid was under a minimum, or left too little"
    else:
        calls = "no order could be offered it"
    kept = f"{_paid(story)} all the same, as it was told at acceptance" if story.lead.payout else ""
    return f"No buyer took it ({calls}){kept}."


def _held(story: Story) -> str:
    if story.deliveries and story.deliveries[-1].status == DeliveryStatus.QUARANTINED:
        return (
            "Its delivery ended the process that worked on it three times and was set aside. "
            "Somebody has to look; it can be delivered again below."
        )
    doubt = next((one for one in reversed(story.attempts) if one.outcome == "unknown"), None)
    who = f"{doubt.buyer_name} was sent it and gave no readable answer" if doubt else "An answer is unknown"
    return f"{who}: held until somebody says what the answer was, so that the lead is not sold twice."


def _under_way(story: Story) -> str:
    newest = story.deliveries[-1] if story.deliveries else None
    tries = f" after {counted(len(story.attempts), 'call')}" if story.attempts else ""
    if newest is not None and newest.next_attempt_at is not None:
        return f"On its way to the buyers{tries}; due at {newest.next_attempt_at:%H:%M:%S} UTC."
    return f"On its way to the buyers{tries}."
