"""Keyed digests: equality without the value."""

import hmac
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.crypto.keyring import derive

DIGEST_BYTES = 16


def digest(value: str, *, scope: str) -> bytes:
    """HMAC-SHA256 of `value` within `scope`, cut to 16 bytes.

    The same value in another scope (company, field, use) has an unrelated digest. Never for values with few
    possibilities (state, zip): those could be found by trying them all, were the key lost.
    """
    prefix = f"{len(scope)}:{scope}:"
    message = (prefix + value).encode("utf-8", "surrogatepass")
    return hmac.digest(_key(settings.DIGEST_KEY), message, "sha256")[:DIGEST_BYTES]


@lru_cache(maxsize=8)
def _key(configured: str) -> bytes:
    if len(configured) < 16:
        raise ImproperlyConfigured("DIGEST_KEY must be a secret text of at least 16 characters.")
    return derive(configured.encode(), purpose="sluice/digest")
