"""A developer's machine: secrets are made on first use, loopback buyers are allowed, logs are for people."""

import os
from pathlib import Path

from config.secrets import load_assignments, load_development_secrets

_var = Path(__file__).resolve().parents[2] / "var"
load_development_secrets(_var / "secrets.env")
# While `make run` goes on, any `manage.py` command of this clone finds its servers and addresses.
load_assignments(_var / "embedded" / "running")
os.environ.setdefault("LOG_FORMAT", "plain")
os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8,::1/128")

from config.settings.base import *  # noqa: E402

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", ".localhost", "127.0.0.1", "[::1]"])
