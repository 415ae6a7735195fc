"""The drain: claim, start, send many at once, settle each as it arrives, until nothing is due.

One drain keeps up to `IN_FLIGHT` requests under way and goes on claiming while slow buyers keep theirs open,
so a buyer that hangs delays nobody else. No transaction is open while anything is on the wire. Any number of
drains may run.
"""

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import DatabaseError, OperationalError, connection

from apps.deliveries.journeys import Journey
from apps.deliveries.services.attempt import transports
from apps.deliveries.services.corrections.by_hand import late_answer
from apps.deliveries.services.endpoint.gate import PARKED_S, Parked
from apps.deliveries.services.journey import claims
from apps.deliveries.services.journey.settling import Answered, Settled, settle
from apps.deliveries.services.journey.starting import INTERRUPTED, Started, start
from apps.engine.outbound import OutboundResponse

logger = logging.getLogger(__name__)

IN_FLIGHT = 64
PER_ENDPOINT = 32
SETTLE_AT_ONCE = 32
LONGEST_CROWD_S = 5.0
"""No delivery steps back for longer because its endpoint has too many requests under way from here."""
CAREFUL_CLAIM = 8
POLL_S = 0.05
ANSWER_GRACE_S = 5.0
STAY_FOR_S = 1.0
"""A drain does not end while deliveries that stepped back are due again within this time."""
HANGS_S = 1.0
"""A request that has been under way for so long hangs."""
OVERTIME_S = 12.0
"""How long past its time a drain goes on for others while something hangs: the usual time-out, and a little. With the
longest time-out after that, it still ends before its task has to."""
DATABASE_PAUSES_S = (0.05, 1.0, 2.0)
STEP_BACK_S = 5.0
"""How long a delivery that failed us (an exception of ours) is left alone before it is tried by itself."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Report:
    """What a drain did. `more` when it stopped for its time while work remained."""

    claimed: int = 0
    sent: int = 0
    settled: int = 0
    failed: int = 0
    more: bool = False


class Drain:
    """One run. Not shared between threads."""

    def __init__(self, *, in_flight: int = IN_FLIGHT, per_endpoint: int = PER_ENDPOINT) -> None:
        self.in_flight, self.per_endpoint = in_flight, per_endpoint
        self.report = Report()
        self._arrived: queue.SimpleQueue[tuple[Journey, OutboundResponse]] = queue.SimpleQueue()
        self._under_way: dict[int, Journey] = {}
        self._by_endpoint: Counter[int] = Counter()
        self._polled_at = 0.0
        self._parked_until = self._crowded_until = 0.0
        self._until = 0.0
        self._late_at: dict[int, float] = {}
        self._sent_at: dict[int, float] = {}

    def run(self, *, for_s: float) -> Report:
        """Work until nothing is due; after `for_s` seconds claim no more, and wait for what is under way.

        While one of those hangs it goes on for the others, for `OVERTIME_S` at most: a buyer that hangs would have
        everybody wait for its time-out.
        """
        self._until = time.monotonic() + for_s
        while True:
            claiming = self._claiming()
            ready = self._claim() if claiming else []
            self._start(ready)
            if self._under_way:
                self._settle(self._arrivals())
            elif not claiming or (not ready and time.monotonic() > self._parked_until):
                self.report.more = not claiming
                return self.report
            elif not ready:
                time.sleep(POLL_S)

    def _claiming(self) -> bool:
        now = time.monotonic()
        if now < self._until:
            return True
        return now < self._until + OVERTIME_S and now - min(self._sent_at.values(), default=now) > HANGS_S

    def _claim(self) -> list[Journey]:
        now = time.monotonic()
        room = self._room(now)
        if room <= 0 or (self._under_way and now - self._polled_at < POLL_S):
            return []
        self._polled_at = now
        claimed = claims.claim(room)
        if not claimed:
            claimed = claims.claim_suspect()
        elif len(claimed) == room:
            self._polled_at = 0.0
        self.report.claimed += len(claimed)
        return claimed

    def _room(self, now: float) -> int:
        """How many to claim. While an endpoint is full, about as many as it can take, so that few step back
        again.
        """
        room = self.in_flight - len(self._under_way)
        if now < self._crowded_until:
            busiest = max(self._by_endpoint.values(), default=0)
            return min(room, max(CAREFUL_CLAIM, self.per_endpoint - busiest))
        return room

    def _start(self, journeys: list[Journey]) -> None:
        while journeys:
            if not self._claiming():
                # The next step may take another minute: it belongs to the next drain.
                claims.release(journeys)
                return
            started = self._each(journeys, lambda some: start(some, crowd=self._crowd), _joined)
            self._stepped_back(started.parked)
            self._send(started.sending)
            self._give_back(started.sending)
            journeys = [*started.again, *self._settled(started.answered)]

    def _stepped_back(self, parked: Sequence[Parked]) -> None:
        """Stay for those that stepped back for want of a place here, which is free when the others are through, and
        for those that come back in a moment; the rest is for whoever drains then."""
        now = time.monotonic()
        soon = [one.wait_s for one in parked if one.crowded or one.wait_s <= STAY_FOR_S]
        if soon:
            self._parked_until = max(self._parked_until, now + max(soon) + POLL_S)
        if any(one.crowded for one in parked):
            self._crowded_until = now + PARKED_S + POLL_S

    def _crowd(self, endpoint_id: int) -> float:
        """Counts the asker in: within one batch each delivery takes a place.

        Those of an endpoint that has not answered for long come back the later, so that they do not take up the
        claims of others: as long as its oldest request has been under way. In overtime none goes to an endpoint that
        hangs, or it would never end.
        """
        now = time.monotonic()
        has_place = self._by_endpoint[endpoint_id] < self.per_endpoint
        if has_place and now < self._until:
            self._by_endpoint[endpoint_id] += 1
            return 0.0
        sent = (self._sent_at[one.id] for one in self._under_way.values() if _goes_to(one, endpoint_id))
        oldest_s = now - min(sent, default=now)
        if has_place and oldest_s <= HANGS_S:
            self._by_endpoint[endpoint_id] += 1
            return 0.0
        return min(max(oldest_s, PARKED_S), LONGEST_CROWD_S)

    def _give_back(self, sending: list[Journey]) -> None:
        """Places that were asked for and not used (caps, unbuildable) are free again."""
        self._by_endpoint = Counter(
            journey.attempt.endpoint.id for journey in self._under_way.values() if journey.attempt
        )

    def _send(self, journeys: Sequence[Journey]) -> None:
        outgoing = [
            (one.attempt.endpoint, one.attempt.request)
            for one in journeys
            if one.attempt and one.attempt.request
        ]
        for journey, (_, request) in zip(journeys, outgoing, strict=True):
            self._under_way[journey.id] = journey
            self._sent_at[journey.id] = time.monotonic()
            self._late_at[journey.id] = time.monotonic() + request.timeout_ms / 1000 + ANSWER_GRACE_S
        if outgoing:
            arrived = self._arrived
            transports.start(outgoing, lambda index, response: arrived.put((journeys[index], response)))
            self.report.sent += len(outgoing)

    def _arrivals(self) -> list[Answered]:
        """Whatever has arrived, waiting for the first a moment only, so that claiming goes on."""
        found: list[Answered] = []
        try:
            found.append(self._arrived.get(timeout=POLL_S))
            while len(found) < SETTLE_AT_ONCE:
                found.append(self._arrived.get_nowait())
        except queue.Empty:
            pass
        answered = {journey.id for journey, _ in found}
        # After the process stood still everything is overdue; what is in the queue has an answer nevertheless.
        overdue = self._overdue() if self._arrived.empty() else []
        return [
            *(one for one in found if one[0].id in self._under_way),
            *(one for one in overdue if one[0].id not in answered),
        ]

    def _overdue(self) -> list[Answered]:
        """Requests whose answer never came, not even that there is none: the door has failed, and they are
        unknown.
        """
        now = time.monotonic()
        late = [journey for number, journey in self._under_way.items() if now > self._late_at[number]]
        return [(journey, INTERRUPTED) for journey in late]

    def _settle(self, answered: list[Answered]) -> None:
        for journey, _ in answered:
            self._under_way.pop(journey.id, None)
            self._late_at.pop(journey.id, None)
            self._sent_at.pop(journey.id, None)
            if journey.attempt is not None:
                self._by_endpoint[journey.attempt.endpoint.id] -= 1
        self._start(self._settled(answered))

    def _settled(self, answered: list[Answered]) -> list[Journey]:
        """Settle; the deliveries that go on at once."""
        if not answered:
            return []
        settled = self._each(answered, settle, _joined_settled)
        self.report.settled += len(answered)
        for answer in settled.late:
            late_answer(answer)
        return settled.again

    def _each(self, batch: Sequence[T], work: Callable[[Sequence[T]], R], join: Callable[[list[R]], R]) -> R:
        """Work on a batch; if that fails, on each by itself, so that one bad delivery stops nobody else's."""
        try:
            return _patiently(lambda: work(batch))
        except OperationalError:
            raise
        except Exception:
            if len(batch) == 1:
                return self._failed(batch[0], join)
            logger.exception("batch_failed")
        return join([self._each([one], work, join) for one in batch])

    def _failed(self, one: object, join: Callable[[list[R]], R]) -> R:
        """Ours to repair: on record in the log, and the claim counts against the delivery until it is
        quarantined.
        """
        journey = one[0] if isinstance(one, tuple) else one
        assert isinstance(journey, Journey)
        logger.exception("delivery_failed", extra={"delivery_id": journey.id})
        self.report.failed += 1
        try:
            claims.leave(journey, for_s=STEP_BACK_S)
        except DatabaseError:
            logger.warning("lease_left_to_lapse", extra={"delivery_id": journey.id})
        return join([])


def _goes_to(journey: Journey, endpoint_id: int) -> bool:
    return journey.attempt is not None and journey.attempt.endpoint.id == endpoint_id


def _patiently(work: Callable[[], R]) -> R:
    """Do it again after a deadlock or a short outage of the database: answers in hand are worth some
    seconds.
    """
    for pause_s in DATABASE_PAUSES_S:
        try:
            return work()
        except OperationalError:
            logger.warning("database_trouble", extra={"pause_s": pause_s})
            connection.close()
            time.sleep(pause_s)
    return work()


def _joined(parts: list[Started]) -> Started:
    whole = Started()
    for part in parts:
        whole.sending += part.sending
        whole.answered += part.answered
        whole.again += part.again
        whole.ended += part.ended
        whole.parked += part.parked
    return whole


def _joined_settled(parts: list[Settled]) -> Settled:
    whole = Settled()
    for part in parts:
        whole.again += part.again
        whole.ended += part.ended
        whole.late += part.late
    return whole


def drain(*, for_s: float = 10.0) -> Report:
    """Deliver whatever is due. Safe to run any number of times at once."""
    return Drain().run(for_s=for_s)
