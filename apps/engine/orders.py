"""The selling side of a compiled campaign: groups, orders, and endpoints with their mapping and response rules."""

from dataclasses import dataclass, field
from decimal import Decimal

from apps.engine.requirements import CapSpec, Expression, ScheduleSpec, Targeting, ZipTargeting


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


@dataclass(frozen=True, slots=True)
class HeaderSpec:
    """A header or constant: fixed text, or the name of a live secret of the endpoint (`secret`)."""

    name: str
    value: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class MappingRow:
    """Target path ← a value. `kind`: field (source = posting name), constant, template, value_table.

    `table` holds (from, to) pairs compared case-insensitively; `default` serves a value not in the table and `on_empty`
    default. `on_empty`: omit, empty, default, fail. `on_too_long`: truncate or fail. `value_type`: text, number,
    integer, boolean — how the value is typed in JSON.
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
    """How the value is written, a key of `engine.mapping`'s formats: empty = normal form, phone_digits,
    upper, lower, …"""


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """When an answer matches, it means `outcome` (accepted, rejected, duplicate, retryable, failed, unknown).

    `statuses` is empty, or a comma list of codes and classes (`200,201`, `2xx`). `content_type` is a substring of that
    header. `match` any, json_path, regex or text; `path` the JSON path; `operator` equals, contains or present;
    compared case-insensitively. The paths after them extract.
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


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """How a buyer receives a lead. `retries` and waits follow `engine.retry`.

    `unknown_policy`: hold, resend (the buyer is declared idempotent) or go_on.
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
