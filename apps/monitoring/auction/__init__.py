"""The page of a ping: what was put up, who was asked, what each answered, and how it was awarded."""

from apps.monitoring.auction.story import AuctionTrace, auction_trace

__all__ = ["AuctionTrace", "auction_trace"]
