"""What a demo endpoint is made of: rows of a mapping, response rules, addresses."""

from dataclasses import dataclass, field
from typing import Any

from apps.demo.cast import DemoBuyer

Rows = tuple[dict[str, Any], ...]

# What the simulator says in JSON: {"status": "accepted", "id": …, "price": …} or {"status": "rejected", "reason": …}.
JSON_RULES: Rows = (
    {
        "outcome": "accepted", "match": "json_path", "path": "status", "value": "accepted",
        "price_path": "price", "reference_path": "id",
    },
    {"outcome": "duplicate", "match": "json_path", "path": "status", "value": "duplicate", "reason_path": "reason"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected", "reason_path": "reason"},
)  # fmt: skip
SILENT_ON_PRICE: Rows = (
    {name: value for name, value in JSON_RULES[0].items() if name != "price_path"},
    *JSON_RULES[1:],
)
TEXT_RULES: Rows = (
    {
        "outcome": "accepted",
        "match": "regex",
        "value": r"status=accepted&id=(?P<reference>[^&\s]+)&price=(?P<price>[0-9.]+)",
    },
    {"outcome": "duplicate", "match": "text", "operator": "contains", "value": "status=duplicate"},
    {"outcome": "rejected", "match": "regex", "value": r"status=rejected&reason=(?P<reason>[^&\s]+)"},
)
# The same as XML, bare or inside a SOAP envelope: both are read by local names.
XML_RULES: Rows = (
    {
        "outcome": "accepted", "match": "xpath", "path": "//status", "value": "accepted",
        "price_path": "//price", "reference_path": "//id",
    },
    {"outcome": "duplicate", "match": "xpath", "path": "//status", "value": "duplicate", "reason_path": "//reason"},
    {"outcome": "rejected", "match": "xpath", "path": "//status", "value": "rejected", "reason_path": "//reason"},
)  # fmt: skip
# To a ping: {"status": "bid", "bid": …, "promise": …, "expires_at": …} or {"status": "no_bid", "reason": …}.
BID_RULES: Rows = (
    {
        "outcome": "accepted", "match": "json_path", "path": "status", "value": "bid", "price_path": "bid",
        "shared_price_path": "shared_bid", "promise_path": "promise", "expiry_path": "expires_at",
    },
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "no_bid", "reason_path": "reason"},
)  # fmt: skip
XML_BID_RULES: Rows = (
    {
        "outcome": "accepted", "match": "xpath", "path": "//status", "value": "bid", "price_path": "//bid",
        "promise_path": "//promise", "expiry_path": "//expires_at",
    },
    {"outcome": "rejected", "match": "xpath", "path": "//status", "value": "no_bid", "reason_path": "//reason"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pinged:
    """How an endpoint is pinged: the simulator's behaviour, and what is sent and read."""

    bids: str
    mapping: Rows
    rules: Rows = BID_RULES


@dataclass(frozen=True, slots=True)
class DemoEndpoint:
    """An endpoint: `answers` is the simulator's behaviour with its query, empty where nothing is called; `grants` that
    of its token server; `secret` the authentication's, `keyed` the header that carries a made-up one; `pinged` says how
    it bids, if it does.
    """

    key: str
    buyer: DemoBuyer
    name: str
    answers: str
    mapping: Rows
    rules: Rows = JSON_RULES
    attributes: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    keyed: str = ""
    secret: str = ""
    grants: str = ""
    pinged: Pinged | None = None

    def addresses(self, simulator: str) -> dict[str, str]:
        """Where it, its ping and its token server are, given the simulator's address."""
        bids = self.pinged.bids if self.pinged is not None else ""
        behaviours = {"url": self.answers, "ping_url": bids, "token_url": self.grants}
        return {
            name: f"{simulator}/buyers/{self.buyer.slug}/{behaviour}"
            for name, behaviour in behaviours.items()
            if behaviour
        }


def field_row(target: str, source: str, **more: Any) -> dict[str, Any]:
    """A field of the lead."""
    return {"target": target, "source": source, **more}


def constant_row(target: str, value: str) -> dict[str, Any]:
    """The same for every lead."""
    return {"target": target, "kind": "constant", "value": value}


def system_row(target: str, source: str, **more: Any) -> dict[str, Any]:
    """What the platform knows."""
    return {"target": target, "kind": "system", "source": source, **more}


def promise_row(target: str, source: str = "promise") -> dict[str, Any]:
    """What the buyer answered the ping with."""
    return {"target": target, "kind": "ping_response", "source": source}


def template_row(target: str, value: str) -> dict[str, Any]:
    """Several fields in one text."""
    return {"target": target, "kind": "template", "value": value}
