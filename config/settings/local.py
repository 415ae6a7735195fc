"""A developer's machine: secrets are made on first use, loopback buyers are allowed, logs are for people."""

import os
from pathlib import Path

from config.secrets import load_development_secrets

load_development_secrets(Path(__file__).resolve().parents[2] / "var" / "secrets.env")
os.environ.setdefault("LOG_FORMAT", "plain")
os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8,::1/128")

from config.settings.base import *  # noqa: E402

DEBUG = env.bool("DEBUG", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
