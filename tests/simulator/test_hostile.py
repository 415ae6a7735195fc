"""Buyers that break the rules of HTTP, seen by an ordinary client."""

import contextlib
import gzip
import socket
from urllib.parse import urlsplit

import pytest
import requests

from apps.simulator.running import Running


def _post(url: str, **kwargs: object) -> requests.Response:
    return requests.post(url, data="{}", timeout=0.5, **kwargs)


def _raw(url: str, limit: int) -> bytes:
    """The first `limit` bytes of an answer, without any notion of HTTP."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        request = f"POST {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"
        connection.sendall(request.encode())
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while len(received) < limit and (chunk := connection.recv(65_536)):
                received += chunk
        return received


def test_hang_takes_the_request_and_never_answers(simulator: Running) -> None:
    with pytest.raises(requests.ReadTimeout):
        _post(simulator.buyer("acme", "hang"))
    assert simulator.requests[-1].behaviour == "hang"


def test_drip_never_ends_and_never_pauses_long_enough_for_a_naive_timeout(simulator: Running) -> None:
    body = _raw(simulator.buyer("acme", "drip", "every=5"), 100)
    assert body.partition(b"\r\n\r\n")[2].startswith(b"aaa")
    header = _raw(simulator.buyer("acme", "drip", "part=header&every=5"), 80)
    assert b"X-Drip: aaa" in header
    assert b"\r\n\r\n" not in header


def test_garbage_is_no_http_or_no_json(simulator: Running) -> None:
    assert not _raw(simulator.buyer("acme", "garbage"), 1000).startswith(b"HTTP")
    answer = _post(simulator.buyer("acme", "garbage", "kind=json"))
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert _post(simulator.buyer("acme", "garbage", "kind=empty")).content == b""
    assert len(_post(simulator.buyer("acme", "garbage", "kind=binary")).content) == 256


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("after", ["body", "header", "nothing"])
def test_reset_breaks_off_where_told(simulator: Running, after: str, how: str) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        _post(simulator.buyer("acme", "reset", f"after={after}&how={how}"))


def test_huge_sends_what_was_ordered(simulator: Running) -> None:
    plain = _raw(simulator.buyer("acme", "huge", "bytes=300000"), 300_000)
    assert len(plain) >= 300_000
    endless = _raw(simulator.buyer("acme", "huge", "kind=endless"), 1_000_000)
    assert len(endless) >= 1_000_000
    bomb = requests.post(simulator.buyer("acme", "huge", "kind=bomb&bytes=3000000"), timeout=5, stream=True)
    packed = bomb.raw.read(decode_content=False)
    assert len(packed) < 10_000
    assert len(gzip.decompress(packed)) == 3_000_000


def test_a_bad_parameter_of_a_hostile_buyer_is_told_politely(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "reset", "after=lunch"))
    assert answer.status_code == 400
