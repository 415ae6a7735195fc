"""One past auction: pinged, bid on and awarded as a live one, with every buyer that was asked and what it answered."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Bid, Ping
from apps.auctions.offered import Asked, Offered
from apps.auctions.services import asking, holding, records
from apps.auctions.services.speeds import Speeds
from apps.core.crypto import DataKey, new_data_key
from apps.core.places import PLACES
from apps.deliveries.specs import plan_dump
from apps.demo.history.ids import id_at
from apps.demo.history.journeys import Award, World
from apps.demo.history.leads import PastLead, judged, line_of, normal
from apps.demo.history.senders import Sent
from apps.demo.selectors import PINGED
from apps.engine import auction, pinging
from apps.engine.entrants import Entrants, entrants
from apps.engine.mapping import Unbuildable
from apps.engine.normalise import PING
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.reasons import first_message
from apps.engine.routing import Considered, Plan
from apps.engine.values import Facts, LeadData, Problem
from apps.leads.sealing import seal

_LOOKED_UP = timedelta(milliseconds=9)
"""From the ping to the first request to a buyer, and once more from the last answer to the source's."""


@dataclass(slots=True)
class PastAuction:
    """An auction that is over. `award` is None where nobody won; `answered_at` is when the source was told."""

    row: Ping
    answered_at: datetime
    bids: list[Bid] = field(default_factory=list)
    award: Award | None = None

    def close(self, *, posted_at: datetime | None = None, lead_id: int | None = None) -> None:
        """Its time is over: it was posted as a lead, or has expired."""
        if posted_at is None:
            self.row.status = PingStatus.EXPIRED
        elif self.award is not None:
            self.row.status, self.row.posted_at = PingStatus.POSTED, posted_at
        self.row.lead_id = self.row.lead_id or lead_id

    def nobody(self) -> Award:
        """The way of a lead that came whole and that nobody wants."""
        return Award(self.row.public_id, self.answered_at, Plan(steps=(), max_buyers=1), self.row.lines, {})


@dataclass(slots=True)
class Market:
    """What past auctions share beside the journeys' world: how quickly endpoints answered."""

    world: World
    seen: Speeds = field(default_factory=Speeds)

    def ping(self, sent: Sent) -> PastAuction:
        """What became of a source's ping; not posted yet."""
        told = {name: value for name, value in sent.body.items() if name in PINGED}
        whole = judged(replace(sent, body=told), self.world.books, phase=PING)
        row = _row(sent, whole.data)
        row.checks = [line_of(line) for line in whole.found.lines]
        problems = whole.found.problems
        if problems:
            row.status, row.answered_at = PingStatus.REJECTED, sent.at + _LOOKED_UP
            row.reason, row.message = problems[0].code, first_message(problems)[:300]
            return PastAuction(row, sent.at + _LOOKED_UP)
        key = new_data_key()
        row.sealed, row.wrapped_key = seal(key, row.id, whole.data), key.wrapped
        return self._held(sent, whole.data, row, key)

    def whole(self, sent: Sent, lead: PastLead) -> PastAuction:
        """The auction of a lead that came whole and was accepted."""
        row = _row(sent, lead.data)
        row.origin, row.lead_id = PingOrigin.DIRECT_POST, lead.row.id
        return self._held(sent, lead.data, row, lead.key)

    def _held(self, sent: Sent, data: LeadData, row: Ping, key: DataKey) -> PastAuction:
        spec, at = sent.standing.spec, sent.at + _LOOKED_UP
        offered = Offered(
            row.id, spec.company_id, spec, sent.standing.terms, data, key, sent.at, lead_id=row.lead_id
        )
        turns, full = self.world.turns.turns, self.world.books.full(spec, at)
        live = OrderFacts(turns=turns, full_caps=full, auctions=True)
        found = entrants(spec, data, live, Facts(now=at, places=PLACES))
        asked, passed = self._ask(offered, found, at)
        award = auction.award(spec, sent.standing.terms, holding.offers_of(found, asked, worth={}), turns)
        took_ms = max((_took_ms(offered, one) for one in asked), default=0.0)
        done = PastAuction(row, at + timedelta(milliseconds=took_ms) + _LOOKED_UP)
        done.bids = [Bid(**records.bid_columns(offered, one)) for one in asked]
        heard = [replace(one, response=None) if _is_late(offered, one) else one for one in asked]
        row.lines = holding.told(offered, [*award.lines, *found.considered, *passed], heard)
        row.asked, row.answered_at, row.deadline_ms = len(asked), done.answered_at, spec.auction.deadline_ms
        row.payout, row.price, row.reason = award.payout, award.price, award.reason
        row.message = first_message([Problem(award.reason)]) if award.reason else ""
        row.status = PingStatus.ACCEPTED if award.winners else PingStatus.REJECTED
        if award.winners:
            self._won(done, offered, award, asked)
        return done

    def _won(self, done: PastAuction, offered: Offered, award: auction.Award, asked: list[Asked]) -> None:
        row, plan = done.row, holding.plan_of(offered, award)
        row.plan = plan_dump(plan)
        shadow = [[str(one.order_id), one.share, str(one.price), str(one.payout)] for one in award.shadow]
        row.shadow = shadow or None
        winners = {winner.order_id for winner in award.winners}
        until = [done.answered_at + timedelta(seconds=offered.spec.auction.ping_valid_s)]
        until += [
            one.answered.expires_at
            for one in asked
            if one.order.id in winners and one.answered is not None and one.answered.expires_at
        ]
        row.expires_at = min(until)
        answers = {one.order.id: one.response for one in asked if one.response is not None}
        done.award = Award(row.public_id, done.answered_at, plan, row.lines, answers)

    def _ask(self, offered: Offered, found: Entrants, at: datetime) -> tuple[list[Asked], list[Considered]]:
        asked: list[Asked] = []
        passed: list[Considered] = []
        for order in found.bidding:
            endpoint = pinging.endpoints(offered.spec)[order.endpoint_id]
            slow_ms = self.seen.too_slow(endpoint.id, asking.budget_ms(offered, endpoint))
            if slow_ms is not None:
                passed.append(Considered(order.id, "too_slow", f"{slow_ms:.0f} ms"))
                continue
            asked.append(self._asked(offered, order, endpoint, at))
        return asked, passed

    def _asked(self, offered: Offered, order: OrderSpec, endpoint: EndpointSpec, at: datetime) -> Asked:
        secrets = self.world.secrets.get(endpoint.id, {})
        made = asking.request_for(offered, order, endpoint, secrets=secrets, now=at)
        assert not isinstance(made, Unbuildable), "a past ping could not be built"
        one = Asked(id_at(at), order, endpoint, made, offered.key, at, 0.1)
        one.response = self.world.buyers.answer(made, at)
        self.seen.note(endpoint.id, one.response.timings.total_ms)
        one.answered = pinging.read(endpoint, one.response, at=at, share=order.share)
        if _is_late(offered, one):
            one.answered = replace(one.answered, status="late")
        return one


def _took_ms(offered: Offered, one: Asked) -> float:
    assert one.response is not None
    return min(one.response.timings.total_ms, asking.budget_ms(offered, one.endpoint))


def _is_late(offered: Offered, one: Asked) -> bool:
    assert one.response is not None
    return one.response.timings.total_ms > asking.budget_ms(offered, one.endpoint)


def _row(sent: Sent, data: LeadData) -> Ping:
    standing, spec = sent.standing, sent.standing.spec
    return Ping(
        id=id_at(sent.at),
        company_id=spec.company_id,
        campaign_id=spec.id,
        source_id=standing.terms.source_id,
        terms_id=standing.terms.id,
        version_id=standing.version_id,
        origin=PingOrigin.PING,
        state=normal(standing, data, "state")[:2],
        sub_id=normal(standing, data, "sub_id")[:120],
        received_at=sent.at,
    )
