"""The keys that encrypt keys and secrets. One of them is current; older ones still open what they sealed."""

import base64
import binascii
import os
import re
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


class DecryptionError(Exception):
    """A sealed value cannot be opened: its key is missing, it was altered, or it belongs to another place."""


def derive(secret: bytes, *, purpose: str) -> bytes:
    """A 32-byte subkey of `secret` for one purpose (HKDF-SHA256), so that no key serves two ends."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def seal_with(cipher: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
    """Nonce and ciphertext with tag, under a fresh random 96-bit nonce."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, aad)


def open_with(cipher: AESGCM, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext that `seal_with` sealed; DecryptionError when anything about it is not as it was."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise DecryptionError("The sealed value is too short to be one.")
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except InvalidTag:
        raise DecryptionError("The sealed value was altered, or belongs to another place or key.") from None


class KeyRing:
    """Named AES-256 keys. Ciphers are built once a purpose and kept."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """`keys` are (id, 32 bytes); the first is current."""
        if not keys:
            raise ImproperlyConfigured("ENCRYPTION_KEYS is empty: nothing can be encrypted.")
        self._keys = dict(keys)
        if len(self._keys) != len(keys):
            raise ImproperlyConfigured("ENCRYPTION_KEYS names the same key id twice.")
        self.current_id = keys[0][0]
        self._ciphers: dict[tuple[str, str], AESGCM] = {}

    def cipher(self, key_id: str, *, purpose: str) -> AESGCM:
        """The cipher of one key for one purpose; DecryptionError when the ring lacks the key."""
        cipher = self._ciphers.get((key_id, purpose))
        if cipher is None:
            if key_id not in self._keys:
                raise DecryptionError(f"Key {key_id!r} is not in ENCRYPTION_KEYS.")
            cipher = AESGCM(derive(self._keys[key_id], purpose=purpose))
            self._ciphers[key_id, purpose] = cipher
        return cipher

    def current(self, *, purpose: str) -> AESGCM:
        """The cipher that seals now."""
        return self.cipher(self.current_id, purpose=purpose)


def current_ring() -> KeyRing:
    """The ring of `settings.ENCRYPTION_KEYS`, parsed once a value."""
    configured = settings.ENCRYPTION_KEYS
    return _parse(configured if isinstance(configured, str) else ",".join(configured))


@lru_cache(maxsize=8)
def _parse(configured: str) -> KeyRing:
    entries = (entry.strip() for entry in configured.split(","))
    return KeyRing([_parse_key(entry) for entry in entries if entry])


def _parse_key(entry: str) -> tuple[str, bytes]:
    # The sentences below name the id only: an entry that is half right must not end up in a log.
    key_id, _, encoded = entry.partition(":")
    if not _KEY_ID.fullmatch(key_id) or not encoded:
        raise ImproperlyConfigured("Each of ENCRYPTION_KEYS is 'id:base64', id of 1 to 16 letters or digits.")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"Key {key_id!r} of ENCRYPTION_KEYS is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"Key {key_id!r} of ENCRYPTION_KEYS has {len(key)} bytes instead of {KEY_BYTES}."
        )
    return key_id, key
