"""Nobody drains but the test."""

import pytest

from apps.deliveries import jobs


@pytest.fixture(autouse=True)
def _nobody_else_drains(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wake-up leaves the test."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
