"""Waking the drain. PostgreSQL holds the work; a message only says that there is some, and may be lost."""

import logging
import os
import threading
import time

from celery import current_app

logger = logging.getLogger(__name__)

DRAIN = "deliveries.drain"
SWEEP = "deliveries.sweep"
CALLBACKS = "deliveries.callbacks"
ASK = "deliveries.ask"
COPIES = "deliveries.copies"
FILE_DROPS = "deliveries.file_drops"
DRIFT = "deliveries.drift"
CANARIES = "deliveries.canaries"
TOKENS = "deliveries.tokens"
PARTITIONS = "deliveries.partitions"
REDELIVER = "deliveries.redeliver"
RETENTION = "deliveries.retention"

QUIET_S = 0.2
"""At most one message in this time from one process, however many leads come in."""
EXPIRES_S = 10
"""Wake-ups nobody took in this time are of no use: beat sends one every second anyway."""


class _Waker:
    """Publishes from a thread of its own, so that no caller waits for the broker or fails with it."""

    def __init__(self) -> None:
        self.published = 0
        self.failed = 0
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Ask for a message; those asked for in the same moment become one."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="wake-drain", daemon=True)
                    self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._publish()
            time.sleep(QUIET_S)

    def _publish(self) -> None:
        try:
            current_app.send_task(DRAIN, expires=EXPIRES_S, ignore_result=True)
            self.published += 1
        except Exception:
            # Whatever is wrong with the broker: the delivery is in the database, and beat or the next wake-up finds it.
            self.failed += 1
            logger.warning("wake_up_not_published", extra={"failed": self.failed})


_waker = _Waker()


def _after_fork() -> None:
    """Threads do not survive a fork: the child starts with a waker of its own."""
    global _waker  # noqa: PLW0603 - one a process is the point
    _waker = _Waker()


os.register_at_fork(after_in_child=_after_fork)


def wake_drain() -> None:
    """Tell the workers that a delivery is due. Returns at once and never fails. Call it after the commit."""
    _waker.wake()


def wake_redelivery() -> None:
    """Tell a worker that many leads are to be sent again. Never fails; beat looks, too. Call it after the commit."""
    try:
        current_app.send_task(REDELIVER, expires=EXPIRES_S, ignore_result=True)
    except Exception:
        # Whatever is wrong with the broker: the job is in the database.
        logger.warning("redelivery_not_published")


def wake_ups() -> tuple[int, int]:
    """How many wake-ups this process has published, and how many it could not."""
    return _waker.published, _waker.failed
