"""The steps of a funnel, and at which of them each verdict ends an order's way."""

from dataclasses import dataclass

RECEIVED, CONSIDERED, ELIGIBLE, ASKED, BID, WON, POSTED, ACCEPTED, LATER = range(9)
"""How far a ping came, or an order with it. `LATER` is beside the others: accepted after the winner had failed."""


@dataclass(frozen=True, slots=True)
class Step:
    """`number` counts from 0; `name` is the heading, `lost` says how those are called that came no further."""

    number: int
    name: str
    lost: str


STEPS = (
    Step(RECEIVED, "Pings", "refused at the door"),
    Step(CONSIDERED, "Considered", "could not take it"),
    Step(ELIGIBLE, "Eligible", "not asked"),
    Step(ASKED, "Asked, or at a fixed price", "made no bid"),
    Step(BID, "Bid", "did not win"),
    Step(WON, "Won", "not posted"),
    Step(POSTED, "Posted", "not accepted"),
    Step(ACCEPTED, "Accepted", ""),
)

ENDS_AT = {
    **dict.fromkeys(("resting", "not_asked", "no_ping", "too_slow", "no_token", "unbuildable"), ELIGIBLE),
    **dict.fromkeys(("over_ping_rate", "over_ping_concurrency"), ELIGIBLE),
    **dict.fromkeys(("late", "no_answer", "refused", "no_bid"), ASKED),
    **dict.fromkeys(
        ("lost_on_price", "ranked", "joins", "cannot_pay", "below_order_minimum", "below_terms_minimum",
         "below_campaign_minimum", "below_margin", "in_line"), BID,
    ),
    "won": WON,
}  # fmt: skip
"""By verdict; every other one ends at `CONSIDERED`. A full cap ends at `BID` where the order had been asked before."""
