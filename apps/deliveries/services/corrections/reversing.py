"""One sale of several was none: what becomes of the others, which stand.

What a source earns is reckoned over all sales of a lead, first to last. So those after the one that was none are
reversed, too, and booked anew, each a place further forward: what they add to the payout is what it would have been.
"""

from collections.abc import Sequence
from datetime import datetime

from apps.deliveries.journeys import Journey
from apps.deliveries.models import Attempt
from apps.deliveries.services.journey import payouts
from apps.engine import waterfall
from apps.leads import services as leads
from apps.leads.choices import LeadStatus
from apps.leads.services import Finished
from apps.ledger.models import Sale
from apps.ledger.selectors import SoldSoFar, sales_of, sold_so_far
from apps.ledger.services import Booking, sale_book, sale_reverse


def later_sales(attempt: Attempt) -> list[Sale]:
    """The sales of the lead that came after the sale of this attempt, first sale first."""
    sales = list(sales_of(attempt.lead_id))
    place = next((one.place for one in sales if one.attempt_id == attempt.pk), 0)
    return [one for one in sales if one.place > place]


def sold_to_others(journey: Journey, later: Sequence[Sale], now: datetime) -> SoldSoFar:
    """Book the later sales anew once the one before them is reversed and the journey's history says so; what the lead
    is sold for now."""
    for sale in later:
        sale_reverse(sale.attempt_id, now)
    for sale in later:
        sale_book(_moved_up(sale, journey, sold_so_far([sale.lead_id]).get(sale.lead_id, SoldSoFar()), now))
    total = sold_so_far([journey.lead_id])[journey.lead_id]
    names = [journey.order(one.order_id).name for one in sales_of(journey.lead_id)]
    data = {"delivery": journey.public_id, "orders": names}
    leads.resell(
        Finished(journey.lead_id, LeadStatus.SOLD, price=total.price, payout=total.payout, data=data)
    )
    return total


def _moved_up(sale: Sale, journey: Journey, before: SoldSoFar, now: datetime) -> Booking:
    return Booking(
        company_id=sale.company_id,
        lead_id=sale.lead_id,
        delivery_id=sale.delivery_id,
        attempt_id=sale.attempt_id,
        order_id=sale.order_id,
        buyer_id=sale.buyer_id,
        source_id=journey.lead.source_id,
        exclusive=sale.is_exclusive,
        place=before.count + 1,
        price=sale.price,
        payout=payouts.added(journey, journey.order(sale.order_id), sale.price, before),
        currency=sale.currency,
        recovered=waterfall.recovered(journey.history, sale.order_id),
        at=sale.booked_at,
        entered_at=now,
    )
