"""Writes of auctions: pings, posts of what was pinged, leads that come whole, and what time does to them."""

from apps.auctions.services.pings import Pinged, ping
from apps.auctions.services.posting import OpenPing, ping_of, pinned, post
from apps.auctions.services.ratio import RETRY_AFTER_S as RATIO_RETRY_AFTER_S
from apps.auctions.services.ratio import too_many_pings
from apps.auctions.services.rereading import PingBacktest, Rebid, ping_backtest
from apps.auctions.services.upkeep import expire_due as pings_expire
from apps.auctions.services.upkeep import forget_old as pings_forget
from apps.auctions.services.upkeep import records_renew
from apps.auctions.services.whole import auction_due, auction_now, direct_post, is_auctioned, lead_record
from apps.deliveries.services import delivery_close as give_up

__all__ = [
    "RATIO_RETRY_AFTER_S",
    "OpenPing",
    "PingBacktest",
    "Pinged",
    "Rebid",
    "auction_due",
    "auction_now",
    "direct_post",
    "give_up",
    "is_auctioned",
    "lead_record",
    "ping",
    "ping_backtest",
    "ping_of",
    "pings_expire",
    "pings_forget",
    "pinned",
    "post",
    "records_renew",
    "too_many_pings",
]
