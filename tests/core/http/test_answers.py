"""How answers are read off a connection: whole or in pieces, well made or not, always to one end."""

import gzip
import socket
import zlib
from collections.abc import Iterable, Iterator

import pytest

from apps.core.http.wire import ClosedError, NotHttpError
from tests.core.http.reading import CAP, H, chunked, read

OK = H + b"Content-Length: 2\r\n\r\nok"
CHUNKED = H + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"accepted" * 20)

# name: the bytes, status, body, whether the connection is used again
WHOLE = {
    "length": (OK, 200, b"ok", True),
    "length 0": (H + b"Content-Length: 0\r\n\r\n", 200, b"", True),
    "lower-case name": (H + b"content-length: 2\r\n\r\nok", 200, b"ok", True),
    "chunks": (CHUNKED + chunked(b"o", b"k"), 200, b"ok", True),
    "chunk extensions": (CHUNKED + chunked(b"ok", extension=b';a=b;c="d"'), 200, b"ok", True),
    "trailers": (CHUNKED + chunked(b"ok", trailer=b"X-Sum: 1\r\nX-More: 2\r\n"), 200, b"ok", True),
    "blank behind a chunk's length": (CHUNKED + b"2  \r\nok\r\n0\r\n\r\n", 200, b"ok", True),
    "coding before chunks": (
        H + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(b"ok"), 200, b"ok", True,
    ),
    "until close": (H + b"\r\nok", 200, b"ok", False),
    "until close, coding": (H + b"Transfer-Encoding: identity\r\n\r\nok", 200, b"ok", False),
    "close": (H + b"Connection: close\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False),
    "1.0 until close": (b"HTTP/1.0 200 OK\r\n\r\nok", 200, b"ok", False),
    "1.0 kept": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", True,
    ),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", True),
    "100": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok", True),
    "103": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + OK, 200, b"ok", True),
    "101": (b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nzz", 101, b"", False),
    "101 alone": (b"HTTP/1.1 101 S\r\n\r\n", 101, b"", False),
    "an upgrade on offer": (
        H + b"Upgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", True,
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "204 with a length": (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, b"", True),
    "204 with a body": (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok", 204, b"", False),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", True),
    "lines that end in LF": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, b"ok", True),
    "blank before the colon": (H + b"Content-Length : 2\r\n\r\nok", 200, b"ok", True),
    "empty lines first": (b"\r\n\r\n" + OK, 200, b"ok", True),
    "bytes behind the answer": (OK + b"x", 200, b"ok", False),
    "a second answer": (OK + OK, 200, b"ok", False),
    "gzip": (
        H + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
        200, b"accepted" * 20, True,
    ),
    "deflate": (
        H + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"ok"), 200, b"ok", False,
    ),
}  # fmt: skip

BROKEN = {
    "nothing": (b"", ClosedError),
    "half a head": (H + b"Content-Length: 2\r\n", ClosedError),
    "half a body": (H + b"Content-Length: 5\r\n\r\nok", ClosedError),
    "half a chunk": (CHUNKED + b"5\r\nok", ClosedError),
    "no last chunk": (CHUNKED + b"2\r\nok\r\n", ClosedError),
    "only an interim answer": (b"HTTP/1.1 100 Continue\r\n\r\n", ClosedError),
    "half a gzip": (H + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:-4], zlib.error),
    "no gzip": (H + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", zlib.error),
    "another length": (H + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk", NotHttpError),
    "the same length twice": (H + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", NotHttpError),
    "two lengths in one": (H + b"Content-Length: 2, 2\r\n\r\nok", NotHttpError),
    "a length with a sign": (H + b"Content-Length: +2\r\n\r\nok", NotHttpError),
    "a length beyond counting": (H + b"Content-Length: 99999999999999999999999\r\n\r\nok", NotHttpError),
    "length and chunks": (
        H + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"ok"), NotHttpError,
    ),
    "chunks and length": (
        H + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + chunked(b"ok"), NotHttpError,
    ),
    "a chunk longer than it says": (CHUNKED + b"2\r\nokk\r\n0\r\n\r\n", NotHttpError),
    "a chunk without a number": (CHUNKED + b"xyz\r\nok\r\n", NotHttpError),
    "a chunk beyond counting": (CHUNKED + b"fffffffffffffffffff\r\nok\r\n", NotHttpError),
    "NUL in a header": (H + b"X-A: a\x00b\r\nContent-Length: 2\r\n\r\nok", NotHttpError),
    "CR in a header": (H + b"X-A: a\rb\r\nContent-Length: 2\r\n\r\nok", NotHttpError),
    "blank in a name": (H + b"X A: 1\r\nContent-Length: 2\r\n\r\nok", NotHttpError),
    "no name": (H + b": 1\r\nContent-Length: 2\r\n\r\nok", NotHttpError),
    "garbage first": (b"x" + OK, NotHttpError),
    "small letters": (OK.lower(), NotHttpError),
    "another version": (b"HTTP/1.2 200 OK\r\n\r\n", NotHttpError),
    "two digits": (b"HTTP/1.1 20 OK\r\n\r\n", NotHttpError),
    "an interim answer with a body": (b"HTTP/1.1 100 C\r\nContent-Length: 2\r\n\r\nok" + OK, NotHttpError),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE)
def test_a_whole_answer(sock: socket.socket, case: str) -> None:
    text, status, body, kept = WHOLE[case]
    for pieces in ([text], [text[at : at + 1] for at in range(len(text))]):
        answer = read(sock, pieces)
        assert (answer.error, answer.status, answer.body, answer.kept) == (None, status, body, kept)


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_whole_answer(sock: socket.socket, case: str) -> None:
    text, error = BROKEN[case]
    for pieces in ([text], [text[at : at + 1] for at in range(len(text))]):
        answer = read(sock, pieces)
        assert (answer.error, answer.kept) == (error, False)


@pytest.mark.parametrize("length", [b"", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_an_answer_to_head_ends_with_its_headers(sock: socket.socket, length: bytes) -> None:
    answer = read(sock, [H + length + b"\r\n"], bodiless=True)
    assert (answer.error, answer.status, answer.body, answer.kept) == (None, 200, b"", False)


def test_headers_are_told_as_they_came(sock: socket.socket) -> None:
    lines = (
        b"x_y!#$%&'*+-.^`|~: 1\r\nSET-Cookie: a\r\nset-cookie:  b  \r\nX-E:\r\nX-F: \r\nX-Long: a\r\n b\r\n"
    )
    answer = read(sock, [H + lines + b"Content-Length: 0\r\n\r\n"])
    assert answer.headers == (
        ("x_y!#$%&'*+-.^`|~", "1"), ("SET-Cookie", "a"), ("set-cookie", "b"), ("X-E", ""), ("X-F", ""),
        ("X-Long", "a b"), ("Content-Length", "0"),
    )  # fmt: skip


def test_interim_headers_and_trailers_are_no_headers_of_the_answer(sock: socket.socket) -> None:
    hints = b"HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n"
    answer = read(sock, [hints + CHUNKED + chunked(b"ok", trailer=b"X-Late: 1\r\n")])
    assert answer.headers == (("Transfer-Encoding", "chunked"),)


@pytest.mark.parametrize("size", [1, 1_000, 60_000])
@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 " + b"a" * 200_000,
        H + b"X-Long: " + b"a" * 200_000,
        H + b"X-Many: a\r\n" * 20_000,
        H + b"a" * 200_000,
        b"HTTP/1.1 102 Processing\r\n\r\n" * 10_000,
        CHUNKED + b"0\r\nX-Trailer: " + b"a" * 200_000,
        CHUNKED + b"0\r\n" + b"X-T: a\r\n" * 20_000,
        CHUNKED + b"2;" + b"a" * 200_000,
    ],
    ids=["reason", "header", "headers", "name", "interim", "trailer", "trailers", "extension"],
)
def test_a_flood_without_a_body_ends_long_before_it_is_over(
    sock: socket.socket, flood: bytes, size: int
) -> None:
    pieces = (flood[at : at + size] for at in range(0, len(flood), size))
    assert read(sock, _until_idle(pieces, bytes_allowed=140_000)).error is NotHttpError


def _until_idle(pieces: Iterable[bytes], *, bytes_allowed: int) -> Iterator[bytes]:
    """The pieces as far as a reader may want them; whoever does not give up in time gets no end of the line."""
    taken = 0
    for piece in pieces:
        taken += len(piece)
        if taken > bytes_allowed:
            return
        yield piece


def test_a_body_beyond_the_cap_is_cut_and_its_connection_closed(sock: socket.socket) -> None:
    for answer in (
        read(sock, [H + b"Content-Length: 1001\r\n\r\n" + b"a" * 1_001]),
        read(sock, [CHUNKED, *[b"1\r\na\r\n"] * 1_001]),
        read(sock, [H + b"\r\n", *[b"a" * 100] * 11]),
    ):
        assert (answer.error, len(answer.body), answer.truncated, answer.kept) == (None, CAP, True, False)
