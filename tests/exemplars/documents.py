"""Exemplars: JSON documents of which each is one case. A folder is a suite, a file is a test, its name the test's id.

README.md says how to add one.
"""

import json
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

import msgspec

from apps.engine.campaign import CampaignSpec, FieldSpec, TermsSpec

HERE = Path(__file__).parent


class Digits(float):
    """A number of a document that is written again as it stood there: 25.50 stays 25.50."""

    text: str

    def __new__(cls, text: str) -> "Digits":
        number = super().__new__(cls, text)
        number.text = text
        return number


def files(suite: str) -> list[Path]:
    """The documents of a suite, in order of their names."""
    return sorted((HERE / suite).glob("**/*.json"))


def load(path: Path) -> dict[str, Any]:
    """A document; it must say what it is about."""
    document: dict[str, Any] = json.loads(path.read_text(), parse_float=Digits)
    assert document["about"].strip(), "an exemplar says what it is about"
    return document


def campaign(document: dict[str, Any], **options: Any) -> CampaignSpec:
    """The campaign of a document: its own `fields`, or those of the named `campaign` (contact, if it names none)."""
    fields = document.get("fields")
    if fields is None:
        named = HERE / "campaigns" / f"{document.get('campaign', 'contact')}.json"
        fields = load(named)["fields"]
    terms = TermsSpec(id=1, source_id=1, source_number=501, source_name="Acme Leads")
    base = {
        "id": 1,
        "company_id": 1,
        "company_number": 100,
        "company_name": "Acme",
        "number": 200,
        "version": 1,
    }
    named_so = {"name": "Home insurance", "time_zone": "America/New_York", "terms": (terms,)}
    return CampaignSpec(
        **base | named_so | {"fields": msgspec.convert(fields, tuple[FieldSpec, ...])} | options
    )


def compact(value: Any) -> str:
    """JSON without blanks, in the order and with the digits of the document."""
    if isinstance(value, dict):
        inner = (f"{encode_basestring(name)}:{compact(item)}" for name, item in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, Digits):
        return value.text
    return json.dumps(value, ensure_ascii=False)
