"""What a test needs from the database: the endpoint as it is saved, its secrets, a sample lead, and the request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.campaigns.specs import fields_spec
from apps.core import clock
from apps.core.ids import new_id, public_id
from apps.deliveries.facts import load_secrets
from apps.deliveries.models import Delivery
from apps.deliveries.services.testing.lines import Line, failed
from apps.engine import mapping, schemas
from apps.engine import request as outbound
from apps.engine.describe import sample
from apps.engine.formats import Encoded
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.normalise import normalise
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest
from apps.leads.models import Lead
from apps.publishing.compile.parts import ExpressionError
from apps.publishing.compile.selling import endpoint_spec

HIDDEN = "••••••••"
USUAL_PRICE = Decimal("42.00")
_MOST = 20


@dataclass(slots=True)
class Prepared:
    """Everything a test needs besides the network. `request` is None where none could be made; the lines say why."""

    spec: EndpointSpec | None
    lines: list[Line] = field(default_factory=list)
    request: OutboundRequest | None = None
    secret_texts: frozenset[str] = frozenset()
    """Texts that an answer must not be shown with."""


def sample_campaigns(endpoint: Endpoint) -> list[Campaign]:
    """The campaigns whose leads could come here: of its orders, or all of its company while no order delivers here."""
    rows = Campaign.objects.filter(company=endpoint.buyer.company_id)
    return list(rows.filter(orders__endpoint=endpoint).distinct()[:_MOST]) or list(rows[:_MOST])


def prepare(endpoint: Endpoint, *, campaign: Campaign | None = None) -> Prepared:
    """The endpoint as it is saved, and the request that a sample lead becomes."""
    try:
        spec = endpoint_spec(endpoint)
    except ExpressionError as error:
        return Prepared(None, [failed("Request", f"A rule of the mapping cannot be read: {error}")])
    if campaign is None:
        campaign = next(iter(sample_campaigns(endpoint)), None)
    prepared = Prepared(spec)
    if campaign is None:
        prepared.lines.append(
            failed("Request", "The company has no campaign yet, so there is no lead to send.")
        )
        return prepared
    secrets = load_secrets([endpoint.pk]).get(endpoint.pk, {})
    sending = _sending(endpoint, campaign, secrets)
    if spec.kind != "http":
        prepared.lines.append(_mapped(spec, sending, campaign))
        return prepared
    prepared = _with_request(prepared, spec, sending, campaign)
    prepared.lines += _against_schema(endpoint, prepared)
    return prepared


def _mapped(spec: EndpointSpec, sending: Sending, campaign: Campaign) -> Line:
    """Of what is no HTTP: whether the mapping can be filled from a sample lead."""
    pairs = mapping.build(spec, sending)
    if isinstance(pairs, Unbuildable):
        return failed("Mapping", f"Not from a sample lead of {campaign}: {pairs.target} {pairs.why}.")
    return Line("Mapping", f"{len(pairs)} values from a sample lead of {campaign}.")


def _with_request(prepared: Prepared, spec: EndpointSpec, sending: Sending, campaign: Campaign) -> Prepared:
    made = outbound.build(spec, sending)
    if isinstance(made, Unbuildable):
        told = f"It cannot be built from a sample lead of {campaign}: {made.target} {made.why}."
        prepared.lines.append(failed("Request", told))
        return prepared
    without = outbound.build(spec, _hidden(sending))
    prepared.request = made
    prepared.secret_texts = frozenset(_secret_texts(made, without, sending.secrets))
    told = f"Built from a sample lead of {campaign}, with the rows' test values: {len(made.body):,} bytes."
    prepared.lines.append(Line("Request", told, shown=_shown(without)))
    return prepared


def _against_schema(endpoint: Endpoint, prepared: Prepared) -> Iterator[Line]:
    """The verdict of the buyer's schema, by mapping row."""
    if not endpoint.schema_kind or prepared.request is None or prepared.spec is None:
        return
    charset, rows = prepared.spec.options.charset, prepared.spec.mapping
    body = Encoded(prepared.request.body)
    found = schemas.violations(endpoint.schema_kind, endpoint.schema_text, body, charset)
    for target, words in schemas.told(found, [row.target for row in rows]):
        yield failed("Schema", f"Mapping row “{target}”: {words}." if target else f"{words}.")
    if not found:
        yield Line("Schema", f"The request fits the {endpoint.get_schema_kind_display()}.")


def _sending(endpoint: Endpoint, campaign: Campaign, secrets: Mapping[str, str]) -> Sending:
    spec, moment = fields_spec(campaign), clock.now()
    today = moment.astimezone(ZoneInfo(spec.time_zone)).date()
    lead = normalise(spec, sample(spec, now=moment), test=True, today=today)
    order = endpoint.orders.filter(campaign=campaign).order_by("pk").first()
    system = SystemValues(
        # Of their own each time: a buyer that knows an id would repeat its last answer.
        lead_id=public_id(Lead.PREFIX, new_id()),
        delivery_id=public_id(Delivery.PREFIX, new_id()),
        order_id=order.pk if order else 0,
        price=order.price if order and order.price else USUAL_PRICE,
        received_at=moment,
    )
    return Sending(lead, system, secrets, spec=spec, now=moment, test=True)


def _hidden(sending: Sending) -> Sending:
    return Sending(
        sending.lead,
        sending.system,
        dict.fromkeys(sending.secrets, HIDDEN),
        spec=sending.spec,
        now=sending.now,
        test=True,
    )


def _secret_texts(
    made: OutboundRequest, without: OutboundRequest | Unbuildable, secrets: Mapping[str, str]
) -> set[str]:
    """The secrets themselves, and what they made of headers, in which a buyer may repeat them."""
    texts = {secret for secret in secrets.values() if secret}
    open_values = set(without.headers) if isinstance(without, OutboundRequest) else set()
    for name, value in made.headers:
        if secrets and (name, value) not in open_values:
            texts |= {value, *value.split(" ")[1:]}
    return {text for text in texts if len(text) > 3}


def _shown(without: OutboundRequest | Unbuildable) -> str:
    """The request as a text; built without the secrets, so that none of them can be in it."""
    if isinstance(without, Unbuildable):
        return ""
    headers = "\n".join(f"{name}: {value}" for name, value in without.headers)
    body = without.body[:20_000].decode("utf-8", "replace")
    return f"{without.method} {without.url}\n{headers}\n\n{body}".strip()
