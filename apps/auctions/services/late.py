"""Bids that come after the deadline: recorded with their auction, used for nothing."""

import logging
import os
import threading
import time
from collections.abc import Sequence

from django.db import close_old_connections, connection

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid
from apps.auctions.offered import Asked
from apps.auctions.services import records, speeds
from apps.core import clock
from apps.engine import pinging
from apps.engine.outbound import OutboundResponse

logger = logging.getLogger(__name__)

GATHERED_S = 0.5
"""Late answers are written together. Those of one auction come after its own rows are written."""


class Desk:
    """Where the answers of one auction arrive, on the door's thread: for who waits, and after that for the record."""

    def __init__(self, asked: Sequence[Asked], ends: Sequence[float]) -> None:
        """`ends` says for each until when its answer counts (`time.monotonic()`)."""
        self._asked, self._ends = asked, ends
        self._lock = threading.Lock()
        self._is_open = True
        self._heard: dict[int, tuple[OutboundResponse, float]] = {}
        self._unheard = set(range(len(asked)))
        self._until = max(ends)
        self._told = threading.Event()

    def arrived(self, index: int, response: OutboundResponse) -> None:
        """Called by the door for each answer. Wakes who waits only when there is less to wait for, not for each."""
        now = time.monotonic()
        with self._lock:
            if self._is_open:
                self._heard[index] = response, now
                self._unheard.discard(index)
                until = max((self._ends[one] for one in self._unheard), default=0.0)
                if until < self._until:
                    self._until = until
                    self._told.set()
                return
        _recorder.put(self._asked[index], response)

    def wait(self) -> dict[int, OutboundResponse]:
        """The answers that came in time, by place, once there are all or the time of all others is over. Nobody waits
        any more then: what comes later is late.
        """
        while (left_s := self._until - time.monotonic()) > 0 and self._told.wait(left_s):
            self._told.clear()
        with self._lock:
            self._is_open = False
        for index, (response, at) in self._heard.items():
            if at > self._ends[index]:
                _recorder.put(self._asked[index], response)
        return {index: response for index, (response, at) in self._heard.items() if at <= self._ends[index]}


class _Recorder:
    """Writes late answers from a thread of its own, which lives as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._came: list[tuple[Asked, OutboundResponse]] = []
        self._runs = False

    def put(self, asked: Asked, response: OutboundResponse) -> None:
        speeds.note(asked.endpoint.id, response.timings.total_ms)
        with self._lock:
            self._came.append((asked, response))
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._run, name="late-bids", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(GATHERED_S)
            with self._lock:
                came, self._came = self._came, []
                if not came:
                    self._runs = False
                    return
            try:
                for asked, response in came:
                    record(asked, response)
            except Exception:
                # A late bid is worth a line in a trace, no more.
                logger.exception("late_bids_not_recorded")
            finally:
                close_old_connections()
                connection.close()


_recorder = _Recorder()
os.register_at_fork(after_in_child=_recorder.__init__)  # type: ignore[misc]


def record(asked: Asked, response: OutboundResponse) -> None:
    """What came too late, on its bid's row."""
    answered = pinging.read(asked.endpoint, response, at=clock.now(), share=asked.order.share)
    if response.status is None:
        return
    columns = records.answer_columns(asked, response, answered)
    Bid.objects.filter(pk=asked.id, status=BidStatus.LATE).update(**columns | {"status": BidStatus.LATE})
