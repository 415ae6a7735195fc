"""Entries of structlog and of the standard library leave through the same chain, scrubbed."""

import json
import logging
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITE = """
import logging, structlog
from config.logs import configure_logs
configure_logs(level="INFO", form="json")
structlog.get_logger("ours").info("lead_recorded", lead_id=7, email="canary@example.com")
logging.getLogger("theirs").warning("no route to %s", "canary@example.com")
logging.getLogger("celery.beat").info("Scheduler: Sending due task")
try:
    raise ValueError("canary@example.com")
except ValueError:
    structlog.get_logger("ours").exception("failed")
"""


def test_both_kinds_of_entries_are_json_and_say_nothing_personal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    entries = [json.loads(line) for line in done.stderr.splitlines()]
    assert [entry["level"] for entry in entries] == ["info", "warning", "error"]
    assert entries[0]["event"] == "lead_recorded"
    assert entries[0]["lead_id"] == 7
    assert entries[0]["logger"] == "ours"
    assert "no route to" in entries[1]["event"]
    assert "ValueError" in entries[2]["exception"]
    assert "canary" not in done.stderr


EXTRAS = """
import logging
from config.logs import configure_logs
configure_logs(level="INFO", form="json")
said = {"request_id": "R-1", "delivery_id": 7, "email": "canary@example.com"}
logging.getLogger("apps.intake.api.faults").error("request_failed", extra=said)
logging.getLogger("django.request").error("theirs", extra=said | {"request": object()})
"""


def test_our_entries_keep_what_they_were_given_beside_the_text() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXTRAS], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    # Whoever holds the answer to a failed request finds its entry by this.
    assert (ours["request_id"], ours["delivery_id"], ours["email"]) == ("R-1", 7, "***")
    assert "request_id" not in theirs
    assert "canary" not in done.stderr


def test_the_settings_configured_them_here_too() -> None:
    assert logging.getLogger("celery.beat").level == logging.WARNING
