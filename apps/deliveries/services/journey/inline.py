"""The first attempts made by the web process itself, while a source waits for the buyers' answer.

The same claim, start and settle as the drain. When the budget is over the request returns with what is known;
an answer that comes later is settled by a thread of its own, and whatever remains is the drain's.
"""

import logging
import queue
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import close_old_connections, connection

from apps.core import clock
from apps.core.prepared import fetch_all
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.jobs import wake_drain
from apps.deliveries.journeys import Journey
from apps.deliveries.services.attempt import transports
from apps.deliveries.services.corrections.by_hand import late_answer
from apps.deliveries.services.endpoint.waits import Waits
from apps.deliveries.services.journey.claims import claim_one, release
from apps.deliveries.services.journey.settling import settle
from apps.deliveries.services.journey.starting import start
from apps.engine.outbound import OutboundResponse

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 64
"""Inline exchanges of one process that may be under way, those left behind by their request included."""
_POLL_S = 0.05
_waits = Waits()
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How a delivery stands: `status` is a DeliveryStatus, `payout` what the source earns (money) once sold,
    `reason` a code of `engine.reasons` once unsold.
    """

    status: str
    reason: str = ""
    payout: Decimal = Decimal("0.00")
    due_at: datetime | None = None
    """When something is to be done next, while it is pending."""

    @property
    def is_final(self) -> bool:
        """Whether the source can be told a result."""
        return self.status in (DeliveryStatus.SOLD, DeliveryStatus.UNSOLD, DeliveryStatus.CANCELLED)


def deliver_now(delivery_id: int, *, deadline_ms: float) -> DeliveryState:
    """Work on this delivery here and now, for at most `deadline_ms`; how it stands then.

    If another process has it already, its result is waited for. Where too many wait for the same endpoint already,
    nothing is: the drain delivers. Not to be called within a transaction.
    """
    until = time.monotonic() + deadline_ms / 1000
    if _places.acquire(blocking=False):
        journey = claim_one(delivery_id)
        if journey is None:
            _places.release()
        else:
            inline = _Inline(journey, until)
            inline.run()
            if inline.crowded:
                until = 0.0
    state = state_of(delivery_id)
    while _may_end_by(until, state):
        time.sleep(_POLL_S)
        state = state_of(delivery_id)
    if state.status == DeliveryStatus.PENDING:
        wake_drain()
    return state


def _may_end_by(until: float, state: DeliveryState) -> bool:
    """Whether it is worth looking again: a lead that waits for an order's opening is answered as pending at once."""
    left_s = until - time.monotonic()
    if state.status != DeliveryStatus.PENDING or left_s <= _POLL_S:
        return False
    return state.due_at is None or state.due_at <= clock.now() + timedelta(seconds=left_s)


_STATE = """
    SELECT delivery.status, delivery.reason, delivery.next_attempt_at, lead.payout
      FROM deliveries_delivery delivery LEFT JOIN leads_lead lead ON lead.id = delivery.lead_id
     WHERE delivery.id = %s::bigint
"""


def state_of(delivery_id: int) -> DeliveryState:
    """How a delivery stands now."""
    [(status, reason, due_at, payout)] = fetch_all(_STATE, [delivery_id])
    if status != DeliveryStatus.SOLD:
        return DeliveryState(status, reason, due_at=due_at)
    return DeliveryState(status, payout=payout)


class _Inline:
    """One delivery worked on by one request. Owns one of the places until its last answer is settled."""

    def __init__(self, journey: Journey, until: float) -> None:
        self._journey, self._until = journey, until
        self._answers: queue.SimpleQueue[OutboundResponse] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._left = False
        self.crowded = False

    def run(self) -> None:
        """Attempt after attempt, while there is something to do at once and time to do it."""
        kept = False
        try:
            kept = self._attempts()
        except Exception:
            # The lead is on record: its lease lapses, and the drain takes it from there.
            logger.exception("inline_delivery_failed", extra={"delivery_id": self._journey.id})
        finally:
            if not kept:
                _places.release()

    def _attempts(self) -> bool:
        """Whether an answer is still awaited by the thread that will settle it."""
        again = True
        while again:
            started = start([self._journey], crowd=_waits.crowd)
            if started.sending:
                response = self._exchange()
                if response is None:
                    return True
                again = bool(_settle(self._journey, response))
            elif started.answered:
                again = bool(_settle(*started.answered[0]))
            elif started.parked:
                self.crowded = started.parked[0].crowded
                again = self._comes_back(started.parked[0].wait_s)
            else:
                again = bool(started.again)
            if again and time.monotonic() >= self._until:
                release([self._journey])
                again = False
        return False

    def _comes_back(self, wait_s: float) -> bool:
        """Wait for a token or for the endpoint's pace, if there is time for it, and take the delivery up again."""
        if self.crowded or time.monotonic() + wait_s >= self._until:
            return False
        if not connection.in_atomic_block:
            connection.close()  # back to the pool while waiting
        time.sleep(wait_s)
        journey = claim_one(self._journey.id)
        if journey is None:
            return False
        self._journey = journey
        return True

    def _exchange(self) -> OutboundResponse | None:
        """The answer, or None when the time is over: then whoever gets it settles it."""
        attempt = self._journey.attempt
        assert attempt is not None
        assert attempt.request is not None
        if not connection.in_atomic_block:
            connection.close()  # back to the pool while waiting
        transports.start([(attempt.endpoint, attempt.request)], lambda _, response: self._arrived(response))
        try:
            with _waits.waiting(attempt.endpoint.id):
                return self._answers.get(timeout=max(0.0, self._until - time.monotonic()))
        except queue.Empty:
            pass
        with self._lock:
            if self._answers.empty():
                self._left = True
                return None
        return self._answers.get()

    def _arrived(self, response: OutboundResponse) -> None:
        """On the door's thread: hand on, or start the thread that settles what the request could not wait
        for.
        """
        with self._lock:
            if not self._left:
                self._answers.put(response)
                return
        threading.Thread(target=self._settle_left, args=(response,), name="late-answer", daemon=True).start()

    def _settle_left(self, response: OutboundResponse) -> None:
        try:
            if _settle(self._journey, response):
                release([self._journey])
                wake_drain()
        except Exception:
            # The lease lapses and the attempt becomes unknown: the same as if this process had ended here.
            logger.exception("inline_answer_not_settled", extra={"delivery_id": self._journey.id})
        finally:
            _places.release()
            close_old_connections()
            connection.close()


def _settle(journey: Journey, response: OutboundResponse) -> list[Journey]:
    settled = settle([(journey, response)])
    for answer in settled.late:
        late_answer(answer)
    return settled.again
