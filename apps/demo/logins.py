"""Passwords of the demo logins: made from the deployment's own secret, so that none is known beforehand."""

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
    key = hashlib.sha256(b"sluice/demo:" + settings.SECRET_KEY.encode()).digest()
    made = hmac.digest(key, email.encode(), "sha256")
    words = [_WORDS[byte % len(_WORDS)] for byte in made[:3]]
    return f"{'-'.join(words)}-{int.from_bytes(made[3:7], 'big') % 10_000:04d}"
