"""Answers cut, spoiled and invented by chance: read the same in any pieces, and always to one end."""

import gzip
import socket
import zlib
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.http.wire import ClosedError, NotHttpError
from tests.core.http.reading import CAP, H, chunked, read

_TOKEN = st.text("abcXYZ019-_", min_size=1, max_size=12).map(lambda text: b"X-" + text.encode())
_VALUE = st.binary(max_size=30).map(lambda raw: bytes(c for c in raw if c > 32 and c != 127))
_HEADERS = st.lists(st.tuples(_TOKEN, _VALUE), max_size=6).map(
    lambda pairs: b"".join(b"%s: %s\r\n" % pair for pair in pairs)
)
_BODY = st.binary(max_size=1_500)
_INTERIM = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 E\r\nLink: a\r\n\r\n"])
_STATUS = st.sampled_from([b"200 OK", b"201", b"204 N", b"302 Found", b"304 N", b"404 Not Found", b"500 x y"])


@st.composite
def _answers(draw: st.DrawFn) -> bytes:
    body = draw(_BODY)
    headers = draw(_HEADERS)
    if draw(st.booleans()):
        headers += b"Content-Encoding: gzip\r\n"
        body = gzip.compress(body)
    match draw(st.sampled_from(["length", "chunks", "close"])):
        case "length":
            headers += b"Content-Length: %d\r\n" % len(body)
        case "chunks":
            headers += b"Transfer-Encoding: chunked\r\n"
            body = chunked(*[piece for piece in (body[:7], body[7:]) if piece], trailer=draw(_HEADERS))
    version = draw(st.sampled_from([b"HTTP/1.1 ", b"HTTP/1.0 "]))
    return draw(_INTERIM) + version + draw(_STATUS) + b"\r\n" + headers + b"\r\n" + body


def _cut(text: bytes, places: Sequence[int]) -> list[bytes]:
    bounds = [0, *sorted({place % (len(text) + 1) for place in places}), len(text)]
    return [text[start:end] for start, end in pairwise(bounds) if start < end]


_UNHURRIED = settings(deadline=None)  # a busy machine is no finding
_PLACES = st.lists(st.integers(0, 5_000), max_size=12)


@_UNHURRIED
@given(text=_answers(), places=_PLACES)
def test_however_an_answer_is_cut_it_reads_the_same(
    sock: socket.socket, text: bytes, places: list[int]
) -> None:
    assert read(sock, _cut(text, places)) == read(sock, [text])


@_UNHURRIED
@given(text=st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(H.__add__)), places=_PLACES)
def test_whatever_comes_there_is_one_end(sock: socket.socket, text: bytes, places: list[int]) -> None:
    assert read(sock, _cut(text, places)).error in (None, NotHttpError, ClosedError, zlib.error)


@_UNHURRIED
@given(
    text=_answers(),
    place=st.integers(0, 5_000),
    put=st.binary(max_size=6),
    drop=st.integers(0, 6),
    places=_PLACES,
)
def test_whatever_an_answer_is_spoiled_with_there_is_one_end(
    sock: socket.socket, text: bytes, place: int, put: bytes, drop: int, places: list[int]
) -> None:
    at = place % (len(text) + 1)
    spoiled = text[:at] + put + text[at + drop :]
    for bodiless in (False, True):
        answer = read(sock, _cut(spoiled, places), bodiless=bodiless)
        assert answer.error in (None, NotHttpError, ClosedError, zlib.error)
        assert len(answer.body) <= CAP
