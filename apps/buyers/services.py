"""Writes of buyers: buyers, endpoints with mapping and response rules, lead orders, switches.

Switches and secrets act at once; all else acts when the campaign is published.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.buyers.choices import MappingKind, RuleMatch, RuleOutcome
from apps.buyers.models import (
    Buyer,
    BuyerCap,
    Endpoint,
    EndpointHeader,
    LeadOrder,
    OrderCap,
    OrderPriceBand,
    OrderWindow,
    ResponseRule,
)
from apps.buyers.models import Mapping as MappingRow
from apps.campaigns.models import Campaign
from apps.companies.models import Company
from apps.companies.services import record, switch_set
from apps.core.errors import ApplicationError

Rows = Iterable[Mapping[str, Any]]


@transaction.atomic
def buyer_create(company: Company, *, name: str, by: Any, **attributes: Any) -> Buyer:
    """A new buyer of a company."""
    buyer = Buyer.objects.create(company=company, name=name, **attributes)
    record(buyer, by=by, action="buyer.created", summary=f"Buyer “{buyer}” created")
    return buyer


def buyer_set_active(buyer: Buyer, *, active: bool, by: Any) -> bool:
    """The live switch of a buyer: off passes over all its orders."""
    return switch_set(buyer, on=active, by=by)


@transaction.atomic
def buyer_cap_add(buyer: Buyer, *, by: Any, **attributes: Any) -> BuyerCap:
    """A cap over all of a buyer's orders."""
    cap = BuyerCap.objects.create(buyer=buyer, **attributes)
    record(cap, by=by, action="cap.added", summary=f"Cap of {cap} added to buyer “{buyer}”")
    return cap


@transaction.atomic
def endpoint_create(buyer: Buyer, *, name: str, url: str, by: Any, **attributes: Any) -> Endpoint:
    """A new endpoint, with the one visible rule it starts with: accepted when the status is 200, 201 or 202."""
    endpoint = Endpoint.objects.create(buyer=buyer, name=name, url=url, **attributes)
    endpoint_prepare(endpoint, by=by)
    return endpoint


@transaction.atomic
def endpoint_prepare(endpoint: Endpoint, *, by: Any) -> None:
    """Give an endpoint that was just saved its first rule, unless it has rules."""
    if not endpoint.rules.exists():
        ResponseRule.objects.create(
            endpoint=endpoint, outcome=RuleOutcome.ACCEPTED, statuses="200,201,202", match=RuleMatch.ANY
        )
    record(endpoint, by=by, action="endpoint.created", summary=f"Endpoint “{endpoint}” created")


def endpoint_set_active(endpoint: Endpoint, *, active: bool, by: Any) -> bool:
    """The live switch of an endpoint: off sends nothing there."""
    return switch_set(endpoint, on=active, by=by)


@transaction.atomic
def mappings_set(endpoint: Endpoint, *, rows: Rows, by: Any) -> None:
    """Replace an endpoint's mapping; each row has the attributes of `buyers.Mapping`."""
    endpoint.mappings.all().delete()
    MappingRow.objects.bulk_create(
        MappingRow(**{"endpoint": endpoint, "position": place, **row}) for place, row in enumerate(rows)
    )
    record(endpoint, by=by, action="endpoint.mapping_changed", summary=f"Mapping of “{endpoint}” changed")


@transaction.atomic
def mapping_fields_add(endpoint: Endpoint, *, names: Iterable[str], by: Any) -> list[MappingRow]:
    """Map fields of the lead to targets of the same name; those mapped already are left alone."""
    taken = set(endpoint.mappings.values_list("target", flat=True))
    taken |= set(endpoint.mappings.filter(kind=MappingKind.FIELD).values_list("source", flat=True))
    first = endpoint.mappings.count()
    wanted = [name for name in dict.fromkeys(names) if name not in taken]
    added = MappingRow.objects.bulk_create(
        MappingRow(
            endpoint=endpoint, target=name, source=name, kind=MappingKind.FIELD, position=first + place
        )
        for place, name in enumerate(wanted)
    )
    if added:
        summary = f"Fields {', '.join(wanted)} mapped at “{endpoint}”"
        record(endpoint, by=by, action="endpoint.fields_mapped", summary=summary)
    return added


@transaction.atomic
def response_rules_set(endpoint: Endpoint, *, rows: Rows, by: Any) -> None:
    """Replace an endpoint's response rules, in order; each has the attributes of `buyers.ResponseRule`."""
    endpoint.rules.all().delete()
    ResponseRule.objects.bulk_create(
        ResponseRule(**{"endpoint": endpoint, "position": place, **row}) for place, row in enumerate(rows)
    )
    record(
        endpoint, by=by, action="endpoint.rules_changed", summary=f"Response rules of “{endpoint}” changed"
    )


@transaction.atomic
def header_add(
    endpoint: Endpoint, *, name: str, by: Any, value: str = "", secret: str = ""
) -> EndpointHeader:
    """A header of every request; a secret is kept encrypted and never shown again."""
    header = EndpointHeader.objects.create(
        endpoint=endpoint, name=name, value=value, secret=secret, position=endpoint.headers.count()
    )
    record(header, by=by, action="header.added", summary=f"Header {name} added to “{endpoint}”")
    return header


@transaction.atomic
def header_set_secret(header: EndpointHeader, *, secret: str, by: Any) -> None:
    """Another secret for a header; sent from now on, without publishing."""
    header.secret = secret
    header.save(update_fields=("secret",))
    summary = f"Secret of header {header.name} of “{header.endpoint}” changed"
    record(header, by=by, action="header.secret_changed", summary=summary)


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
