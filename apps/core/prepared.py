"""Statements that are sent the same thousands of times a minute: parsed and planned once a connection.

Django's own cursors write values into the statement's text, so that PostgreSQL plans each one anew; planning a join of
six tables costs more than running it. Where a connection pooler cannot keep prepared statements (`DB_PREPARE_AFTER`
empty) these run unprepared and all is well, only slower.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import psycopg
from django.db import connection
from django.db.models import Model


def fetch_all(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement whose values are bound by the server. Raises Django's database errors.

    Cast every placeholder (`%s::bigint`): the server decides by them, not by what it is sent.
    """
    # As Django does before its own cursors: one that died since the last request is replaced.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        return cursor.fetchall()


def array(items: Iterable[str]) -> str:
    """A PostgreSQL array of texts of ours, none of which holds a quote; psycopg takes long to find out as much."""
    return "{" + ",".join(f'"{item}"' for item in items) + "}"


def for_each(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement once for each row of values, casts as in `fetch_all`."""
    if not rows:
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        if len(rows) == 1:
            cursor.execute(statement, rows[0], prepare=True)
        else:
            cursor.executemany(statement, rows)


def insert(rows: Sequence[Model], *, expendable: bool = False) -> datetime:
    """Store new rows of one model, at least one, their ids included; the database's clock. They go as one JSON
    document: a tenth of the work of binding a value for each column of each row.

    `expendable` is for what nobody was told of yet: where this is no part of a transaction of the caller's, it may be
    lost with the machine's power for half a second, and nobody waits for the disk.
    """
    fields = rows[0]._meta.local_concrete_fields
    values = [{field.column: _plain(row, field) for field in fields} for row in rows]
    statement = _inserting(type(rows[0]), expendable and not connection.in_atomic_block)
    stored: datetime = fetch_all(statement, [msgspec.json.encode(values).decode()])[0][0]
    return stored


def _plain(row: Model, field: Any) -> Any:
    """As JSON has it: bytes in base64, decimals and instants as texts."""
    return field.get_prep_value(getattr(row, field.attname))


@cache
def _inserting(model: type[Model], expendable: bool) -> str:
    # Names and types come from the model, values are bound.
    fields = list(model._meta.local_concrete_fields)
    types = [field.db_type(connection) for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    read = ", ".join(
        f"decode(\"{field.column}\", 'base64')" if of == "bytea" else f'"{field.column}"'
        for field, of in zip(fields, types, strict=True)
    )
    shapes = ", ".join(
        f'"{field.column}" {"text" if of == "bytea" else of}' for field, of in zip(fields, types, strict=True)
    )
    mode = "WITH mode AS (SELECT set_config('synchronous_commit', 'off', true)) " if expendable else ""
    return (
        f'{mode}INSERT INTO "{model._meta.db_table}" ({columns})'  # noqa: S608
        f" SELECT {read} FROM json_to_recordset(%s::json) AS given ({shapes}){', mode' if mode else ''} RETURNING now()"
    )
