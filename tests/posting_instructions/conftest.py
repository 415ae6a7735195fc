"""A published world, and a reader of its pages."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import World
from tests.posting_instructions.worlds import made

TABS = ("", "fields/", "requirements/", "responses/", "testing/", "go-live/")
_GUARD = re.compile(r'name="guard" value="([^"]+)"|data-guard="([^"]+)"')


@dataclass
class Reader:
    """Somebody who holds a link."""

    client: Client
    token: str

    def get(self, tab: str = "", **query: str) -> HttpResponse:
        return self.client.get(f"/instructions/{self.token}/{tab}", query)

    def html(self, tab: str = "", **query: str) -> str:
        response = self.get(tab, **query)
        assert response.status_code == 200, tab
        return response.content.decode()

    def guard(self) -> str:
        found = _GUARD.search(self.html("testing/"))
        assert found
        return found[1] or found[2]

    def post(self, tab: str, values: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        data = {"guard": self.guard(), **(values or {})}
        return self.client.post(f"/instructions/{self.token}/{tab}", data, headers=headers)

    def send_test(self, **fields: str) -> HttpResponse:
        """The test form, as filled in, with these inputs changed."""
        inputs = dict(re.findall(r'name="(lead\.[^"]+)" value="([^"]*)"', self.html("testing/")))
        changed = {f"lead.{name}": value for name, value in fields.items()}
        return self.post("testing/", inputs | changed)


@pytest.fixture(autouse=True)
def _counts_of_its_own(settings: Any) -> None:
    """No test sees what another counted, nor what an earlier run left in Redis."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def world(db: None) -> World:
    return made()


@pytest.fixture
def reader(world: World, client: Client) -> Reader:
    return Reader(client, world.token)
