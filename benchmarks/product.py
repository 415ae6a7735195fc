"""Django with the product's own settings, set up for a benchmark by importing this module first."""

import os

import django

os.environ.setdefault("SECRET_KEY", "benchmarks-only-secret-key-that-protects-nothing-at-all")
os.environ.setdefault("ENCRYPTION_KEYS", "b1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
os.environ.setdefault("DIGEST_KEY", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["ALLOWED_HOSTS"] = "*"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"

django.setup()
