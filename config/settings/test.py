"""The test suite: fixed keys, cheap passwords, real PostgreSQL and Redis."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-that-protects-nothing-at-all")
os.environ.setdefault("ENCRYPTION_KEYS", "t1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
os.environ.setdefault("DIGEST_KEY", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=")
os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8,::1/128")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("EMAIL_URL", "memorymail://")
# A test is one transaction from beginning to end, on machines that may be busy.
os.environ.setdefault("DB_IDLE_IN_TRANSACTION_MS", "60000")

# Each xdist worker gets a Redis database of its own, as pytest-django gives it a PostgreSQL database. The processes
# that a test starts find the choice made already.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if _worker.isdigit() and "REDIS_URL" in os.environ and os.environ.get("SLUICE_TEST_WORKER") != _worker:
    _server, _, _number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{_server}/{int(_number) + int(_worker) + 1}"
    os.environ["SLUICE_TEST_WORKER"] = _worker

from config.settings.base import *  # noqa: E402

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
