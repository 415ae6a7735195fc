"""Passwords of the demo logins, and the key of the buyer who fetches: made from the deployment's own secret, so that
none is known beforehand.
"""

import hashlib
import hmac

from django.conf import settings

_WORDS = (
    "amber", "birch", "canyon", "cedar", "cobalt", "coral", "delta", "ember", "falcon", "fern", "garnet", "harbor",
    "hazel", "indigo", "juniper", "lagoon", "maple", "meadow", "mesa", "opal", "orchid", "pebble", "pine", "prairie",
    "quartz", "raven", "ridge", "river", "saffron", "sierra", "summit", "willow",
)  # fmt: skip


def password_of(email: str) -> str:
    """The demo password of a login; the same as long as SECRET_KEY is."""
    made = _made_of(email)
    words = [_WORDS[byte % len(_WORDS)] for byte in made[:3]]
    return f"{'-'.join(words)}-{int.from_bytes(made[3:7], 'big') % 10_000:04d}"


def fetching_key() -> str:
    """The key with which the demo's store-only buyer fetches its leads; the same as long as SECRET_KEY is."""
    return _made_of("stored leads").hex()[:40]


def _made_of(purpose: str) -> bytes:
    key = hashlib.sha256(b"sluice/demo:" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, purpose.encode(), "sha256")
