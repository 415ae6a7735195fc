"""What is written to the wire: the very bytes that buyers were sent by aiohttp, which spoke for the door before."""

import asyncio
import socket

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from apps.core.http import Door
from apps.core.http.guard import RefusedError, read_target
from apps.core.http.request import METHODS, head, objection
from apps.engine.outbound import OutboundRequest
from tests.core.http.conftest import OpenDoor
from tests.core.http.servers import Server, answering, serving

NOTHING = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def _by_aiohttp(request: OutboundRequest, url: str) -> None:
    async with (
        aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Sluice", "Accept-Encoding": "gzip, deflate"},
            skip_auto_headers=("Content-Type",),
            auto_decompress=False,
        ) as session,
        session.request(
            request.method,
            read_target(url).url,
            headers=CIMultiDict(request.headers),
            data=request.body or None,
            allow_redirects=False,
        ) as response,
    ):
        await response.read()


def _both(door: Door, server: Server, request: OutboundRequest) -> tuple[bytes, bytes]:
    """The request as aiohttp and as the door send it."""
    server.requests.clear()
    url = server.url(request.url)
    asyncio.run(_by_aiohttp(request, url))
    answer = door.send(OutboundRequest(request.method, url, request.headers, request.body))
    assert answer.status == 200
    theirs, ours = server.requests
    return theirs, ours


REQUESTS = [
    *(OutboundRequest(method, "/", (), body) for method in sorted(METHODS) for body in (b"", b"body")),
    OutboundRequest("GET", "?a=1#fragment", (("Accept", "x"), ("user-agent", "me"), ("X-A", "1"))),
    OutboundRequest("POST", "/ü?q=é", (("Cookie", "a=b"), ("Cookie", "c=d"), ("Accept", "q"), ("Accept", "r"))),
    OutboundRequest(
        "PUT",
        "/a%2Fb/../c?x=%7e&y=a+b",
        (
            ("X-B", "1"), ("Accept-Encoding", "identity"), ("X-A", "2"), ("X-B", "3"), ("Content-Type", "a/b"),
            ("Authorization", "Bearer é"), ("X-Empty", ""), ("X-Blank", "  a  "), ("X-Tab", "a\tb"), ("ACCEPT", "*"),
        ),
        b"x" * 200_000,
    ),
]  # fmt: skip


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: f"{one.method} {one.url[:3]} {len(one.body)}")
def test_buyers_see_no_difference(door: Door, request_: OutboundRequest) -> None:
    with serving(NOTHING) as server:
        theirs, ours = _both(door, server, request_)
    assert ours == theirs


_NAMES = st.sampled_from(
    ["Accept", "User-Agent", "Accept-Encoding", "Content-Type", "X-A", "x-b", "Authorization", "Cookie"]
)
_VALUES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(sorted(METHODS)),
    headers=st.lists(st.tuples(_NAMES, _VALUES), max_size=6, unique_by=lambda pair: pair[0]),
    body=st.binary(max_size=50),
)
def test_buyers_see_no_difference_whatever_is_sent(
    door: Door, method: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    with serving(NOTHING) as server:
        theirs, ours = _both(door, server, OutboundRequest(method, "/lead?a=b", tuple(headers), body))
    assert ours == theirs


@given(
    headers=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), max_size=4),
    url=st.text(max_size=30).map("http://buyer.example/".__add__),
)
@settings(deadline=None)
def test_nothing_in_a_request_adds_a_line_to_its_head(headers: list[tuple[str, str]], url: str) -> None:
    request = OutboundRequest("POST", url, tuple(headers))
    if objection(request) is not None:
        return
    try:
        target = read_target(url)
    except RefusedError:
        return
    lines = head(request, target, "Sluice").split(b"\r\n")
    names = [line.partition(b":")[0].lower() for line in lines[1:-2]]
    assert lines[-2:] == [b"", b""]
    assert lines[0].count(b" ") == 2
    assert names.count(b"host") == names.count(b"content-length") == 1
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://buyer.example/", b"buyer.example"),
        ("https://buyer.example:443/", b"buyer.example"),
        ("http://buyer.example:443/", b"buyer.example:443"),
        ("https://Buyer.example.:8443/", b"Buyer.example:8443"),
        ("http://[2606:4700:4700::1111]:8080/", b"[2606:4700:4700::1111]:8080"),
        ("http://[2606:4700:4700::1111]/", b"[2606:4700:4700::1111]"),
        ("https://bücher.example/", b"xn--bcher-kva.example"),
    ],
)
def test_the_host_is_named_with_its_port_where_that_is_not_the_usual(url: str, host: bytes) -> None:
    lines = head(OutboundRequest("GET", url), read_target(url), "Sluice").split(b"\r\n")
    assert lines[1].lower() == b"host: " + host.lower()


def test_an_address_of_version_6_is_dialled(open_door: OpenDoor) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        host = f"[::1]:{listener.getsockname()[1]}"
        open_door(allow_networks=("::1/128",)).start(
            [OutboundRequest("GET", f"http://{host}/", timeout_ms=10_000)], lambda index, answer: None
        )
        listener.settimeout(20)
        connection, _ = listener.accept()
        with connection:
            assert f"Host: {host}\r\n".encode() in connection.recv(65_536)
