"""Statements that are sent the same thousands of times a minute: parsed and planned once a connection.

Django's own cursors write values into the statement's text, so that PostgreSQL plans each one anew; planning a join of
six tables costs more than running it. Where a connection pooler cannot keep prepared statements (`DB_PREPARE_AFTER`
empty) these run unprepared and all is well, only slower.
"""

from collections.abc import Sequence
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


def insert(rows: Sequence[Model]) -> None:
    """The rows of one model, ids included, in one statement however many they are.

    They go as one JSON document: a tenth of the work of binding a value for each column of each row.
    """
    if rows:
        statement, fields = _inserting(type(rows[0]))
        values = [{field.column: _plain(row, field) for field in fields} for row in rows]
        fetch_all(statement, [msgspec.json.encode(values).decode()])


def update(row: Model, names: tuple[str, ...]) -> None:
    """Store these fields of a row."""
    statement, fields = _updating(type(row), names)
    fetch_all(statement, [_value(row, field) for field in fields])


def _value(row: Model, field: Any) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _plain(row: Model, field: Any) -> Any:
    """As JSON has it: bytes in base64, decimals and instants as texts."""
    return field.get_prep_value(getattr(row, field.attname))


@cache
def _inserting(model: type[Model]) -> tuple[str, list[Any]]:
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
    return (
        f'INSERT INTO "{model._meta.db_table}" ({columns})'  # noqa: S608
        f" SELECT {read} FROM json_to_recordset(%s::json) AS given ({shapes}) RETURNING 1"
    ), fields


@cache
def _updating(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s::{field.db_type(connection)}' for field in fields)
    key: Any = model._meta.pk
    statement = f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s RETURNING 1'  # noqa: S608
    return statement, [*fields, key]
