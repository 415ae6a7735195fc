"""A buyer whose answer can be changed while it runs, over real sockets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.core.http.servers import Connection, Server, serving

ACCEPTED = {"status": "accepted", "price": 25, "id": "B-1"}


@dataclass
class Buyer:
    """Answers every request with `says`: a status, a content type and a document or bytes."""

    status: int = 200
    document: Any = field(default_factory=lambda: dict(ACCEPTED))
    content_type: str = "application/json"
    server: Server | None = None

    def says(self, document: Any, *, status: int = 200, content_type: str = "application/json") -> None:
        """What it answers from now on."""
        self.document, self.status, self.content_type = document, status, content_type

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url("/leads")

    def _handle(self, connection: Connection) -> None:
        while connection.read_request():
            told = self.document
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            head = (
                f"HTTP/1.1 {self.status} Said\r\nContent-Type: {self.content_type}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            connection.send(head.encode() + body)


@contextmanager
def running_buyer() -> Iterator[Buyer]:
    """A buyer that accepts."""
    buyer = Buyer()
    with serving(buyer._handle) as server:
        buyer.server = server
        yield buyer


@pytest.fixture
def buyer() -> Iterator[Buyer]:
    """A buyer whose next answer the test decides."""
    with running_buyer() as running:
        yield running
