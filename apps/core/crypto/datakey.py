"""A key of one's own for each lead: sealing under it, storing it wrapped, erasing by destroying it."""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apps.core.crypto.keyring import KEY_BYTES, DecryptionError, current_ring, open_with, seal_with

_PURPOSE = "sluice/wrap-data-key"
_AAD = b"sluice/data-key"


class DataKey:
    """One AES-256 key in the open, and `wrapped`: the same key as it is stored."""

    __slots__ = ("_cipher", "wrapped")

    def __init__(self, key: bytes, wrapped: bytes) -> None:
        self._cipher = AESGCM(key)
        self.wrapped = wrapped

    def seal(self, plaintext: bytes, *, aad: bytes) -> bytes:
        """`plaintext` encrypted; opens only with the same `aad`, which says what and whose the value is."""
        return seal_with(self._cipher, plaintext, aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """What was sealed; DecryptionError when it was altered or `aad` differs."""
        return open_with(self._cipher, bytes(sealed), aad)


def new_data_key() -> DataKey:
    """A fresh random key, wrapped under the ring's current key."""
    key = os.urandom(KEY_BYTES)
    return DataKey(key, _wrap(key))


def unwrap(wrapped: bytes | memoryview) -> DataKey:
    """The data key that was stored as `wrapped`; DecryptionError when it cannot be had."""
    stored = bytes(wrapped)
    return DataKey(_unwrap(stored), stored)


def wrapped_prefix() -> bytes:
    """How every data key begins that is wrapped under the ring's current key."""
    key_id = current_ring().current_id.encode()
    return bytes((len(key_id),)) + key_id


def rewrap(wrapped: bytes | memoryview) -> bytes:
    """The same data key wrapped under the ring's current key; what it sealed stays as it is."""
    return _wrap(_unwrap(bytes(wrapped)))


def _wrap(key: bytes) -> bytes:
    # One byte of length, the key id, then nonce and ciphertext.
    return wrapped_prefix() + seal_with(current_ring().current(purpose=_PURPOSE), key, _AAD)


def _unwrap(wrapped: bytes) -> bytes:
    key_id, sealed = _split(wrapped)
    return open_with(current_ring().cipher(key_id, purpose=_PURPOSE), sealed, _AAD)


def _split(wrapped: bytes) -> tuple[str, bytes]:
    if not wrapped:
        raise DecryptionError("The data key is gone: what it sealed has been erased.")
    end = 1 + wrapped[0]
    try:
        return wrapped[1:end].decode("ascii"), wrapped[end:]
    except UnicodeDecodeError:
        raise DecryptionError("The wrapped data key is damaged.") from None
