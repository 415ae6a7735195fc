"""Whatever goes wrong at a door, in the documented shape: JSON, a stable code, a request id, never a traceback."""

import logging

import psycopg.errors
from django.db import Error, InterfaceError, OperationalError

from apps.intake import refusals
from apps.intake.wire import Answer, FaultAnswer, Refused

logger = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}
_CANNOT_STORE = (
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.DiskFull,
    psycopg.errors.OutOfMemory,
    psycopg.errors.TooManyConnections,
)


def answer_to(error: Exception, request_id: str, fault: FaultAnswer) -> Answer:
    """The answer to an exception that ended a request: the caller's fault, an absent database, or ours.

    `fault` is the shape of the API that was called.
    """
    if isinstance(error, Refused):
        refusals.count(error.code, terms_id=error.terms_id)
        return fault(error.code, request_id, error.headers)
    if is_away(error):
        logger.warning("database_away", extra={"request_id": request_id, "error_type": type(error).__name__})
        return fault("unavailable", request_id, RETRY_AFTER)
    logger.error("request_failed", exc_info=error, extra={"request_id": request_id})
    return fault("server_error", request_id)


def is_away(error: Exception) -> bool:
    """Whether the database cannot be reached, or cannot store anything just now."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, Error) and isinstance(error.__cause__, _CANNOT_STORE)
