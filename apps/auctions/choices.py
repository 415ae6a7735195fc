"""Closed vocabularies of auctions."""

from django.db import models


class PingStatus(models.TextChoices):
    """How a ping stands. A lead that comes whole (direct post, simple post, webhook) is put up the same way."""

    OPEN = "open", "Buyers are being asked"
    ACCEPTED = "accepted", "Accepted: may be posted until it expires"
    POSTED = "posted", "Posted"
    EXPIRED = "expired", "Expired without a post"
    REJECTED = "rejected", "Rejected"
    TEST = "test", "Test"


class PingOrigin(models.TextChoices):
    PING = "ping", "Ping"
    DIRECT_POST = "direct_post", "Direct post"
    LEAD = "lead", "A lead by another door"


class BidStatus(models.TextChoices):
    """What came of asking one buyer."""

    BID = "bid", "Bid"
    NO_BID = "no_bid", "No bid"
    LATE = "late", "Late: its bid could not be used"
    ERROR = "error", "No answer that could be read"
