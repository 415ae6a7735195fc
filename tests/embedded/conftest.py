"""A `var` directory of each test's own, and an environment that names no servers."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    # Not pytest's own directory: for root that one is closed to the account the servers run as.
    root = Path(tempfile.mkdtemp(prefix="sluice-test-"))
    root.chmod(0o755)
    yield root / "var"
    home = root / "var" / "embedded"
    for linked in (home / "run", home):
        if linked.is_symlink():
            shutil.rmtree(os.path.realpath(linked), ignore_errors=True)
    shutil.rmtree(root)
