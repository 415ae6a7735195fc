"""Whatever goes wrong at a door, in the documented shape: JSON, a stable code, a request id, never a traceback."""

import logging

import psycopg.errors
from django.db import Error, InterfaceError, OperationalError

from apps.intake import refusals
from apps.intake.wire import Answer, Refused, simple_fault

logger = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}
_CANNOT_STORE = (
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.DiskFull,
    psycopg.errors.OutOfMemory,
    psycopg.errors.TooManyConnections,
)


def answer_to(error: Exception, request_id: str) -> Answer:
    """The answer to an exception that ended a request: the caller's fault, an absent database, or ours."""
    if isinstance(error, Refused):
        refusals.count(error.code, terms_id=error.terms_id)
        return simple_fault(error.code, request_id, error.headers)
    if is_away(error):
        logger.warning("database_away", extra={"request_id": request_id, "error_type": type(error).__name__})
        return simple_fault("unavailable", request_id, RETRY_AFTER)
    logger.error("request_failed", exc_info=error, extra={"request_id": request_id})
    return simple_fault("server_error", request_id)


def is_away(error: Exception) -> bool:
    """Whether the database cannot be reached, or cannot store anything just now."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, Error) and isinstance(error.__cause__, _CANNOT_STORE)
