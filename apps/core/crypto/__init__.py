"""Encryption at rest: AES-256-GCM under a rotating key ring, data keys that can be destroyed, keyed digests.

A data key belongs to one lead and encrypts all that is personal about it; it is stored wrapped under the
ring, so destroying the wrapped key erases the person. Control-plane secrets (credentials, endpoint
authentication) are `EncryptedTextField`s, straight under the ring. What must be searchable is a `digest`.

Settings: `ENCRYPTION_KEYS`, a list of `id:base64` with 32 bytes each, the first of which encrypts, all of
which decrypt; `DIGEST_KEY`, a secret text that is never rotated, since digests are not reversible.
"""

from apps.core.crypto.datakey import DataKey, new_data_key, rewrap, unwrap, wrapped_prefix
from apps.core.crypto.digests import digest
from apps.core.crypto.fields import EncryptedTextField, WrappedKeyField
from apps.core.crypto.keyring import DecryptionError, KeyRing, current_ring

__all__ = [
    "DataKey",
    "DecryptionError",
    "EncryptedTextField",
    "KeyRing",
    "WrappedKeyField",
    "current_ring",
    "digest",
    "new_data_key",
    "rewrap",
    "unwrap",
    "wrapped_prefix",
]
