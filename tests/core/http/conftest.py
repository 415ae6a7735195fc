"""Doors for tests: closed when the test is over."""

import socket
from collections.abc import Awaitable, Callable, Iterator

import pytest

from apps.core.http import Door, DoorConfig
from apps.engine.outbound import OutboundRequest

LOOPBACK = ("127.0.0.0/8",)

OpenDoor = Callable[..., Door]


@pytest.fixture
def open_door() -> Iterator[OpenDoor]:
    """Opens doors that may call loopback; `names` maps host names to addresses, further settings as of DoorConfig."""
    doors: list[Door] = []

    def open_one(*, names: dict[str, list[str]] | None = None, **settings: object) -> Door:
        config = DoorConfig(**{"allow_networks": LOOPBACK, **settings})
        door = Door(config, resolve=_by(names)) if names is not None else Door(config)
        doors.append(door)
        return door

    yield open_one
    for door in doors:
        door.close()


@pytest.fixture(scope="module")
def sock() -> Iterator[socket.socket]:
    """A socket of no use, for connections that are fed by hand."""
    with socket.socket() as one:
        yield one


@pytest.fixture
def door(open_door: OpenDoor) -> Door:
    """A door that may call loopback."""
    return open_door()


def _by(names: dict[str, list[str]]) -> Callable[[str], Awaitable[list[str]]]:
    async def resolve(host: str) -> list[str]:
        if host.rstrip(".") not in names:
            raise OSError("no such name")
        return names[host.rstrip(".")]

    return resolve


def post(url: str, body: bytes = b"{}", *, timeout_ms: int = 5_000, **headers: str) -> OutboundRequest:
    """A POST as deliveries make them."""
    return OutboundRequest(
        "POST", url, (("Content-Type", "application/json"), *headers.items()), body, timeout_ms=timeout_ms
    )
