"""What a test needs from the database: the endpoint as it is saved, its secrets, and a sample lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.campaigns.specs import fields_spec
from apps.core import clock
from apps.core.ids import new_id, public_id
from apps.core.places import PLACES
from apps.core.sftp import Target
from apps.deliveries.choices import CallPhase
from apps.deliveries.facts import load_secrets
from apps.deliveries.models import Delivery
from apps.deliveries.services.afterwards.file_drops import target_of
from apps.deliveries.services.testing.lines import Line, failed
from apps.engine.describe import may_be_on_ping, sample
from apps.engine.mapping import Sending, SystemValues, fields_read
from apps.engine.normalise import normalise
from apps.engine.orders import EndpointSpec
from apps.engine.pinging import pinged
from apps.leads.models import Lead
from apps.publishing.compile.parts import ExpressionError
from apps.publishing.compile.selling import endpoint_spec
from apps.publishing.specs import for_endpoint

LONGEST_PING_MS = 10_000
USUAL_PRICE = Decimal("42.00")
_MOST = 20


@dataclass(slots=True)
class Prepared:
    """Everything a test needs besides the network. Without `sending` there is nothing to send; the lines say why."""

    spec: EndpointSpec | None
    lines: list[Line] = field(default_factory=list)
    sending: Sending | None = None
    campaign: str = ""
    schema: tuple[str, str] = ("", "")
    """The buyer's schema: its kind and its text."""
    schema_name: str = ""
    late_after_ms: int | None = None
    """Of a ping: within how many ms a bid has to come; None for a post."""
    drop: Target | None = None
    """Where the files of an SFTP endpoint go; None for all others."""


def sample_campaigns(endpoint: Endpoint) -> list[Campaign]:
    """The campaigns whose leads could come here: of its orders, or all of its company while no order delivers here."""
    rows = Campaign.objects.filter(company=endpoint.buyer.company_id)
    return list(rows.filter(orders__endpoint=endpoint).distinct()[:_MOST]) or list(rows[:_MOST])


def prepare(endpoint: Endpoint, *, campaign: Campaign | None = None, phase: str = CallPhase.POST) -> Prepared:
    """The endpoint as it is saved, and a sample lead of the campaign, or of the first whose leads could come here: as
    much of it as a good ping has, for a ping.
    """
    prepared = _with_sample(endpoint, campaign, phase)
    if phase == CallPhase.PING:
        return _as_ping(prepared)
    if endpoint.kind == EndpointKind.SFTP:
        prepared.drop = target_of(endpoint)
    return prepared


def _as_ping(prepared: Prepared) -> Prepared:
    """The same for a ping. Whoever answers late is waited for, so that it can be told how late it was."""
    asked = pinged(prepared.spec) if prepared.spec is not None else None
    if asked is None:
        return Prepared(
            None, [*prepared.lines, failed("Ping", "The endpoint has no ping URL: nobody can be asked.")]
        )
    prepared.late_after_ms, prepared.spec = asked.timeout_ms, replace(asked, timeout_ms=LONGEST_PING_MS)
    prepared.schema, prepared.schema_name = ("", ""), ""
    prepared.lines += _seldom(asked, prepared.sending)
    return prepared


def _seldom(asked: EndpointSpec, sending: Sending | None) -> Iterator[Line]:
    """Rows of a ping that read what sources send on a post only."""
    spec = sending.spec if sending else None
    if spec is None:
        return
    post_only = {one.name for one in spec.fields if not may_be_on_ping(one)}
    rows = [(row.target, sorted(fields_read(row, spec) & post_only)) for row in asked.mapping]
    told = [f"“{target}” ({', '.join(names)})" for target, names in rows if names]
    if told:
        yield Line(
            "Fields",
            f"Rows that read what is not required on pings, and is left out here: {', '.join(told)}.",
            warned=True,
        )


def _with_sample(endpoint: Endpoint, campaign: Campaign | None, phase: str) -> Prepared:
    try:
        spec = endpoint_spec(endpoint)
    except ExpressionError as error:
        return Prepared(None, [failed("Request", f"A rule of the mapping cannot be read: {error}")])
    if campaign is None:
        campaign = next(iter(sample_campaigns(endpoint)), None)
    if campaign is None:
        told = "The company has no campaign yet, so there is no lead to send."
        return Prepared(spec, [failed("Request", told)])
    secrets = load_secrets([endpoint.pk]).get(endpoint.pk, {})
    schema = (endpoint.schema_kind, endpoint.schema_text)
    named = endpoint.get_schema_kind_display() if endpoint.schema_kind else ""
    sending = _sending(endpoint, campaign, spec, secrets=secrets, phase=phase)
    return Prepared(spec, [], sending, str(campaign), schema, named)


def _sending(
    endpoint: Endpoint, campaign: Campaign, made: EndpointSpec, *, secrets: Mapping[str, str], phase: str
) -> Sending:
    spec, moment = for_endpoint(fields_spec(campaign), made), clock.now()
    today = moment.astimezone(ZoneInfo(spec.time_zone)).date()
    body = sample(spec, now=moment)
    if phase == CallPhase.PING:
        body = {one.name: body[one.name] for one in spec.fields if one.name in body and may_be_on_ping(one)}
    lead = normalise(spec, body, test=True, today=today, phase=phase)
    order = endpoint.orders.filter(campaign=campaign).order_by("pk").first()
    system = SystemValues(
        # Of their own each time: a buyer that knows an id would repeat its last answer.
        lead_id=public_id(Lead.PREFIX, new_id()),
        delivery_id=public_id(Delivery.PREFIX, new_id()),
        order_id=order.pk if order else 0,
        price=order.price if order and order.price else USUAL_PRICE,
        received_at=moment,
    )
    return Sending(lead, system, secrets, spec=spec, now=moment, places=PLACES, test=True)
