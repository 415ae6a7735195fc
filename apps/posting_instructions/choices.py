"""Closed vocabularies of the instructions pages."""

from enum import Enum

REVIEWED = "terms.requirements_reviewed"
"""Action of the audit line that says a source has read the requirements."""

KEY_SHOWN = "credential.shown"
KEY_COPIED = "credential.copied"

EXCHANGE = "exchange"
"""`CampaignSpec.traffic` of a campaign whose sources ping and post."""


class Tab(Enum):
    """A page of the instructions: its name in addresses, and on the tab."""

    OVERVIEW = ("overview", "Overview")
    FIELDS = ("fields", "Fields")
    REQUIREMENTS = ("requirements", "Requirements")
    RESPONSES = ("responses", "Responses")
    TESTING = ("testing", "Testing")
    GO_LIVE = ("go_live", "Go live")

    def __init__(self, key: str, label: str) -> None:
        self.key = key
        self.label = label


class Call(Enum):
    """A call of the exchange: its name in addresses and answers, what people call it, and what of its answer counts."""

    PING = ("ping", "Ping", ("status", "reason", "bid", "ping_id"))
    POST = ("post", "Post", ("status", "reason", "lead_id"))
    DIRECT_POST = ("direct_post", "Direct post", ("status", "reason", "lead_id"))

    def __init__(self, key: str, label: str, prints: tuple[str, ...]) -> None:
        self.key = key
        self.label = label
        self.prints = prints
