"""The auction of a campaign: how sources send, how long buyers have, which bids count and what stays of a price."""

from typing import ClassVar

from apps.campaigns.admin.margins import MARGIN_LABELS, MARGIN_ROWS, MarginForm
from apps.campaigns.models import Campaign


class AuctionForm(MarginForm):
    """The campaign's own settings; terms and orders can have their own minimum and margin."""

    class Meta:
        model = Campaign
        exclude = ()
        labels: ClassVar = MARGIN_LABELS | {
            "traffic": "Sources send by",
            "auction_ms": "Buyers answer within (ms)",
            "ping_valid_s": "A ping can be posted for (seconds)",
            "on_mismatch": "When a post differs from its ping",
            "post_floor": "A post goes down the ranking while",
            "expected_value": "Rank by expected value",
        }
        help_texts: ClassVar = {
            "traffic": "Ping and post: sources ask with part of the data what a lead is worth, and post the whole of "
            "it when they like the answer. Their instructions show both phases.",
            "auction_ms": "All together, for example 750. Bids that come later are shown and never used.",
            "ping_valid_s": "For example 120. So long the winners' caps and balances are held.",
            "minimum_bid": "For example 5.00. Those of terms and orders count beside it. Empty: none.",
            "margin_kind": "What stays with you of a buyer's price. Terms come before orders, orders before this one.",
            "margin_amount": "For example 8.00, or 20 for twenty percent.",
            "on_mismatch": "For example another zip code than the one that buyers bid for.",
            "post_floor": "When the winner does not take the lead, the next is asked at its own bid. The first keeps "
            "what the source was promised, if need be out of your margin.",
            "expected_value": "A buyer that bids high and takes little, or gives much back, ranks lower. Shadow shows "
            "in the trace what this would have changed.",
        }


FIELDSETS = (
    ("How sources send", {"fields": ("traffic", ("ping_valid_s", "on_mismatch"))}),
    ("Bids", {"fields": (("auction_ms", "minimum_bid"), "expected_value", "post_floor")}),
    ("What stays with you", {"fields": MARGIN_ROWS}),
)
