"""A published campaign that auctions among simulated buyers, and what a source sends to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.buyers.models import Endpoint, LeadOrder
from apps.buyers.services import mappings_set, response_rules_set
from apps.campaigns.models import RoutingGroup
from apps.simulator.journal import Received
from apps.simulator.running import Running
from tests.factories import World, lead_values, published_campaign
from tests.factories.models import MAPPING

NOTHING: Mapping[str, Any] = {}
PINGED_FIELDS = ("state", "zip")
PING_MAPPING = (
    {"target": "ping_id", "kind": "system", "source": "lead_id"},
    {"target": "state", "source": "state"},
    {"target": "zip", "source": "zip", "value_format": "zip5"},
    {"target": "email_hash", "source": "email", "value_format": "sha256"},
)
PROMISE = {"target": "promise", "kind": "ping_response", "source": "promise"}
POST_RULES = (
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "accepted",
     "price_path": "price", "reference_path": "id"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected", "reason_path": "reason"},
    {"outcome": "duplicate", "match": "json_path", "path": "status", "value": "duplicate", "reason_path": "reason"},
)  # fmt: skip
PING_RULES = (
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "bid",
     "price_path": "bid", "shared_price_path": "shared_bid", "promise_path": "promise", "expiry_path": "expires_at"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "no_bid",
     "reason_path": "reason"},
)  # fmt: skip
PING_RULES_XML = (
    {"outcome": "accepted", "match": "xpath", "path": "//status", "value": "bid",
     "price_path": "//bid", "shared_price_path": "//shared_bid", "promise_path": "//promise",
     "expiry_path": "//expires_at"},
    {"outcome": "rejected", "match": "xpath", "path": "//status", "value": "no_bid",
     "reason_path": "//reason"},
)  # fmt: skip


@dataclass(frozen=True)
class Bidder:
    """A buyer of the auction. `pinged` and `posted` are behaviours of the simulator with their queries, or whole URLs;
    one that bids in XML has `format=xml` in `pinged`. `order` and `endpoint` are attributes of its rows, `group` the
    place of its group.
    """

    pinged: str = "bid?price=20.00"
    posted: str = "promised"
    order: Mapping[str, Any] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    group: int = 0

    @property
    def is_fixed(self) -> bool:
        """Whether it is not pinged."""
        return not self.pinged


def fixed(price: str, posted: str = "accept", *, group: int = 0, **order: Any) -> Bidder:
    """A buyer with a fixed price, that is not pinged and names no other price on the post."""
    return Bidder("", posted if "price=" in posted else _with(posted, f"price={price}"), {"price": price, **order},
                  group=group)  # fmt: skip


@dataclass
class AuctionMarket:
    """A world whose orders are the bidders as they were given."""

    world: World
    orders: list[LeadOrder]
    simulator: Running

    def ping_body(self, **data: Any) -> dict[str, Any]:
        """What a source pings; a None drops a field."""
        values = {name: value for name, value in lead_values().items() if name in PINGED_FIELDS} | data
        return self._with_ids({name: value for name, value in values.items() if value is not None})

    def post_body(self, ping_id: str, **data: Any) -> dict[str, Any]:
        """The whole lead under a ping id, a person nobody else is."""
        return self._with_ids(lead_values(**data)) | {"ping_id": ping_id}

    def direct_body(self, **data: Any) -> dict[str, Any]:
        """The whole lead, without a ping before."""
        return self._with_ids(lead_values(**data))

    def _with_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"SRC": self.world.terms.src, "KEY": self.world.key, "data": data}

    def endpoint(self, place: int) -> Endpoint:
        """The endpoint of a bidder."""
        endpoint = self.orders[place].endpoint
        assert endpoint is not None
        return endpoint

    def pings(self, place: int) -> list[Received]:
        """What a bidder was pinged, oldest first."""
        return self.simulator.pings(_name(place))

    def posts(self, place: int) -> list[Received]:
        """What a bidder was posted, oldest first."""
        return self.simulator.posts(_name(place))


def auction_market(
    simulator: Running,
    bidders: Sequence[Bidder | str],
    *,
    campaign: Mapping[str, Any] = NOTHING,
    terms: Mapping[str, Any] = NOTHING,
    groups: Sequence[Mapping[str, Any]] = (),
) -> AuctionMarket:
    """A published exchange campaign: one order per bidder (a text is what it does when pinged), the best price first.

    Unless `terms` say otherwise the source earns 80 % of the price. `groups` are attributes of the groups in order, the
    first of which there always is.
    """
    made: list[LeadOrder] = []
    deadline_ms = int(campaign.get("auction_ms", 750))
    wanted = [Bidder(pinged=one) if isinstance(one, str) else one for one in bidders]

    def prepare(world: World) -> None:
        stands = _groups(world, groups)
        made.append(world.order)
        for place, one in enumerate(wanted[1:], start=1):
            made.append(
                world.add_order(group=stands[one.group], **_order(simulator, place, one, deadline_ms))
            )
        type(world.order).objects.filter(pk=world.order.pk).update(group=stands[wanted[0].group])
        for order, one in zip(made, wanted, strict=True):
            _speak(order, one)

    first = _order(simulator, 0, wanted[0], deadline_ms)
    world = published_campaign(
        url=first.pop("url"),
        endpoint=first.pop("endpoint"),
        prepare=prepare,
        campaign={"traffic": "exchange", **campaign},
        terms={"payout_kind": "percent", "payout_amount": "80.00", **terms},
        order=first,
    )
    return AuctionMarket(world, made, simulator)


def _groups(world: World, groups: Sequence[Mapping[str, Any]]) -> list[RoutingGroup]:
    first = world.order.group
    stands = [first]
    for place, attributes in enumerate(groups or [{}]):
        told = {"method": "highest_price", **attributes}
        if place:
            name = told.pop("name", f"Group {place}")
            stands.append(
                RoutingGroup.objects.create(campaign=world.campaign, name=name, position=place, **told)
            )
        else:
            RoutingGroup.objects.filter(pk=first.pk).update(**told)
    return stands


def _order(simulator: Running, place: int, one: Bidder, deadline_ms: int) -> dict[str, Any]:
    kind = {"price_kind": "fixed"} if one.is_fixed else {"price_kind": "bid", "price": "0"}
    pinged = {} if one.is_fixed else {"ping_url": _url(simulator, place, one.pinged, "ping")}
    return {
        "url": _url(simulator, place, one.posted, "post"),
        "endpoint": {**pinged, "ping_timeout_ms": deadline_ms, **one.endpoint},
        "priority": place + 1,
        **kind,
        **one.order,
    }


def _speak(order: LeadOrder, one: Bidder) -> None:
    """The endpoint's mapping and rules of both phases."""
    assert order.endpoint is not None
    if one.is_fixed:
        response_rules_set(order.endpoint, rows=POST_RULES, by=None)
        return
    pings = PING_RULES_XML if "format=xml" in one.pinged else PING_RULES
    mappings_set(order.endpoint, rows=(*MAPPING, PROMISE), by=None)
    mappings_set(order.endpoint, rows=PING_MAPPING, phase="ping", by=None)
    response_rules_set(order.endpoint, rows=POST_RULES, by=None)
    response_rules_set(order.endpoint, rows=pings, phase="ping", by=None)


def _url(simulator: Running, place: int, behaviour: str, phase: str) -> str:
    if behaviour.startswith("http"):
        return behaviour
    name, _, query = _with(behaviour, f"phase={phase}").partition("?")
    return simulator.buyer(_name(place), name, query)


def _with(behaviour: str, more: str) -> str:
    return f"{behaviour}{'&' if '?' in behaviour else '?'}{more}"


def _name(place: int) -> str:
    return f"bidder{place}"
