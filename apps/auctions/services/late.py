"""Bids that come after the deadline: recorded with their auction, used for nothing."""

import logging
import os
import queue
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

    def __init__(
        self, asked: Sequence[Asked], waiting: "queue.SimpleQueue[tuple[int, OutboundResponse]]"
    ) -> None:
        self._asked, self._waiting = asked, waiting
        self._lock = threading.Lock()
        self._is_open = True
        self._unheard = set(range(len(asked)))

    def arrived(self, index: int, response: OutboundResponse) -> None:
        """Called by the door for each answer."""
        with self._lock:
            if self._is_open:
                self._unheard.discard(index)
                self._waiting.put((index, response))
                return
        _recorder.put(self._asked[index], response)

    def close(self) -> None:
        """Nobody waits any more: what is in the queue unread came in the last moment, and is late as well."""
        with self._lock:
            self._is_open = False
        while not self._waiting.empty():
            index, response = self._waiting.get()
            _recorder.put(self._asked[index], response)


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
