"""A pooled connection that is asked whether it lives once a second, not before every request.

The pool checks each connection it hands out with an empty statement: a round trip for every request. After a server
was away, connections that were checked within the last second may still fail once; all others are replaced unseen.
"""

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
            now = time.monotonic()
            if now - self._checked_at < CHECK_EVERY_S:
                return self.cursor()
            self._checked_at = now
        return super().execute(query, *args, **kwargs)
