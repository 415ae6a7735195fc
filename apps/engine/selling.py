"""What an auction is told beside the orders: margins, and the campaign's own settings."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MarginBand:
    """The margin for buyers' prices of at least `above`: `kind` none, fixed (money) or percent of the price."""

    above: Decimal
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MarginSpec:
    """What has to stay of a buyer's price. The band with the highest `above` that the price reaches decides; below all
    bands, or without any, `kind` and `amount` do.
    """

    kind: str = "none"
    amount: Decimal = Decimal("0")
    bands: tuple[MarginBand, ...] = ()


@dataclass(frozen=True, slots=True)
class AuctionSpec:
    """How a campaign auctions. Money is unrounded; None is no minimum.

    `deadline_ms` is what all buyers have together, `ping_valid_s` how long a ping id may be posted. `on_mismatch`: keep
    the pinged value and warn, or reject. `post_floor`: how far down the ranking a post may go, to the promised payout
    or to the margin. `expected_value`: off, shadow (told, not used) or on.
    """

    deadline_ms: int = 750
    ping_valid_s: int = 120
    minimum_bid: Decimal | None = None
    margin: MarginSpec = field(default_factory=MarginSpec)
    on_mismatch: str = "keep"
    post_floor: str = "payout"
    expected_value: str = "off"
