"""The contract as files: what there is to take along, and how each is written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from apps.core.crypto import digest
from apps.engine.contract import Contract, document, json_schema, markdown, openapi, postman
from apps.engine.contract.bodies import DIRECT_POST, PING, POST, SUBMIT

_JSON, _MARKDOWN = "application/json; charset=utf-8", "text/markdown; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the contract: its last part of the address, what it is called, what it is good for."""

    name: str
    label: str
    words: str
    media_type: str
    write: Callable[[Contract, datetime], str]


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it is sent. `tag` is another one for other bytes, quoted as an ETag is."""

    document: Document
    filename: str
    content: bytes
    tag: str


def documents(*, exchanges: bool) -> tuple[Document, ...]:
    """What there is for a source that pings and posts, or for one that posts."""
    return _EXCHANGE if exchanges else _SIMPLE


def written(contract: Contract, name: str, *, now: datetime) -> Written | None:
    """The file of that name, or None where there is none."""
    found = next((each for each in documents(exchanges=contract.is_exchange) if each.name == name), None)
    if found is None:
        return None
    content = found.write(contract, now).encode()
    filename = f"{slugify(contract.spec.name) or 'campaign'}-v{contract.spec.version}-{name}"
    return Written(found, filename, content, f'"{digest(content.decode(), scope="document").hex()[:32]}"')


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def _schema_of(call: str, title: str) -> Callable[[Contract, datetime], str]:
    return lambda contract, now: _dumped(json_schema(contract.schema(call), f"{contract.title}: {title}"))


def _schema(call: str, title: str) -> Document:
    words = f"JSON Schema of {title}: check what you build before you send it."
    return Document(f"{call if call != SUBMIT else 'lead'}.schema.json", f"Schema of {title}", words, _JSON,
                    _schema_of(call, title))  # fmt: skip


_OPENAPI = Document(
    "openapi.json",
    "OpenAPI 3.1",
    "Your calls with their answers, for code generators, gateways and API clients.",
    _JSON,
    lambda contract, now: _dumped(openapi(contract)),
)
_POSTMAN = Document(
    "postman.json",
    "Postman collection",
    "Every example as a request that checks its answer. Your key is an empty variable.",
    _JSON,
    lambda contract, now: _dumped(postman(contract)),
)
_TEXT = Document(
    "instructions.md",
    "Markdown",
    "All of it as one text, for a wiki, a ticket or an assistant that writes the code.",
    _MARKDOWN,
    lambda contract, now: markdown(document(contract, now)),
)
_SIMPLE = (_OPENAPI, _schema(SUBMIT, "a lead"), _POSTMAN, _TEXT)
_EXCHANGE = (
    _OPENAPI,
    _schema(PING, "a ping"),
    _schema(POST, "a post"),
    _schema(DIRECT_POST, "a direct post"),
    _POSTMAN,
    _TEXT,
)
