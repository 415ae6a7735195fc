"""Settings as processes find them: each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.secrets import load_assignments, load_development_secrets

ROOT = Path(__file__).resolve().parents[2]
SHOW = (
    "import json, django; from django.conf import settings as s; django.setup()\n"
    "print(json.dumps({'database': s.DATABASES['default'], 'debug': s.DEBUG, 'hosts': s.ALLOWED_HOSTS,"
    " 'secure': [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT],"
    " 'allowed': s.OUTBOUND_ALLOW_NETWORKS}, default=str))"
)
PRODUCTION = dict(
    line.split("=", 1)
    for line in (ROOT / ".ci" / "production.env").read_text().splitlines()
    if line and line[0] != "#"
)


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_trusts_nothing_by_default() -> None:
    settings = json.loads(load(**PRODUCTION).stdout)
    assert settings["debug"] is False
    assert settings["hosts"] == ["leads.example.com"]
    assert settings["secure"] == [True, True, True]
    assert settings["allowed"] == []


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "ENCRYPTION_KEYS", "DIGEST_KEY"]
)
def test_production_does_not_start_without_its_secrets_and_names_what_is_missing(name: str) -> None:
    done = load(**{key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode != 0
    assert f"Set {name};" in done.stderr


def test_web_processes_pool_their_connections_and_workers_keep_one() -> None:
    web = json.loads(load(**PRODUCTION, PROCESS_ROLE="web", WEB_THREADS="6").stdout)["database"]
    pool = web["OPTIONS"]["pool"]
    assert (pool["min_size"], pool["max_size"], pool["timeout"]) == (2, 8, 2.0)
    assert web["CONN_MAX_AGE"] == 0
    worker = json.loads(load(**PRODUCTION, PROCESS_ROLE="worker").stdout)["database"]
    assert "pool" not in worker["OPTIONS"]
    assert worker["CONN_MAX_AGE"] == 600
    assert worker["CONN_HEALTH_CHECKS"] is True


def test_no_statement_lock_or_idle_transaction_lasts_forever() -> None:
    options = json.loads(load(**PRODUCTION).stdout)["database"]["OPTIONS"]["options"]
    assert "statement_timeout=5000" in options
    assert "lock_timeout=2000" in options
    assert "idle_in_transaction_session_timeout=10000" in options


def test_a_socket_directory_in_the_url_is_taken_as_the_host() -> None:
    url = {"DATABASE_URL": "postgres://sluice@%2Ftmp%2Fsome%2Frun:5432/sluice"}
    assert json.loads(load(**PRODUCTION | url).stdout)["database"]["HOST"] == "/tmp/some/run"


def test_development_secrets_are_made_once_and_only_their_owner_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "var" / "secrets.env"
    names = ("SECRET_KEY", "ENCRYPTION_KEYS", "DIGEST_KEY")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    load_development_secrets(path)
    first = {name: os.environ[name] for name in names}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    for name in names:
        monkeypatch.delenv(name)
    load_development_secrets(path)
    assert {name: os.environ[name] for name in names} == first
    for name in names:
        monkeypatch.delenv(name)


def test_the_environment_wins_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_TEST_SET", "mine")
    monkeypatch.setenv("SLUICE_TEST_UNSET", "")
    monkeypatch.delenv("SLUICE_TEST_UNSET")
    path = tmp_path / "some.env"
    path.write_text("SLUICE_TEST_SET=theirs\nSLUICE_TEST_UNSET=a=b\nnonsense\n")
    load_assignments(path)
    assert os.environ["SLUICE_TEST_SET"] == "mine"
    assert os.environ.pop("SLUICE_TEST_UNSET") == "a=b"
    load_assignments(tmp_path / "missing.env")
