"""A campaign that auctions its leads among ten buyers, and what a source sends to it."""

import itertools
from dataclasses import dataclass

from apps.buyers.services import (
    buyer_create,
    endpoint_create,
    mappings_set,
    order_cap_add,
    order_create,
    response_rules_set,
)
from apps.campaigns.services import campaign_change, campaign_create
from apps.companies.models import Company
from apps.core.ids import new_id
from apps.publishing.models import Version
from apps.publishing.services import publish
from apps.sources.models import Source, Terms
from apps.sources.services import terms_approve, terms_create

BUYERS = 10
PING_MAPPING = [
    {"target": "ping_id", "kind": "system", "source": "lead_id"},
    {"target": "state", "source": "state"},
    {"target": "zip", "source": "zip", "value_format": "zip5"},
]
PING_RULES = [
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "bid",
     "price_path": "bid", "promise_path": "promise"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "no_bid", "reason_path": "reason"},
]  # fmt: skip
POST_MAPPING = [
    {"target": "lead.name", "kind": "template", "value": "{{ first_name }} {{ last_name }}"},
    {"target": "lead.email", "source": "email"},
    {"target": "lead.phone", "source": "phone", "value_format": "phone_digits"},
    {"target": "lead.address.state", "source": "state"},
    {"target": "lead.address.zip", "source": "zip"},
    {"target": "promise", "kind": "ping_response", "source": "promise"},
]
POST_RULES = [
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "accepted",
     "price_path": "price", "reference_path": "id"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected", "reason_path": "reason"},
]  # fmt: skip
PINGED = {"state": "CA", "zip": "90210"}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Market:
    """A source's way in, and the addresses at which the buyers are pinged."""

    terms: Terms
    key: str
    version: Version
    ping_urls: tuple[str, ...]


def person() -> dict[str, str]:
    """The whole lead, nobody else's."""
    number = next(_numbers)
    return PINGED | {
        "first_name": "Jane",
        "last_name": f"Doe {number}",
        "email": f"jane.doe{number}@example.com",
        "phone": f"{3_100_000_000 + number}",
    }


def auctioning(ping_urls: list[str], post_urls: list[str], *, deadline_ms: int = 750) -> Market:
    """A published campaign whose leads go to the best bid, each order under a cap that never fills."""
    company = Company.objects.create(name=f"Benchmark {new_id()}")
    campaign = campaign_create(company, name="Benchmark", by=None, auction_ms=deadline_ms)
    campaign_change(campaign, traffic="exchange", by=None)  # with the fields of a simple post
    source = Source.objects.create(company=company, name="Benchmark")
    opened = terms_create(source, campaign, by=None, payout_kind="percent", payout_amount="80.00")
    terms_approve(opened.terms, by=None)
    for number, (ping_url, post_url) in enumerate(zip(ping_urls, post_urls, strict=True)):
        buyer = buyer_create(company, name=f"Buyer {number}", by=None)
        endpoint = endpoint_create(
            buyer, name="Benchmark", url=post_url, ping_url=ping_url, ping_timeout_ms=deadline_ms, by=None
        )
        mappings_set(endpoint, rows=PING_MAPPING, phase="ping", by=None)
        mappings_set(endpoint, rows=POST_MAPPING, by=None)
        response_rules_set(endpoint, rows=PING_RULES, phase="ping", by=None)
        response_rules_set(endpoint, rows=POST_RULES, by=None)
        order = order_create(
            campaign, buyer, name=f"Order {number}", endpoint=endpoint, price_kind="bid", price="0", by=None
        )
        order_cap_add(order, basis="accepted", period="day", limit=1_000_000, by=None)
    return Market(opened.terms, opened.key, publish(campaign, by=None).version, tuple(ping_urls))
