"""A pooled connection that is asked whether it lives once a second, not before every request.

The pool checks each connection it hands out with an empty statement: a round trip for every request. In between,
a look at the socket is enough: an idle connection has nothing to say, so one that has something was closed by its
server and is checked at once. After a server was away the first request is not the one to find out.
"""

import select
import time
from typing import Any

import psycopg

CHECK_EVERY_S = 1.0


class PooledConnection(psycopg.Connection[Any]):
    """psycopg's connection; only `psycopg_pool.ConnectionPool.check_connection` sends empty statements."""

    _checked_at = 0.0

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> psycopg.Cursor[Any]:
        """As psycopg does, but for a check that has just been made."""
        if query == "":
            return self._check()
        return super().execute(query, *args, **kwargs)

    def _check(self) -> psycopg.Cursor[Any]:
        """An empty cursor where the connection lives; its error, and a look at all others, where it does not."""
        now = time.monotonic()
        if now - self._checked_at < CHECK_EVERY_S and not self._has_news():
            return self.cursor()
        self._checked_at = now
        try:
            return super().execute("")
        except psycopg.Error:
            self._suspect_the_others()
            raise

    def _suspect_the_others(self) -> None:
        """Have the pool replace every dead connection at once.

        Left to itself it pauses after each one that it finds, a second and more, and refuses the request in the end.
        """
        pool = getattr(self, "_pool", None)
        if pool is not None:
            pool.check()

    def _has_news(self) -> bool:
        """Whether something waits on the socket: the connection's end, or a word of it. Costs no round trip."""
        if self.closed:
            return True
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        return bool(poller.poll(0))
