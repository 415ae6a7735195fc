"""The months of the attempts' table: made ahead, listed, and taken off after five years.

`deliveries_attempt` is partitioned by its id, which begins with the time it was made, so that a month is a range of
ids. What no month takes goes to the default partition, and is brought into its month by the next run.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from apps.core.clock import now as clock_now
from apps.core.ids import first_id_at, time_of_id

logger = logging.getLogger(__name__)

TABLE = "deliveries_attempt"
REST = f"{TABLE}_rest"
AHEAD = 3
KEPT_MONTHS = 60
_LOCK = 0x51_1CE_9A7
_WAIT_FOR_LOCK = "SET LOCAL lock_timeout = '5s'"
"""Changing partitions waits for the statements under way, and everybody else behind it: better to fail and try again
at the next run than to stand in the way of deliveries.
"""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """The month of an instant."""
        local = at.astimezone(UTC)
        return cls(local.year, local.month)

    def plus(self, months: int) -> "Month":
        """So many months later; earlier for a negative number."""
        whole = self.year * 12 + self.number - 1 + months
        return Month(whole // 12, whole % 12 + 1)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def table(self) -> str:
        return f"{TABLE}_{self.year:04d}_{self.number:02d}"

    @property
    def bounds(self) -> tuple[int, int]:
        """The ids of the month: from the first to the first of the next."""
        return first_id_at(self.start), first_id_at(self.plus(1).start)


@dataclass(frozen=True, slots=True)
class Part:
    """One partition: its table, month (None for the default one), whether it is attached, rows as PostgreSQL estimates
    them, and bytes with its indexes.
    """

    table: str
    month: Month | None
    attached: bool
    rows: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a run did: tables of months made, and rows brought from the default partition into their months."""

    tables: tuple[str, ...]
    moved: int


def ahead(now: datetime | None = None) -> Made:
    """Make the months from this one to `AHEAD` later, and one for every row that had landed in the default partition.
    Any number of these may run at once.
    """
    this = Month.of(now or clock_now())
    wanted = {this.plus(later) for later in range(AHEAD + 1)}
    astray = _astray()
    if astray:
        logger.error("attempts_without_month", extra={"months": [month.table for month in sorted(astray)]})
    made, moved = [], 0
    for month in sorted(wanted | astray):
        rows = _make(month)
        if rows is not None:
            made.append(month.table)
            moved += rows
    return Made(tuple(made), moved)


def detach(*, months: int = KEPT_MONTHS, drop: bool = False, now: datetime | None = None) -> tuple[str, ...]:
    """Take off every month that ended so many months ago or earlier; its table stays, and can be archived. With `drop`
    the tables that are off are dropped, those of earlier runs included. The names of the tables.
    """
    last = Month.of(now or clock_now()).plus(-months)
    old = [part for part in listed() if part.month is not None and part.month < last]
    for part in old:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WAIT_FOR_LOCK)
            if part.attached:
                cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {part.table}")
            if drop:
                cursor.execute(f"DROP TABLE {part.table}")
    return tuple(part.table for part in old if part.attached or drop)


def listed() -> list[Part]:
    """All partitions, attached or not, oldest first, the default one last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, i.inhparent IS NOT NULL, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
            FROM pg_class c
            LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = %s::regclass
            WHERE c.relkind = 'r' AND c.relname ~ %s AND c.relnamespace = (
                SELECT relnamespace FROM pg_class WHERE oid = %s::regclass)
            """,
            [TABLE, rf"^{TABLE}_(\d{{4}}_\d{{2}}|rest)$", TABLE],
        )
        parts = [
            Part(name, _month_of(name), attached, rows, size)
            for name, attached, rows, size in cursor.fetchall()
        ]
    return sorted(parts, key=lambda part: (part.month is None, part.table))


def _month_of(table: str) -> Month | None:
    year, _, number = table.removeprefix(f"{TABLE}_").partition("_")
    return Month(int(year), int(number)) if number else None


def _astray() -> set[Month]:
    """The months of the rows in the default partition: each step goes to the first row after the month before."""
    return set(_walk())


def _walk() -> Iterator[Month]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT min(id) FROM {REST} WHERE id >= %s", [after])  # noqa: S608 - our own name
            first = cursor.fetchone()[0]
        if first is None:
            return
        month = Month.of(time_of_id(first))
        yield month
        after = month.bounds[1]


def _make(month: Month) -> int | None:
    """Make and attach a month's table with the rows that belong there; how many, or None when it was there.

    The table is made by itself and attached: that stops nobody but writers of the default partition. Its constraint
    spares the check of every row.
    """
    low, high = month.bounds
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT to_regclass(%s)", [month.table])
        if cursor.fetchone()[0] is not None:
            return None
        cursor.execute(_WAIT_FOR_LOCK)
        # Whoever is about to change a row of it sees the row in its month afterwards, and loses nothing.
        cursor.execute(f"LOCK TABLE {REST} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {month.table} (LIKE {TABLE} INCLUDING ALL)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {REST} WHERE id >= %s AND id < %s RETURNING *)"  # noqa: S608 - our own names
            f" INSERT INTO {month.table} SELECT * FROM moved",
            [low, high],
        )
        moved: int = cursor.rowcount
        cursor.execute(
            f"ALTER TABLE {month.table} ADD CONSTRAINT within_month CHECK (id >= {low} AND id < {high})"
        )
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {month.table} FOR VALUES FROM ({low}) TO ({high})"
        )
        cursor.execute(f"ALTER TABLE {month.table} DROP CONSTRAINT within_month")
    logger.info("partition_made", extra={"table": month.table, "moved": moved})
    return moved
