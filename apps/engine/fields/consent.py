"""Certificates of consent: TrustedForm URLs and Jornaya LeadiD tokens."""

import re
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, text_of
from apps.engine.fields.web import split_url

_HOSTS = frozenset({"cert.trustedform.com", "ping.trustedform.com", "cert.staging.trustedform.com"})
_PLAIN = re.compile(r"https://(?:cert|ping)\.trustedform\.com/[A-Za-z0-9]{1,64}", re.ASCII)
_STRICT_PATH = re.compile(r"/[0-9a-fA-F]{40}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_STRICT_TOKEN = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def _read_trustedform(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    if text and not context.strict_consent and _PLAIN.fullmatch(text):
        return text
    parts = split_url(text)
    if parts is None or parts.scheme != "https" or parts.netloc.lower() not in _HOSTS or len(parts.path) <= 1:
        return None
    if context.strict_consent and not _STRICT_PATH.fullmatch(parts.path):
        return None
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _read_jornaya(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw) or ""
    return text if (_STRICT_TOKEN if context.strict_consent else _TOKEN).fullmatch(text) else None


TRUSTEDFORM_URL = FieldType(
    "trustedform_url",
    "TrustedForm certificate",
    "The https:// address of a TrustedForm certificate",
    "https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567",
    _read_trustedform,
    bad_example="https://example.com/0123",
    problem="trustedform_format",
)
JORNAYA_LEAD_ID = FieldType(
    "jornaya_lead_id",
    "Jornaya LeadiD",
    "The LeadiD token: 8 to 64 letters, digits and hyphens",
    "01234567-89AB-CDEF-0123-456789ABCDEF",
    _read_jornaya,
    bad_example="not a token!",
    problem="jornaya_format",
)
