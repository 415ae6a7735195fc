"""The selling side: groups, orders, and the endpoints they deliver to."""

from collections.abc import Iterator

from apps.buyers.choices import MappingPhase, Phase
from apps.buyers.models import Endpoint, EndpointHeader, LeadOrder
from apps.buyers.models import Mapping as MappingRecord
from apps.buyers.models import ResponseRule as RuleRecord
from apps.campaigns.models import Campaign
from apps.engine.orders import (
    AuthSpec,
    Branch,
    EndpointSpec,
    FormatOptions,
    GroupSpec,
    HeaderSpec,
    MailSpec,
    MappingRow,
    OrderSpec,
    PingSpec,
    PriceBand,
    ResponseRule,
)
from apps.publishing.compile import parts
from apps.publishing.compile.parts import Reader

_RULE = (
    "outcome", "statuses", "content_type", "match", "path", "operator", "value", "reason_path", "price_path",
    "reference_path", "redirect_path", "promise_path", "shared_price_path", "expiry_path",
)  # fmt: skip
_MAPPING = (
    "target", "kind", "source", "value", "default", "on_empty", "max_length", "on_too_long", "value_type",
    "value_format", "format_argument", "part", "encoding", "test_value", "agreed",
)  # fmt: skip


def included(campaign: Campaign) -> list[LeadOrder]:
    """The orders a version holds: all but those that are paused and still have no endpoint."""
    rows = [order for order in campaign.orders.all() if order.endpoint_id or order.is_active]
    return sorted(rows, key=lambda order: order.pk)


def groups(campaign: Campaign) -> tuple[GroupSpec, ...]:
    """The groups in their order."""
    rows = sorted(campaign.groups.all(), key=lambda group: (group.position, group.pk))
    return tuple(
        GroupSpec(
            id=group.pk,
            name=group.name,
            position=place,
            method=group.method,
            max_buyers=group.max_buyers,
            when_sold=group.when_sold,
        )
        for place, group in enumerate(rows)
    )


def orders(campaign: Campaign, reader: Reader) -> tuple[OrderSpec, ...]:
    """The orders, paused ones included: a pause is a live switch."""
    return tuple(_order(order, campaign.time_zone, reader) for order in included(campaign))


def endpoints(campaign: Campaign, reader: Reader) -> tuple[EndpointSpec, ...]:
    """The endpoints that the orders deliver to, copies included, each once."""
    orders = included(campaign)
    rows = {order.endpoint_id: order.endpoint for order in orders if order.endpoint_id}
    rows |= {copy.endpoint_id: copy.endpoint for order in orders for copy in order.copies.all()}
    return tuple(endpoint_spec(rows[key], reader) for key in sorted(rows))


def endpoint_spec(endpoint: Endpoint, reader: Reader | None = None) -> EndpointSpec:
    """One endpoint as it runs; also for Test Endpoint, before anything is published. Raises ExpressionError."""
    reader = reader or Reader(endpoint.buyer.company.value_lists.all())
    return EndpointSpec(
        id=endpoint.pk,
        name=endpoint.name,
        url=endpoint.url,
        method=endpoint.method,
        body_format=endpoint.body_format,
        headers=tuple(_header(header) for header in endpoint.headers.all()),
        mapping=_rows(endpoint, MappingPhase.POST, reader),
        rules=_rules(endpoint, Phase.POST),
        timeout_ms=endpoint.timeout_ms,
        retries=endpoint.retries,
        unknown_policy=endpoint.unknown_policy,
        kind=endpoint.kind,
        options=_options(endpoint),
        auth=_auth(endpoint),
        retry_profile=endpoint.retry_profile,
        status_url=endpoint.status_url,
        status_rules=_rules(endpoint, Phase.STATUS),
        rate=(endpoint.rate_limit, endpoint.rate_seconds) if endpoint.rate_limit else None,
        concurrency=endpoint.concurrency,
        mail=MailSpec(tuple(endpoint.email_to.replace(",", " ").split()), endpoint.email_subject),
        ping=_ping(endpoint, reader),
    )


def _ping(endpoint: Endpoint, reader: Reader) -> PingSpec | None:
    if not endpoint.ping_url or endpoint.kind != "http":
        return None
    return PingSpec(
        url=endpoint.ping_url,
        method=endpoint.ping_method,
        body_format=endpoint.ping_format,
        content_type=endpoint.ping_content_type,
        template=endpoint.ping_template,
        timeout_ms=endpoint.ping_timeout_ms,
        mapping=_rows(endpoint, MappingPhase.PING, reader),
        rules=_rules(endpoint, Phase.PING),
    )


def _rows(endpoint: Endpoint, phase: str, reader: Reader) -> tuple[MappingRow, ...]:
    return tuple(_mapping(row, reader) for row in endpoint.mappings.all() if row.phase == phase)


def _rules(endpoint: Endpoint, phase: str) -> tuple[ResponseRule, ...]:
    return tuple(_rule(rule) for rule in endpoint.rules.all() if rule.phase == phase)


def _options(endpoint: Endpoint) -> FormatOptions:
    return FormatOptions(
        charset=endpoint.charset,
        on_unencodable=endpoint.on_unencodable,
        content_type=endpoint.content_type,
        namespaces=tuple((str(pair[0]), str(pair[1])) for pair in endpoint.namespaces),
        template=endpoint.template,
    )


def _auth(endpoint: Endpoint) -> AuthSpec:
    return AuthSpec(
        kind=endpoint.auth_kind,
        name=endpoint.auth_name,
        token_url=endpoint.token_url,
        scope=endpoint.token_scope,
        audience=endpoint.token_audience,
        client_auth=endpoint.client_auth,
    )


def _order(order: LeadOrder, campaign_zone: str, reader: Reader) -> OrderSpec:
    zone = order.time_zone or campaign_zone
    own = parts.caps(order.caps.all(), zone, reader, on_hit="skip")
    return OrderSpec(
        id=order.pk,
        name=order.name,
        buyer_id=order.buyer_id,
        buyer_name=order.buyer.name,
        endpoint_id=order.endpoint_id or 0,
        group_id=order.group_id,
        priority=order.priority,
        weight=order.weight,
        price=order.price,
        price_bands=tuple(
            PriceBand(reader.read(band.expression), band.price) for band in order.price_bands.all()
        ),
        criteria=reader.read(order.criteria),
        states=parts.targeting(order),
        zips=parts.zip_targeting(order),
        schedule=parts.schedule(zone, order.windows.all()),
        caps=own + parts.caps(order.buyer.caps.all(), campaign_zone, reader, on_hit="skip"),
        outside_hours=order.outside_hours,
        duplicate_days=order.duplicate_days,
        duplicate_scope=order.duplicate_scope,
        price_kind=order.price_kind,
        share=order.share,
        shared_price=order.shared_price,
        minimum_bid=order.minimum_bid,
        margin=parts.margin(order),
        copies=tuple(copy.endpoint_id for copy in order.copies.all()),
    )


def _header(header: EndpointHeader) -> HeaderSpec:
    # A version holds no secret: it names the row whose secret is read when a lead is sent.
    return HeaderSpec(header.name, header.value, str(header.pk) if header.secret else "")


def _mapping(row: MappingRecord, reader: Reader) -> MappingRow:
    return MappingRow(
        table=tuple((str(pair[0]), str(pair[1])) for pair in row.table),
        branches=tuple(_branches(row, reader)),
        secret=mapping_secret(row.pk) if row.secret else "",
        **{name: getattr(row, name) for name in _MAPPING},
    )


def _branches(row: MappingRecord, reader: Reader) -> Iterator[Branch]:
    for stored in row.branches:
        expression = reader.read(stored.get("expression"))
        if expression is not None:
            yield Branch(expression, str(stored.get("value", "")))


def mapping_secret(row_id: int) -> str:
    """The name under which a version finds the live secret of a mapping row."""
    return f"mapping:{row_id}"


def _rule(rule: RuleRecord) -> ResponseRule:
    return ResponseRule(**{name: getattr(rule, name) for name in _RULE})
