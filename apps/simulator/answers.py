"""What a buyer says, in the format its endpoint speaks."""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

Facts = dict[str, str | Decimal]
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True)
class Answer:
    """An ordinary HTTP answer, as facts still to be written in some format."""

    facts: Facts
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def written(facts: Facts, form: str) -> tuple[bytes, str]:
    """The facts as a body, and its content type."""
    if form in ("xml", "soap"):
        rows = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in facts.items())
        return (
            _soap(rows)
            if form == "soap"
            else (f"{_PROLOG}<response>{rows}</response>".encode(), "application/xml")
        )
    if form == "form":
        return urlencode({name: str(value) for name, value in facts.items()}).encode(), "text/plain"
    plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in facts.items()}
    return json.dumps(plain, ensure_ascii=False).encode(), "application/json"


def _soap(rows: str) -> tuple[bytes, str]:
    body = f'<SubmitLeadResponse xmlns="http://tempuri.org/"><SubmitLeadResult>{rows}</SubmitLeadResult>'
    envelope = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    closed = "</SubmitLeadResponse></soap:Body></soap:Envelope>"
    return f"{_PROLOG}{envelope}{body}{closed}".encode(), "text/xml; charset=utf-8"


def fingerprint(text: bytes) -> int:
    """A number that is the same for the same request, today and tomorrow, on every machine."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")


def reference(identity: bytes) -> str:
    """The buyer's own id of a lead: equal for equal requests, so that a retry is told what the first try was told."""
    return f"SIM-{fingerprint(identity):012X}"
