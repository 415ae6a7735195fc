"""The same settings as the product's, with the plain project's address and tables."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.baseline"]
ROOT_URLCONF = "benchmarks.baseline.urls"
ALLOWED_HOSTS = ["*"]
# What `startproject` gives: a plain project would not have ours.
MIDDLEWARE = [name for name in MIDDLEWARE if name.startswith("django.")]
