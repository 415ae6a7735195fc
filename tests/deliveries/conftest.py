"""Simulated buyers over real sockets, and a real PostgreSQL in which transactions really commit."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.deliveries import jobs
from apps.simulator.running import Running, running_simulator
from tests.deliveries.buyer import buyer
from tests.deliveries.mail_server import MailServer, running_mail_server

__all__ = ["buyer"]


@pytest.fixture(scope="session")
def _running() -> Iterator[Running]:
    with running_simulator(keep=None) as running:
        yield running


@pytest.fixture
def simulator(_running: Running) -> Running:
    """Buyers that have received nothing yet."""
    _running.reset()
    return _running


@pytest.fixture(autouse=True)
def _nobody_else_drains(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wake-up leaves the test: what is drained is what the test drains."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)


@pytest.fixture
def mails(settings: Any) -> Iterator[MailServer]:
    """A real mail server, and the deployment's relay."""
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "Leads <leads@sluice.example>"
        yield server
