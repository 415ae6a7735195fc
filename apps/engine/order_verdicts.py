"""What may become of an order while a lead is planned or auctioned, in words."""

from apps.engine import hours

VERDICTS: dict[str, str] = {
    "in_line": "In line, place {detail}",
    "paused": "The order is paused",
    "buyer_paused": "The buyer is paused",
    "endpoint_paused": "The endpoint is paused",
    "state": "Does not buy state {detail}",
    "zip": "Does not buy this zip ({detail})",
    "outside_hours": "Outside its hours ({detail})",
    "waits": "Outside its hours; waits until {detail}",
    "waits_last": "Outside its hours; others first, then it waits until {detail}",
    "opens_too_late": f"Outside its hours until {{detail}}; a lead waits {hours.MAX_WAIT.days} days at most",
    "criteria": "Does not meet its criteria",
    "cap": "Its cap is full ({detail})",
    "balance": "Its buyer's balance does not pay for it ({detail})",
    "buyer_duplicate": "Bought this person {detail}",
    "buyer_asked": "Is being offered this person in another lead already",
    "over_rate": "Over its rate: next place in {detail}",
    "over_concurrency": "As many requests under way as its endpoint takes: next place in {detail}",
    "no_place_in_time": f"Over its rate: next place in {{detail}}; a lead waits {hours.MAX_WAIT.days} days at most",
    "breaker_open": "Its endpoint is failing and rests; place {detail} if it recovers",
    "resting": "Its endpoint is failing and rests",
    "not_asked": "Sells to the highest bidder only, and was not pinged",
    "no_ping": "Cannot be pinged: its endpoint has no ping URL",
    "too_slow": "Not pinged: usually answers in {detail}, too slow for this campaign",
    "no_token": "Not pinged: its token server gave no access token",
    "unbuildable": "Not pinged: {detail}",
    "late": "Answered too late ({detail})",
    "no_answer": "No answer that could be read ({detail})",
    "refused": "Did not bid: {detail}",
    "not_chosen": "Not the order that was chosen for this delivery",
    "not_reached": "Not reached: the lead was sold before",
    "won": "Won, {detail}",
    "lost_on_price": "Lost on price; place {detail}",
    "ranked": "Behind the winner; place {detail}",
    "joins": "Too little alone, counts only beside another share; place {detail}",
    "cannot_pay": "Cannot pay what the source was promised ({detail})",
    "below_order_minimum": "Under the order's minimum bid ({detail})",
    "below_terms_minimum": "Under the source's minimum bid ({detail})",
    "below_campaign_minimum": "Under the campaign's minimum bid ({detail})",
    "below_margin": "Leaves too little ({detail})",
    "no_bid": "Did not bid",
}
"""What became of an order, for people. `detail` is the number, period or name that decided; never personal
data.
"""
