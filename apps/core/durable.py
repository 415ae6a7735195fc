"""Transactions that do not hold their locks until the disk has them: on disk when they return, or soon after."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from psycopg.pq import ExecStatus

from apps.core.prepared import fetch_all

# One round trip; psycopg, which would begin a transaction by itself, sees that there is one.
_BEGIN_WITHOUT_WAITING = b"BEGIN; SET LOCAL synchronous_commit = off"
# A transaction of its own that locks nothing: its commit waits until the log is on disk, up to and past all before it.
_UNTIL_ON_DISK = "SELECT pg_logical_emit_message(true, 'sluice', '')"


@contextmanager
def short_locks() -> Iterator[None]:
    """A transaction for rows that many want at once (`docs/adr/0009`).

    Within a transaction of the caller's it is a part of that one, which decides when its locks go.
    """
    with expendable():
        yield
    until_on_disk()


def until_on_disk() -> None:
    """Wait until all that was committed before is on disk. Nothing within a transaction, whose commit waits."""
    if not connection.in_atomic_block:
        fetch_all(_UNTIL_ON_DISK, ())


@contextmanager
def expendable() -> Iterator[None]:
    """A transaction whose last half second may be lost with the machine's power: for what nobody was told of yet.

    Within a transaction of the caller's it is a part of that one, and as safe.
    """
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            _begin()
        yield


def _begin() -> None:
    with connection.wrap_database_errors:
        found = connection.connection.pgconn.exec_(_BEGIN_WITHOUT_WAITING)
        if found.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(found.get_error_message())
