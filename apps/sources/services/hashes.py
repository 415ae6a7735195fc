"""Writes of hashed values: kept until no rule can ask for them, and as long as a block needs them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from apps.core.clock import now

_KEEP = """
    INSERT INTO sources_hashedvalue AS kept (digest, value, until)
    SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::timestamptz[])
    ON CONFLICT (digest) DO UPDATE SET until = EXCLUDED.until WHERE kept.until < EXCLUDED.until
"""
_FORGET = """
    DELETE FROM sources_hashedvalue WHERE digest IN (
        SELECT digest FROM sources_hashedvalue kept
         WHERE until < %s AND NOT EXISTS (SELECT FROM sources_block block WHERE block.digest = kept.value)
         ORDER BY digest LIMIT %s
    )
"""
BATCH = 5_000


def hashes_keep(rows: Iterable[tuple[bytes, bytes, datetime]]) -> None:
    """Keep (digest of the hash, digest of the value) until a time at least. May be told the same twice."""
    latest: dict[bytes, tuple[bytes, datetime]] = {}
    for found, value, until in rows:
        if found not in latest or latest[found][1] < until:
            latest[found] = (value, until)
    # One order for all, so that two who write the same never wait for each other.
    order = sorted(latest)
    if order:
        columns = (order, [latest[each][0] for each in order], [latest[each][1] for each in order])
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, columns)


def hashes_forget() -> int:
    """Delete what no duplicate rule and no block needs any more; how many there were."""
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FORGET, (now(), BATCH))
            gone = cursor.rowcount
        done += gone
        if gone < BATCH:
            return done
