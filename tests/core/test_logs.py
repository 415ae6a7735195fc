"""The whole chain of logging, in a process of its own: what is written, and what is kept out (S19)."""

import subprocess
import sys

import pytest

PROGRAM = """
import logging
import structlog
from config.logs import configure_logs

configure_logs(level="DEBUG", form="{form}")
log, plain = structlog.get_logger("sluice"), logging.getLogger("somebody.else")
log.info("stored", lead_id=7, first_name="CANARY", email="canary@example.com")
log.info("sent to canary@example.com", path="/webhook/CANARY?key=CANARY", problems=[{{"value": "CANARY"}}])
structlog.contextvars.bind_contextvars(request="GET /instructions/CANARY", body="CANARY")
plain.warning("Not Found: %s", "/instructions/CANARY")
plain.warning("call %s", "+1 555 123 4567", extra={{"request": "CANARY"}})
try:
    try:
        int("CANARY")
    except ValueError as error:
        raise RuntimeError("while reading CANARY") from error
except RuntimeError:
    log.exception("failed", lead_id=8)
    plain.exception("failed too")
    log.error("failed", exc_info=True)
"""


@pytest.mark.parametrize("form", ["json", "plain"])
def test_no_canary_comes_through_any_logger(form: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(form=form)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    written = ended.stdout + ended.stderr
    assert "canary" not in written.lower()
    assert "555" not in written
    for told in (
        "stored",
        "lead_id",
        "/instructions/***",
        "/webhook/***",
        "RuntimeError",
        "ValueError",
        "failed too",
    ):
        assert told in written
