"""Attempts in partitions by month of their id; rows are kept. The way back puts them into one table again.

Both ways copy every row while nobody else may write: minutes for tens of millions of rows.
"""

from datetime import UTC, datetime

from django.db import migrations

from apps.core.ids import first_id_at, time_of_id

TABLE = "deliveries_attempt"
BEHIND, AHEAD = 2, 3


def _months(first: datetime, last: datetime):
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        following = (year + month // 12, month % 12 + 1)
        yield (
            f"{TABLE}_{year:04d}_{month:02d}",
            first_id_at(datetime(year, month, 1, tzinfo=UTC)),
            first_id_at(datetime(*following, 1, tzinfo=UTC)),
        )
        year, month = following


def _shifted(at: datetime, months: int) -> datetime:
    whole = at.year * 12 + at.month - 1 + months
    return datetime(whole // 12, whole % 12 + 1, 1, tzinfo=UTC)


def _rebuilt(cursor, *, partitioned: bool) -> None:
    """Put the table aside and make it anew with its columns, checks and indexes under their names."""
    cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(
        "SELECT i.relname, pg_get_indexdef(i.oid), x.indisprimary FROM pg_index x"
        " JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = %s::regclass",
        [TABLE],
    )
    indexes = cursor.fetchall()
    cursor.execute(f"ALTER TABLE {TABLE} RENAME TO {TABLE}_before")
    for name, _, _ in indexes:
        cursor.execute(f'ALTER INDEX "{name}" RENAME TO "{name[:55]}_before"')
    kind = "PARTITION BY RANGE (id)" if partitioned else ""
    cursor.execute(
        f"CREATE TABLE {TABLE} (LIKE {TABLE}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) {kind}"
    )
    for name, definition, primary in indexes:
        if primary:
            cursor.execute(f'ALTER TABLE {TABLE} ADD CONSTRAINT "{name}" PRIMARY KEY (id)')
        else:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))


def split(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        _rebuilt(cursor, partitioned=True)
        cursor.execute(f"SELECT min(id), max(id) FROM {TABLE}_before")
        oldest, newest = cursor.fetchone()
        now = datetime.now(UTC)
        first = min(_shifted(now, -BEHIND), time_of_id(oldest) if oldest is not None else now)
        last = max(_shifted(now, AHEAD), time_of_id(newest) if newest is not None else now)
        for name, low, high in _months(first, last):
            if low < high:
                cursor.execute(f"CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES FROM ({low}) TO ({high})")
        cursor.execute(f"CREATE TABLE {TABLE}_rest PARTITION OF {TABLE} DEFAULT")
        cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM {TABLE}_before")
        cursor.execute(f"DROP TABLE {TABLE}_before")


def join(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        _rebuilt(cursor, partitioned=False)
        cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM {TABLE}_before")
        cursor.execute(f"DROP TABLE {TABLE}_before")


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0006_redelivery")]

    operations = [migrations.RunPython(split, join)]
