"""The award's arithmetic, in words and numbers, worked out again from the version the ping ran under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from apps.auctions.models import Bid, Ping
from apps.deliveries.specs import plan_load
from apps.engine import margins, pricing
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.orders import OrderSpec
from apps.engine.pricing import cents
from apps.engine.routing import Step
from apps.engine.selling import MarginSpec
from apps.monitoring.auction.money_words import exact, margin_words, payout_words
from apps.monitoring.auction.words import has_place
from apps.monitoring.wording import money

ZERO = Decimal("0")


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of the arithmetic: what, the rule behind it, and the amount."""

    what: str
    rule: str
    amount: str


@dataclass(frozen=True, slots=True)
class WinnerShown:
    """One winner: who, how it buys, and its sums from the price down to what the source gets of it."""

    order: str
    buyer: str
    share: str
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class AwardShown:
    """The decision. `notes` are sentences around it: what it was compared with, how far a post goes, the shadow."""

    winners: tuple[WinnerShown, ...]
    totals: tuple[Sum, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Won:
    """A winner as kept in the plan: its order, how it buys, its unrounded price."""

    order: OrderSpec
    share: str
    price: Decimal


def award(ping: Ping, bids: Sequence[Bid], spec: CampaignSpec | None) -> AwardShown | None:
    """How an auction was decided; None where it was not, or under a version that is not there any more."""
    terms = next((one for one in spec.terms if one.id == ping.terms_id), None) if spec else None
    if spec is None or terms is None:
        return None
    won = winners(ping, spec)
    if not won:
        return None
    shown, payout = _winners(won, spec, terms)
    price = sum((one.price for one in won), ZERO)
    currency = spec.currency
    totals = (
        Sum("The source is bid", payout_words(terms.payout, currency), money(ping.payout, currency)),
        Sum(
            "What stays",
            f"{money(cents(price), currency)} less {money(ping.payout, currency)}",
            money(pricing.margin(price, ping.payout), currency),
        ),
    )
    notes = [_compared(ping, bids, spec, won), _floor(ping, spec, terms), shadow_words(ping, spec)]
    if payout != ping.payout:
        notes.append(
            f"Worked out again the source would be bid {money(payout, currency)};"
            f" {money(ping.payout, currency)} is what it was told."
        )
    return AwardShown(shown, totals, tuple(filter(None, notes)))


def winners(ping: Ping, spec: CampaignSpec) -> list[Won]:
    """The winners as their lines say, at the prices of the plan."""
    orders = {order.id: order for order in spec.orders}
    ids = {line["order"] for line in ping.lines if line["verdict"] == "won"}
    return [
        Won(orders[step.order_id], step.share, step.price)
        for step in steps_of(ping)
        if step.order_id in ids and step.order_id in orders
    ]


def steps_of(ping: Ping) -> tuple[Step, ...]:
    """The way of a post as it was awarded; empty where nobody won."""
    return plan_load(ping.plan).steps if ping.plan else ()


def _winners(
    won: Sequence[Won], spec: CampaignSpec, terms: TermsSpec
) -> tuple[tuple[WinnerShown, ...], Decimal]:
    shown = []
    payout = ZERO
    before: Decimal | None = None
    for one in won:
        booked = cents(one.price)
        keeps = margins.chosen(terms.margin, one.order.margin, spec.auction.margin)
        step = pricing.payout_step(terms.payout, before, booked, keeps)
        shown.append(
            WinnerShown(
                one.order.name,
                one.order.buyer_name,
                "shared" if one.share == "shared" else "exclusive",
                (
                    Sum("Price", _price_kind(one.order), exact(one.price, spec.currency)),
                    *_minimums(one, spec, terms),
                    Sum("Margin kept at least", _whose(terms, one.order, keeps, booked, spec),
                        money(margins.kept(keeps, booked), spec.currency)),
                    Sum("Left for the source at most", "the booked price less the margin",
                        money(pricing.room(one.price, keeps), spec.currency)),
                    Sum("To the source", payout_words(terms.payout, spec.currency), money(step, spec.currency)),
                ),
            )
        )  # fmt: skip
        payout += step
        before = (before or ZERO) + booked
    return tuple(shown), payout


def _price_kind(order: OrderSpec) -> str:
    return "as it bid" if order.price_kind == "bid" else "its fixed price, not asked"


def _minimums(won: Won, spec: CampaignSpec, terms: TermsSpec) -> list[Sum]:
    known = (
        ("Order's minimum bid", won.order.minimum_bid),
        ("Source's minimum bid", terms.minimum_bid),
        ("Campaign's minimum bid", spec.auction.minimum_bid),
    )
    return [
        Sum(what, f"reached by {exact(won.price, spec.currency)}", money(minimum, spec.currency))
        for what, minimum in known
        if minimum is not None
    ]


def _whose(terms: TermsSpec, order: OrderSpec, keeps: MarginSpec, price: Decimal, spec: CampaignSpec) -> str:
    whose = (
        "source's" if terms.margin is not None else "order's" if order.margin is not None else "campaign's"
    )
    return f"{whose} margin: {margin_words(keeps, price, spec.currency)}"


def _compared(ping: Ping, bids: Sequence[Bid], spec: CampaignSpec, won: Sequence[Won]) -> str:
    """The best exclusive offer against the best shares together, where a group that sells by price had both."""
    group = next((one for one in spec.groups if one.id == won[0].order.group_id), None)
    if group is None or group.method != "highest_price":
        return f"The group “{group.name}” decides by its own method, not by price." if group else ""
    offers = [one for one in _offers(ping, bids, spec) if one[0].group_id == group.id]
    alone = max((offer for offer in offers if offer[1] is not None), key=lambda offer: offer[1], default=None)
    places = min(spec.max_buyers, group.max_buyers)
    shares = _best_shares(offers, places)
    if alone is None or not shares or places < 2:
        return ""
    together = sum((price for _, price in shares), ZERO)
    names = " and ".join(order.buyer_name for order, _ in shares)
    return (
        f"Best exclusive offer: {exact(alone[1], spec.currency)} from {alone[0].buyer_name}. Best shares together:"
        f" {exact(together, spec.currency)} from {names}. The better of the two that is allowed wins."
    )


def _best_shares(offers: Iterable[tuple], places: int) -> list[tuple[OrderSpec, Decimal]]:
    """The highest shared offers of different buyers."""
    ranked = sorted(((one[0], one[2]) for one in offers if one[2] is not None), key=lambda one: -one[1])
    first: dict[int, tuple[OrderSpec, Decimal]] = {}
    for order, price in ranked:
        first.setdefault(order.buyer_id, (order, price))
    return list(islice(first.values(), places))


def _offers(
    ping: Ping, bids: Sequence[Bid], spec: CampaignSpec
) -> list[tuple[OrderSpec, Decimal | None, Decimal | None]]:
    """(order, exclusive, shared) of everybody that has a place."""
    placed = {line["order"] for line in ping.lines if has_place(line["verdict"])}
    orders = {order.id: order for order in spec.orders if order.id in placed}
    by_bid = [
        (orders[bid.order_id], bid.exclusive, bid.shared)
        for bid in bids
        if bid.order_id in orders and bid.status == "bid"
    ]
    prices = {step.order_id: step.price for step in steps_of(ping) if step.share != "shared"}
    fixed = [
        (
            order,
            prices.get(order.id, order.price) if order.share != "shared" else None,
            (order.shared_price or order.price) if order.share != "exclusive" else None,
        )
        for order in orders.values()
        if order.price_kind != "bid"
    ]
    return by_bid + fixed


def _floor(ping: Ping, spec: CampaignSpec, terms: TermsSpec) -> str:
    if terms.payout.kind == "fixed" and terms.payout.amount:
        return (
            f"A post goes down the ranking as long as what a sale leaves after its margin pays the source's fixed"
            f" {money(terms.payout.amount, spec.currency)}."
        )
    if spec.auction.post_floor == "payout":
        return (
            f"A post goes down the ranking no further than prices of {money(ping.payout, spec.currency)},"
            " what the source was promised and gets in any case."
        )
    return "A post goes down the whole ranking; what the source gets is worked out again from the price that is paid."


def shadow_words(ping: Ping, spec: CampaignSpec) -> str:
    """What ranking by expected value would have awarded, where it only looked on."""
    if not ping.shadow:
        return ""
    orders = {order.id: order for order in spec.orders}
    sales = [
        f"{orders[int(order_id)].buyer_name if int(order_id) in orders else 'a buyer'} ({share})"
        f" at {exact(Decimal(price), spec.currency)}, {money(Decimal(payout), spec.currency)} to the source"
        for order_id, share, price, payout in ping.shadow
    ]
    won = {line["order"] for line in ping.lines if line["verdict"] == "won"}
    same = {int(entry[0]) for entry in ping.shadow} == won
    agreed = "the same" if same else " and ".join(sales)
    return f"Ranked by expected value (only looked on): {agreed}."
