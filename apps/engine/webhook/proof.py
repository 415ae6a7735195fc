"""Whether a webhook comes from the vendor it was agreed with: a shared secret, a signature over the body, or both."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.engine import signature
from apps.engine.fields import text_of
from apps.engine.webhook.reading import Tree
from apps.engine.webhook.walking import value_at

TOLERANCE_S = 300
"""How far the time of a signature may be from ours."""
_MOST_SIGNATURES = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What was agreed with a vendor. Empty kinds ask for nothing.

    `secret_in` is header or body, `secret_name` the header's name or the path in the body. `signed` is hex or base64
    (an HMAC-SHA256 of the raw body in `signature_header`, a prefix such as `sha256=` allowed) or standard (Standard
    Webhooks: id, time and body).
    """

    secret_in: str = ""
    secret_name: str = ""
    secret: str = field(default="", repr=False)
    signed: str = ""
    signature_header: str = ""
    signing_secret: str = field(default="", repr=False)


def proven(proof: Proof, tree: Tree, *, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Whether a request keeps what was agreed. Names of headers are in small letters; what is asked for and was never
    agreed (no secret on record) is never kept.
    """
    return _has_secret(proof, tree, headers) and _is_signed(proof, headers, body, at)


def _has_secret(proof: Proof, tree: Tree, headers: Mapping[str, str]) -> bool:
    if not proof.secret_in:
        return True
    if proof.secret_in == "header":  # noqa: S105 - a place, no secret
        given = headers.get(proof.secret_name.lower(), "").strip()
        scheme, _, token = given.partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else given
    else:
        given = text_of(value_at(tree, proof.secret_name)) or ""
    return bool(proof.secret) and hmac.compare_digest(_digest(given), _digest(proof.secret))


def _is_signed(proof: Proof, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    if not proof.signed:
        return True
    if not proof.signing_secret:
        return False
    if proof.signed == "standard":
        return _is_standard(proof, headers, body, at)
    given = headers.get(proof.signature_header.lower(), "").strip()
    mac = hmac.digest(proof.signing_secret.encode(), body, "sha256")
    return hmac.compare_digest(_decoded(given.rpartition("sha256=")[2], proof.signed), mac)


def _is_standard(proof: Proof, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    key = signature.key_of(proof.signing_secret)
    told = headers.get(signature.TIMESTAMP, "")
    if key is None or not (told.isdecimal() and told.isascii() and len(told) <= len("1772463845000")):
        return False
    if abs(at.timestamp() - int(told)) > TOLERANCE_S:
        return False
    right = signature.sign(key, headers.get(signature.ID, ""), int(told), body).encode()
    given = headers.get(signature.SIGNATURE, "").split()[:_MOST_SIGNATURES]
    return any(hmac.compare_digest(one.encode(), right) for one in given)


def _decoded(text: str, kind: str) -> bytes:
    try:
        return bytes.fromhex(text) if kind == "hex" else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
