"""Statements that are sent the same thousands of times a minute: parsed and planned once a connection.

Django's own cursors write values into the statement's text, so that PostgreSQL plans each one anew; planning a join of
six tables costs more than running it. Where a connection pooler cannot keep prepared statements (`DB_PREPARE_AFTER`
empty) these run unprepared and all is well, only slower.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


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
