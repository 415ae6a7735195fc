"""What is live about the selling side when a lead is planned or auctioned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.engine.balance import NO_LIMITS, Funds
from apps.engine.strategies import Turns


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """By the rows' ids. `full_caps` holds keys of full caps (`CapSpec.key`), `open_breakers` endpoints that rest,
    `turns` each fair group's memory, `funds` what buyers with a limit may still spend.
    """

    paused_orders: frozenset[int] = frozenset()
    paused_buyers: frozenset[int] = frozenset()
    paused_endpoints: frozenset[int] = frozenset()
    open_breakers: frozenset[int] = frozenset()
    full_caps: frozenset[str] = frozenset()
    funds: Funds = field(default_factory=lambda: NO_LIMITS)
    turns: Mapping[int, Turns] = field(default_factory=dict)
    auctions: bool = False
    """Whether bidding orders take part: they are asked for their price first."""
    only_order_id: int | None = None
    ignores: frozenset[str] = frozenset()
    """What need not be heeded, because a person said so: of `hours`, `caps`, `duplicates`."""
    bought: Mapping[int, datetime] = field(default_factory=dict)
    """When the person of this lead was last sold, by order: only orders to whose rule that is a duplicate."""
