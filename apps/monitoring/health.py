"""Is this process able to serve? Asked by load balancers and supervisors, answered without any secret."""

from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

BROKER_TIMEOUT_S = 0.5


class MissingMigrationsError(Exception):
    """The database is older than the code."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready` fails on the database alone; the broker's state is told, for ingest works without it."""

    database: str
    migrations: str
    broker: str

    @property
    def ready(self) -> bool:
        return self.database == "ok" and self.migrations == "ok"


def readiness() -> Readiness:
    """Ask database, migrations and broker now. Never raises."""
    database, migrations = _database_state()
    return Readiness(database=database, migrations=migrations, broker=_broker_state())


def _database_state() -> tuple[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            if cursor.fetchone()[0] == "on":
                return "read-only", "unknown"
        _require_migrated()
    except DatabaseError:
        return "unreachable", "unknown"
    except MissingMigrationsError:
        return "ok", "pending"
    return "ok", "ok"


@cache
def _require_migrated() -> None:
    """Raise while migrations are missing; once they are there, a process need not look again."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MissingMigrationsError


def _broker_state() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BROKER_TIMEOUT_S, socket_connect_timeout=BROKER_TIMEOUT_S
    )
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"
