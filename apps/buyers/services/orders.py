"""Writes of lead orders: hours, caps, price bands, copies, the switch."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.buyers.models import Buyer, Endpoint, LeadOrder, OrderCap, OrderCopy, OrderPriceBand, OrderWindow
from apps.campaigns.models import Campaign
from apps.companies.services import record, switch_set
from apps.core.errors import ApplicationError

Rows = Iterable[Mapping[str, Any]]


@transaction.atomic
def order_create(
    campaign: Campaign, buyer: Buyer, *, name: str, price: Any, by: Any, **attributes: Any
) -> LeadOrder:
    """A buyer's standing order on a campaign; without `group` it stands in the campaign's first."""
    if buyer.company_id != campaign.company_id:
        raise ApplicationError("Buyer and campaign belong to different companies.", code="other_company")
    group = attributes.pop("group", None) or campaign.groups.first()
    if group is None or group.campaign_id != campaign.pk:
        raise ApplicationError("The order needs a group of its campaign.", code="no_group", field="group")
    order = LeadOrder.objects.create(
        campaign=campaign, buyer=buyer, group=group, name=name, price=price, **attributes
    )
    record(order, by=by, action="order.created", summary=f"Order “{order}” of {buyer} created")
    return order


@transaction.atomic
def order_change(order: LeadOrder, *, by: Any, **attributes: Any) -> LeadOrder:
    """Change an order; acts when published."""
    for name, value in attributes.items():
        setattr(order, name, value)
    order.save()
    names = ", ".join(sorted(attributes))
    record(order, by=by, action="order.changed", summary=f"Order “{order}”: {names} changed")
    return order


def order_set_active(order: LeadOrder, *, active: bool, by: Any) -> bool:
    """The live switch of an order: off passes it over."""
    return switch_set(order, on=active, by=by)


@transaction.atomic
def order_cap_add(order: LeadOrder, *, by: Any, **attributes: Any) -> OrderCap:
    """A cap of one order."""
    cap = OrderCap.objects.create(order=order, **attributes)
    record(cap, by=by, action="cap.added", summary=f"Cap of {cap} added to order “{order}”")
    return cap


@transaction.atomic
def order_windows_set(order: LeadOrder, *, windows: Iterable[OrderWindow], by: Any) -> None:
    """Replace an order's weekly hours; none means always."""
    order.windows.all().delete()
    for window in windows:
        window.order = order
        window.save()
    record(order, by=by, action="order.hours_changed", summary=f"Hours of order “{order}” changed")


@transaction.atomic
def price_bands_set(order: LeadOrder, *, bands: Rows, by: Any) -> None:
    """Replace an order's price bands, in order; each has an expression and a price."""
    order.price_bands.all().delete()
    OrderPriceBand.objects.bulk_create(
        OrderPriceBand(order=order, position=place, **band) for place, band in enumerate(bands)
    )
    record(order, by=by, action="order.prices_changed", summary=f"Price bands of order “{order}” changed")


@transaction.atomic
def order_copies_set(order: LeadOrder, *, endpoints: Iterable[Endpoint], by: Any) -> None:
    """Which more endpoints of its buyer get what the order has bought, in order; replaces those it had."""
    wanted = list(endpoints)
    if any(each.buyer_id != order.buyer_id or each.pk == order.endpoint_id for each in wanted):
        raise ApplicationError("A copy goes to another endpoint of the same buyer.", code="no_such_copy")
    order.copies.all().delete()
    OrderCopy.objects.bulk_create(
        OrderCopy(order=order, endpoint=each, position=place) for place, each in enumerate(wanted)
    )
    record(order, by=by, action="order.copies_changed", summary=f"Copies of order “{order}” changed")
