"""What a buyer says, in the format its endpoint speaks."""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

Facts = dict[str, str | Decimal]


@dataclass(frozen=True, slots=True)
class Answer:
    """An ordinary HTTP answer, as facts still to be written in some format."""

    facts: Facts
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def written(facts: Facts, form: str) -> tuple[bytes, str]:
    """The facts as a body, and its content type."""
    if form == "xml":
        rows = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in facts.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><response>{rows}</response>'.encode(),
            "application/xml",
        )
    if form == "form":
        return urlencode({name: str(value) for name, value in facts.items()}).encode(), "text/plain"
    plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in facts.items()}
    return json.dumps(plain, ensure_ascii=False).encode(), "application/json"


def fingerprint(text: bytes) -> int:
    """A number that is the same for the same request, today and tomorrow, on every machine."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")


def reference(identity: bytes) -> str:
    """The buyer's own id of a lead: equal for equal requests, so that a retry is told what the first try was told."""
    return f"SIM-{fingerprint(identity):012X}"
