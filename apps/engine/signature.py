"""Signatures of requests as Standard Webhooks defines them (https://www.standardwebhooks.com), version v1.

The signed text is `id.timestamp.body`, the key what the secret's Base64 (`whsec_…`, the prefix may be left out) says.
"""

import base64
import binascii
import hmac

PREFIX = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LEAST_KEY_BYTES = 8


def key_of(secret: str) -> bytes | None:
    """The key behind a secret, or None when it is no Base64 or less than eight bytes."""
    encoded = secret.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= LEAST_KEY_BYTES else None


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: `v1,` and the Base64 of the HMAC-SHA256."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
