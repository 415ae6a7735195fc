"""Hashes, so that a buyer can match without being told, and HMACs under a live secret of the row.

A hash is only equal when both sides hash the same text: the argument says which.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from apps.engine.value_formats.base import Argument, UnwritableError, ValueFormat, as_text
from apps.engine.value_formats.phones import e164, phone_digits

_INPUTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "lower": (
        "small letters without surrounding blanks, as for e-mail",
        lambda value: as_text(value).strip().lower(),
    ),
    "exact": ("the text as it is", as_text),
    "national": ("phone: national digits, 5551234567", phone_digits),
    "e164": ("phone: +15551234567", e164),
    "e164_digits": ("phone: digits with country code, 15551234567", lambda value: e164(value)[1:]),
}
_CHOICES = tuple((key, label) for key, (label, _) in _INPUTS.items())
_HASHED = Argument("What is hashed", "lower", "lower", choices=_CHOICES)
_SIGNED = Argument("What is hashed", "exact", "exact", choices=_CHOICES)


def _bytes(value: Any, form: str) -> bytes:
    try:
        return _INPUTS[form][1](value).encode()
    except UnicodeEncodeError:
        raise UnwritableError("is not proper Unicode text") from None


def _hashed(algorithm: str) -> Callable[[Any, str], str]:
    return lambda value, form: hashlib.new(algorithm, _bytes(value, form), usedforsecurity=False).hexdigest()


def _mac(value: Any, form: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), _bytes(value, form), "sha256")


def _hmac_hex(value: Any, form: str, secret: str) -> str:
    return _mac(value, form, secret).hex()


def _hmac_base64(value: Any, form: str, secret: str) -> str:
    return base64.b64encode(_mac(value, form, secret)).decode()


FORMATS = (
    ValueFormat("md5", "MD5", "0bc83cb571cd1c50ba6f3e8a78ef1346", _hashed("md5"), _HASHED),
    ValueFormat("sha1", "SHA-1", "hexadecimal digits", _hashed("sha1"), _HASHED),
    ValueFormat("sha256", "SHA-256", "hexadecimal digits", _hashed("sha256"), _HASHED),
    ValueFormat("hmac_sha256", "HMAC-SHA256 with the row's secret", "hexadecimal digits", _hmac_hex, _SIGNED, True),
    ValueFormat("hmac_sha256_base64", "HMAC-SHA256 with the row's secret, Base64", "Base64", _hmac_base64, _SIGNED,
                True),
)  # fmt: skip
