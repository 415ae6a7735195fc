"""Every file of `exemplars/webhooks`: a vendor's body in, the proposed mapping and the leads it gives out."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from apps.engine import webhook
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import MappingRow
from tests.exemplars.documents import campaign, files, load

FILES = files("webhooks")
KNOWN = frozenset(
    {
        "about",
        "campaign",
        "fields",
        "content_type",
        "body",
        "text",
        "charset",
        "form",
        "multipart",
        "query",
        "expect",
    }
)
TODAY = date(2026, 11, 24)
BOUNDARY = "----sluice7MA4YWxkTrZu0gW"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_webhook(path: Path) -> None:
    document = load(path)
    assert document.keys() <= KNOWN
    assert told(document) == document["expect"]


def test_the_catalogue_is_wide() -> None:
    assert len(FILES) >= 40
    assert len({load(path)["expect"].get("vendor") for path in FILES}) >= 15


def told(document: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a document's body, as documents tell it."""
    spec = campaign(document if "fields" in document else {"campaign": "webhook"} | document)
    read = webhook.read(**sent(document))
    assert isinstance(read, webhook.Document)
    leads = webhook.leads_of(read)
    proposed = webhook.propose(spec, leads[0].tree, today=TODAY)
    mapping = [proposal.row for proposal in proposed.proposals]
    for proposal in proposed.proposals:
        assert 0.35 <= proposal.confidence <= 1
        assert all(webhook.value_at(leads[0].tree, path) is not None for path in proposal.paths)
    answer: dict[str, Any] = {"vendor": proposed.vendor.label} if proposed.vendor else {}
    tests = [webhook.is_test(read, lead) for lead in leads]
    return answer | {
        "mapping": {row.target: _shown(row) for row in mapping},
        **({"test": True} if all(tests) else {}),
        "leads": [_lead(mapping, lead, spec) for lead in leads],
    }


def sent(document: dict[str, Any]) -> dict[str, Any]:
    """The request a document stands for, as the reader takes it."""
    given = {"query": document.get("query", ""), "content_type": document.get("content_type", "")}
    if "body" in document:
        given["content_type"] = given["content_type"] or "application/json"
        return given | {"body": json.dumps(document["body"]).encode()}
    if "form" in document:
        given["content_type"] = given["content_type"] or "application/x-www-form-urlencoded"
        return given | {"body": urlencode(document["form"], doseq=True).encode()}
    if "multipart" in document:
        return given | {
            "body": _multipart(document["multipart"]),
            "content_type": f"multipart/form-data; boundary={BOUNDARY}",
        }
    return given | {"body": document.get("text", "").encode(document.get("charset", "utf-8"))}


def _multipart(parts: dict[str, str]) -> bytes:
    lines = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    ]
    return "".join([*lines, f"--{BOUNDARY}--\r\n"]).encode()


def _shown(row: MappingRow) -> str:
    if row.kind == "split":
        return f"{row.part} of {row.source}"
    if row.kind == "template":
        return f"text {row.value}"
    return f"{row.source} by its options" if row.kind == "value_table" else row.source


def _lead(mapping: list[MappingRow], lead: webhook.Arrived, spec: CampaignSpec) -> dict[str, Any]:
    body = webhook.mapped(mapping, lead.tree, spec)
    return {
        name: value if isinstance(value, str | bool | list) else str(value) for name, value in body.items()
    }
