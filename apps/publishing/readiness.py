"""Why something is not live: one line for the campaign, each of its terms, orders and endpoints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from apps.buyers.models import Endpoint, LeadOrder
from apps.buyers.selectors import endpoint_notes, order_notes
from apps.campaigns.choices import Traffic
from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.engine.campaign import CampaignSpec
from apps.publishing import compile as compiler
from apps.publishing import specs
from apps.publishing.models import Publication, Version
from apps.publishing.problems import PublishProblem, problems
from apps.publishing.problems.base import is_zone
from apps.sources.models import Terms
from apps.sources.selectors import terms_with_live_key


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """One object: live when `reasons` is empty; `notes` are worth knowing and stop nothing."""

    object_type: str
    object_id: int
    label: str
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it does its part now."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Readiness:
    """A campaign with its parts. `problems` keep the draft from being published; `version` is what runs, if anything.

    `unpublished` tells whether people have edited since.
    """

    campaign: ReadinessItem
    terms: tuple[ReadinessItem, ...]
    orders: tuple[ReadinessItem, ...]
    endpoints: tuple[ReadinessItem, ...]
    problems: tuple[PublishProblem, ...] = ()
    version: Version | None = None
    unpublished: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the campaign takes live leads from somebody."""
        return self.campaign.is_live and any(item.is_live for item in self.terms)

    @property
    def items(self) -> tuple[ReadinessItem, ...]:
        """Everything, the campaign first."""
        return (self.campaign, *self.terms, *self.orders, *self.endpoints)


def readiness(campaign: Campaign) -> Readiness:
    """What of a campaign is live, and why the rest is not."""
    draft = compiler.draft(campaign.pk)
    found = problems(draft)
    publication = Publication.objects.select_related("version").filter(campaign=campaign).first()
    version = publication.version if publication else None
    spec = specs.load(version.pk) if version else None
    keyed = terms_with_live_key(campaign)
    endpoints = {order.endpoint_id: order.endpoint for order in draft.orders.all() if order.endpoint}
    return Readiness(
        campaign=_item(draft, _campaign(draft, spec), tuple(_notes(draft))),
        terms=tuple(_item(row, _terms(row, spec, keyed)) for row in draft.terms.all()),
        orders=tuple(_item(row, _order(row, spec), tuple(order_notes(row))) for row in draft.orders.all()),
        endpoints=tuple(
            _item(row, _endpoint(row, spec), tuple(endpoint_notes(row))) for row in endpoints.values()
        ),
        problems=tuple(found),
        version=version,
        unpublished=bool(found)
        or version is None
        or specs.fingerprint(compiler.compiled(draft)) != version.hash,
    )


def _item(row: models.Model, reasons: Iterator[str], notes: tuple[str, ...] = ()) -> ReadinessItem:
    return ReadinessItem(row._meta.label_lower, row.pk, str(row), tuple(reasons), notes)


def _campaign(campaign: Campaign, spec: CampaignSpec | None) -> Iterator[str]:
    if not campaign.company.is_active:
        yield "The company is not active"
    if not campaign.is_active:
        yield "The campaign is paused"
    if spec is None:
        yield "No version is published"
        return
    today = now().astimezone(ZoneInfo(spec.time_zone)).date()
    yield from _period(spec, today)
    if not spec.terms:
        yield "The published version has no source"


def _period(spec: CampaignSpec, today: date) -> Iterator[str]:
    if spec.starts_on and today < spec.starts_on:
        yield f"It begins on {spec.starts_on.isoformat()}"
    if spec.ends_on and today > spec.ends_on:
        yield f"It ended on {spec.ends_on.isoformat()}"


def _notes(campaign: Campaign) -> Iterator[str]:
    orders = [order for order in campaign.orders.all() if _is_switched_on(order)]
    if not orders:
        yield "No order is active: accepted leads stay unsold"
    if campaign.answer_mode == "acceptance" and any(
        terms.payout_kind != "fixed" for terms in campaign.terms.all()
    ):
        yield "Some payouts depend on the buyer's price, which is not known yet when the lead is answered"
    slow = [each for each in orders if each.endpoint and each.endpoint.timeout_ms > campaign.answer_budget_ms]
    if campaign.answer_mode == "buyer" and slow:
        yield f"Order {slow[0]} may take longer to answer than the campaign waits"
    if campaign.traffic == Traffic.EXCHANGE and not any(
        field.required_on_ping for field in campaign.fields.all()
    ):
        yield "No field is required on ping: buyers may be asked about leads of which they are told nothing"
    if not is_zone(campaign.time_zone):
        yield "The time zone is unknown"


def _is_switched_on(order: LeadOrder) -> bool:
    switched = (order, order.buyer, order.endpoint or order.buyer)
    return all(row.is_active for row in switched)


def _terms(terms: Terms, spec: CampaignSpec | None, keyed: set[int]) -> Iterator[str]:
    yield from _switches((terms.source, "The source is paused"), (terms, "The terms are paused"))
    if terms.approval != "approved":
        yield "In testing: only test leads are taken"
    if terms.pk not in keyed:
        yield "No key is live"
    yield from _in_version(terms, spec.terms if spec else ())


def _order(order: LeadOrder, spec: CampaignSpec | None) -> Iterator[str]:
    yield from _switches((order.buyer, "The buyer is paused"), (order, "The order is paused"))
    if order.endpoint is None:
        yield "It has no endpoint"
    else:
        yield from _switches((order.endpoint, "Its endpoint is paused"))
    yield from _in_version(order, spec.orders if spec else ())


def _endpoint(endpoint: Endpoint, spec: CampaignSpec | None) -> Iterator[str]:
    yield from _switches((endpoint, "The endpoint is paused"), (endpoint.buyer, "The buyer is paused"))
    yield from _in_version(endpoint, spec.endpoints if spec else ())


def _switches(*rows: tuple[Any, str]) -> Iterator[str]:
    yield from (sentence for row, sentence in rows if not row.is_active)


def _in_version(row: models.Model, published: tuple) -> Iterator[str]:
    if all(each.id != row.pk for each in published):
        yield "Not in the published version"
