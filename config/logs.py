"""One line a log entry, through one chain: JSON for machines, plain for people; nothing personal in either."""

import logging
import logging.config
from collections.abc import MutableMapping
from typing import Any

import structlog

from apps.core.redact import redact, safe_exceptions

# Ticks come every second: what beat sends and the worker takes is not worth a line while all goes well.
QUIET = (
    "celery.app.trace",
    "celery.beat",
    "celery.worker.strategy",
    "django.server",
    "asyncio",
    "kombu",
    "faker",
)


_OURS = ("apps.", "config.")
_add_extras = structlog.stdlib.ExtraAdder()


def configure_logs(*, level: str, form: str) -> None:
    """Send structlog's and the standard library's entries to stderr. `form` is `json` or `plain`."""
    before: list = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [_with_our_extras, *before],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            safe_exceptions,
            redact,
            renderer,
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"scrubbed": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "scrubbed"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {name: {"level": "WARNING"} for name in QUIET},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _with_our_extras(
    logger: object, method_name: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """structlog processor: what our own entries were given as `extra`. Libraries put whole requests there."""
    if event_dict["_record"].name.startswith(_OURS):
        return _add_extras(logger, method_name, event_dict)
    return event_dict
