"""Every file of `exemplars/awards`: a campaign's settings, its orders and their bids in, the award out."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.engine.auction import Award, Offer, Winner, award, offer
from apps.engine.auction.allowing import shown
from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.engine.orders import GroupSpec, OrderSpec
from apps.engine.routing import Step, describe
from apps.engine.selling import AuctionSpec, MarginBand, MarginSpec
from apps.engine.strategies import Turns
from tests.exemplars.documents import files, load

FILES = files("awards")
KNOWN = frozenset({"about", "campaign", "terms", "groups", "orders", "bids", "expected", "turns", "expect"})
OF_ORDER = frozenset(
    {
        "group", "buyer", "priority", "weight", "share", "fixed_price", "shared_price", "minimum_bid", "margin",
    }
)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_award(path: Path) -> None:
    document = load(path)
    assert document.keys() <= KNOWN
    made = decided(document)
    assert told(made, list(document["orders"])) == document["expect"]


def test_the_catalogue_is_wide() -> None:
    assert len(FILES) >= 60


def decided(document: dict[str, Any]) -> Award:
    """The award of a document."""
    names = list(document["orders"])
    groups = _groups(document)
    by_name = {group.name: group for group in groups}
    orders = tuple(_order(document, name, by_name) for name in names)
    settings = dict(document.get("campaign", {}))
    spec = CampaignSpec(
        1, 1, 1001, "Company", 2001, "Campaign", 1, "America/New_York",
        groups=groups, orders=orders, max_buyers=settings.pop("max_buyers", 1), auction=_auction(settings),
    )  # fmt: skip
    offers = [found for order in orders if (found := _offer(document, order)) is not None]
    return award(spec, _terms(document.get("terms", {})), offers, _turns(document, names, by_name))


def told(made: Award, names: list[str]) -> dict[str, Any]:
    """An award as documents tell it."""
    named = dict(enumerate(names, start=1))
    answer: dict[str, Any] = {}
    if made.winners:
        answer["bid"] = str(made.payout)
        answer["price"] = shown(made.price)
        answer["winners"] = [_won(winner, named) for winner in made.winners]
        answer["then"] = [_next(step, named) for step in made.ranking[len(made.winners) :]]
    else:
        answer["nobody"] = made.reason
    if made.shadow:
        answer["shadow"] = [_won(winner, named) for winner in made.shadow]
    answer["trace"] = {named[line.order_id]: describe(line) for line in made.lines}
    return answer


def _won(winner: Winner, named: Mapping[int, str]) -> str:
    name = named[winner.order_id]
    return f"{name}, {winner.share} at {shown(winner.price)}, pays the source {winner.payout}"


def _next(step: Step, named: Mapping[int, str]) -> str:
    return f"{named[step.order_id]}, {step.share} at {shown(step.price)}"


def _groups(document: dict[str, Any]) -> tuple[GroupSpec, ...]:
    most = document.get("campaign", {}).get("max_buyers", 1)
    listed = document.get("groups", [{"name": "Buyers"}])
    return tuple(
        GroupSpec(place, **{"position": place, "method": "highest_price", "max_buyers": most} | group)
        for place, group in enumerate(listed, start=1)
    )


def _order(document: dict[str, Any], name: str, groups: Mapping[str, GroupSpec]) -> OrderSpec:
    rules = document["orders"][name]
    assert rules.keys() <= OF_ORDER
    names = list(document["orders"])
    buyer = rules.get("buyer", name)
    buyers = sorted({document["orders"][one].get("buyer", one) for one in names})
    group = groups[rules["group"]] if "group" in rules else next(iter(groups.values()))
    return OrderSpec(
        id=names.index(name) + 1,
        name=name,
        buyer_id=100 + buyers.index(buyer),
        buyer_name=buyer,
        endpoint_id=1,
        group_id=group.id,
        priority=rules.get("priority", 100),
        weight=rules.get("weight", 1),
        price=_money(rules.get("fixed_price")) or Decimal(0),
        price_kind="fixed" if "fixed_price" in rules else "bid",
        share=rules.get("share", "exclusive"),
        shared_price=_money(rules.get("shared_price")),
        minimum_bid=_money(rules.get("minimum_bid")),
        margin=_margin(rules.get("margin")),
    )


def _offer(document: dict[str, Any], order: OrderSpec) -> Offer | None:
    """Fixed-price orders take part without a bid; one that was asked and did not bid offers nothing."""
    expected = Decimal(document.get("expected", {}).get(order.name, "1"))
    if order.price_kind == "fixed":
        return offer(order, order.price, expected=expected)
    bid = document.get("bids", {}).get(order.name)
    return offer(order, Decimal(bid or 0), expected=expected)


def _auction(settings: dict[str, Any]) -> AuctionSpec:
    margin = _margin(settings.pop("margin", "none")) or MarginSpec()
    return AuctionSpec(minimum_bid=_money(settings.pop("minimum_bid", None)), margin=margin, **settings)


def _terms(rules: dict[str, Any]) -> TermsSpec:
    assert rules.keys() <= {"payout", "minimum_bid", "margin"}
    return TermsSpec(
        1, 1, 501, "Acme Leads",
        payout=_payout(rules.get("payout", "70%")),
        minimum_bid=_money(rules.get("minimum_bid")),
        margin=_margin(rules.get("margin")),
    )  # fmt: skip


def _payout(text: str) -> PayoutSpec:
    if text.startswith("price less "):
        return PayoutSpec("margin", Decimal(text.removeprefix("price less ")))
    if text.endswith("%"):
        return PayoutSpec("percent", Decimal(text[:-1]))
    return PayoutSpec("fixed", Decimal(text))


def _margin(told: str | dict[str, str] | None) -> MarginSpec | None:
    """`"5.00"`, `"20%"`, `"none"`; or bands, `{"below": "2.00", "from 10": "25%"}`."""
    if told is None:
        return None
    if isinstance(told, str):
        return MarginSpec(*_kept(told))
    bands = [(name.removeprefix("from "), text) for name, text in told.items() if name != "below"]
    return MarginSpec(
        *_kept(told.get("below", "none")),
        tuple(MarginBand(Decimal(name), *_kept(text)) for name, text in bands),
    )


def _kept(text: str) -> tuple[str, Decimal]:
    if text == "none":
        return "none", Decimal(0)
    return ("percent", Decimal(text[:-1])) if text.endswith("%") else ("fixed", Decimal(text))


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _turns(document: dict[str, Any], names: list[str], groups: Mapping[str, GroupSpec]) -> dict[int, Turns]:
    ids = {name: number for number, name in enumerate(names, start=1)}
    return {
        groups[group].id: Turns(
            {ids[name]: Decimal(owed) for name, owed in memory.get("owed", {}).items()},
            {ids[name]: turn for turn, name in enumerate(memory.get("had_turns", []), start=1)},
        )
        for group, memory in document.get("turns", {}).items()
    }
