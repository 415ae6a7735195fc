"""Bodies are decoded as they arrive and never grow beyond the cap."""

import gzip
import zlib

import pytest

from apps.core.http.body import BoundedBody

TEXT = b'{"status": "accepted"}' * 50


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _fed(encoding: str, data: bytes, *, limit: int = 10_000, step: int = 7) -> BoundedBody:
    body = BoundedBody(limit, encoding)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
        if body.truncated:
            break
    return body


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP ", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:300]) + gzip.compress(TEXT[300:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", _raw_deflate(TEXT)),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "two gzip members", "deflate", "raw deflate"],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_each_encoding_reads_back_however_it_is_cut(encoding: str, data: bytes, step: int) -> None:
    body = _fed(encoding, data, step=step)
    body.end()
    assert body.content == TEXT
    assert not body.truncated


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_exactly_the_cap_is_whole_and_one_byte_more_is_cut(encoding: str) -> None:
    pack = gzip.compress if encoding else bytes
    for length, truncated in ((1000, False), (1001, True)):
        body = _fed(encoding, pack(b"x" * length), limit=1000)
        assert (len(body.content), body.truncated) == (1000, truncated)


def test_a_bomb_is_never_expanded_beyond_the_cap() -> None:
    body = _fed("gzip", gzip.compress(bytes(50_000_000)), limit=262_144, step=1_000_000)
    assert body.truncated
    assert len(body.content) == 262_144
    body.end()


def test_endless_compressed_nothing_is_cut_too() -> None:
    body = _fed("gzip", gzip.compress(b"") * 10_000, limit=1_000, step=1_000)
    assert body.truncated
    assert body.content == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_kept_as_it_came(encoding: str) -> None:
    assert _fed(encoding, b"\x1f\x8bwhatever").content == b"\x1f\x8bwhatever"


def test_what_is_not_compressed_as_it_says_is_an_error() -> None:
    with pytest.raises(zlib.error):
        _fed("gzip", b'{"status": "accepted"}')


def test_a_compressed_body_that_ends_early_is_an_error_after_what_could_be_read() -> None:
    body = _fed("gzip", gzip.compress(TEXT)[:-9])
    with pytest.raises(zlib.error):
        body.end()
    assert TEXT.startswith(body.content)
