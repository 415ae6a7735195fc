"""The selling side of a compiled campaign: groups, orders, and endpoints with their mapping and response rules."""

from dataclasses import dataclass, field
from decimal import Decimal

from apps.engine.requirements import CapSpec, Expression, ScheduleSpec, Targeting, ZipTargeting
from apps.engine.selling import MarginSpec


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """An ordered group of orders. `method` is a key of `engine.strategies.STRATEGIES`:
    priority, round_robin, weighted or highest_price. `max_buyers` of this group may buy one lead; `when_sold` stop or
    go_on to the next group."""

    id: int
    name: str
    position: int
    method: str = "priority"
    max_buyers: int = 1
    when_sold: str = "stop"


@dataclass(frozen=True, slots=True)
class PriceBand:
    """The price that holds when the expression does; the first band that matches decides."""

    expression: Expression
    price: Decimal


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """A buyer's standing order, as published. Pauses are live switches and not here."""

    id: int
    name: str
    buyer_id: int
    buyer_name: str
    endpoint_id: int
    group_id: int
    priority: int = 100
    """Lower goes first."""
    weight: int = 1
    price: Decimal = Decimal("0")
    price_bands: tuple[PriceBand, ...] = ()
    criteria: Expression | None = None
    states: Targeting = field(default_factory=Targeting)
    zips: ZipTargeting = field(default_factory=ZipTargeting)
    schedule: ScheduleSpec | None = None
    caps: tuple[CapSpec, ...] = ()
    """The order's own and its buyer's caps; the subject of each says which."""
    outside_hours: str = "next"
    """next: passed over; last: others first, then it waits for its opening; queue: the lead waits for it."""
    duplicate_days: int | None = None
    duplicate_scope: str = "buyer"
    price_kind: str = "fixed"
    """fixed: `price` or its bands, without a ping; bid: what the buyer answers to a ping."""
    share: str = "exclusive"
    """exclusive, shared or either."""
    shared_price: Decimal | None = None
    """What a fixed-price order pays for a lead that others buy, too; None: the same price."""
    minimum_bid: Decimal | None = None
    margin: MarginSpec | None = None
    copies: tuple[int, ...] = ()
    """Endpoints that get the lead, too, once this order has bought it."""


@dataclass(frozen=True, slots=True)
class HeaderSpec:
    """A header or constant: fixed text, or the name of a live secret of the endpoint (`secret`)."""

    name: str
    value: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class AuthSpec:
    """Who we say we are to a buyer. `kind`: none, header, query, basic, bearer, oauth2 or signature.

    `name` is the header, the query key, the user or the OAuth client id. No secret stands here: it is live and read
    from `Sending.secrets` under `AUTH_SECRET`, an OAuth token under `AUTH_TOKEN`. `client_auth`: basic or body.
    """

    kind: str = "none"
    name: str = ""
    token_url: str = ""
    scope: str = ""
    audience: str = ""
    client_auth: str = "basic"


AUTH_SECRET = "auth"  # noqa: S105 - the name under which the secret is found
AUTH_TOKEN = "token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """How a body is written beside its format.

    `charset` utf-8, iso-8859-1 or windows-1252; `on_unencodable` closest or fail, about characters it lacks (XML
    writes them as numbered references). `content_type` replaces the format's own. `namespaces` are (prefix, URI) of
    XML, an empty prefix for the default one. `template` is the body of the format raw.
    """

    charset: str = "utf-8"
    on_unencodable: str = "closest"
    content_type: str = ""
    namespaces: tuple[tuple[str, str], ...] = ()
    template: str = ""


@dataclass(frozen=True, slots=True)
class MailSpec:
    """Of an e-mail endpoint: addresses, and the subject's template, which names no personal field."""

    to: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """What a mapping row of the kind branch gives when the expression holds: a template."""

    expression: Expression
    value: str


@dataclass(frozen=True, slots=True)
class MappingRow:
    """Target path ← a value. `kind` is a key of `engine.mapping.MAPPING_KINDS`: field (source = posting name),
    constant, template, split (`part`), value_table, branch (`branches`), ping_response (source = path), system.

    `table` holds (from, to) pairs compared case-insensitively; `default` serves a value not in the table, no branch
    that holds, and `on_empty` default. `on_empty`: omit, empty, default, fail. `on_too_long`: truncate or fail.
    `value_type`: text, number, integer, boolean, list — how the value is typed in JSON. `secret` names a live secret
    (the key of an HMAC). `encoding` is a key of `engine.mapping.ENCODINGS`.
    """

    target: str
    kind: str
    source: str = ""
    value: str = ""
    table: tuple[tuple[str, str], ...] = ()
    default: str = ""
    on_empty: str = "omit"
    max_length: int | None = None
    on_too_long: str = "truncate"
    value_type: str = "text"
    value_format: str = ""
    """How the value is written, a key of `engine.value_formats`: empty = normal form, phone_digits, upper, …"""
    format_argument: str = ""
    part: str = ""
    branches: tuple[Branch, ...] = ()
    secret: str = ""
    encoding: str = ""
    test_value: str = ""
    agreed: bool = False
    """Personal data in the clear on a ping, as agreed with this buyer."""


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """When an answer matches, it means `outcome` (accepted, rejected, duplicate, retryable, failed, unknown).

    `statuses` is empty, or a comma list of codes and classes (`200,201`, `2xx`). `content_type` is a substring of that
    header. `match` is a key of `engine.response_rules.RULE_KINDS`; `path` the JSON path or XPath; `operator` equals,
    contains or present; compared case-insensitively. The paths after them extract.
    """

    outcome: str
    statuses: str = ""
    content_type: str = ""
    match: str = "any"
    path: str = ""
    operator: str = "equals"
    value: str = ""
    reason_path: str = ""
    price_path: str = ""
    reference_path: str = ""
    redirect_path: str = ""
    promise_path: str = ""
    shared_price_path: str = ""
    expiry_path: str = ""
    """Of a ping: what the buyer bids for a lead shared with others, and until when the bid holds."""


@dataclass(frozen=True, slots=True)
class PingSpec:
    """How an endpoint is pinged: its own address, form, mapping and rules; headers and authentication are the
    endpoint's. An answer that its rules read as accepted is a bid.
    """

    url: str
    method: str = "POST"
    body_format: str = "json"
    content_type: str = ""
    template: str = ""
    timeout_ms: int = 750
    mapping: tuple[MappingRow, ...] = ()
    rules: tuple[ResponseRule, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """How a buyer receives a lead. `kind`: http, email, sftp or store. `retries` and `retry_profile` follow
    `engine.retry`.

    `unknown_policy`: hold, resend (the buyer is declared idempotent), ask (`status_url`, read by `status_rules`) or
    go_on. `rate` is (requests, seconds) and `concurrency` how many may be under way, over all processes.
    """

    id: int
    name: str
    url: str
    method: str = "POST"
    body_format: str = "json"
    headers: tuple[HeaderSpec, ...] = ()
    mapping: tuple[MappingRow, ...] = ()
    rules: tuple[ResponseRule, ...] = ()
    timeout_ms: int = 10_000
    retries: int = 5
    unknown_policy: str = "hold"
    kind: str = "http"
    options: FormatOptions = field(default_factory=FormatOptions)
    auth: AuthSpec = field(default_factory=AuthSpec)
    retry_profile: str = "standard"
    status_url: str = ""
    status_rules: tuple[ResponseRule, ...] = ()
    rate: tuple[int, int] | None = None
    concurrency: int | None = None
    mail: MailSpec = field(default_factory=MailSpec)
    ping: PingSpec | None = None
