"""F7: bodies made to break us, over real HTTP. Never a 5xx, always the documented shape, nothing stored."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from apps.leads.models import Lead
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import Posted, Source, hang_up_after, open_source, request

pytestmark = pytest.mark.faults

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DOCUMENTED = {"leadStatus": bool, "reason": str, "message": str, "price": float}
Make = Callable[[dict[str, Any]], bytes]


def spliced(member: str) -> Make:
    """An otherwise good body with one member as it is written here."""
    return lambda good: (json.dumps(good)[:-1] + ", " + member + "}").encode()


def nested(opening: str, closing: str, depth: int) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


REFUSED: dict[str, tuple[Make, dict[str, str], int]] = {
    "nothing": (lambda _: b"", JSON, 400),
    "blanks": (lambda _: b" \r\n\t ", JSON, 400),
    "a NUL": (spliced(r'"comments": "a\u0000b"'), JSON, 400),
    "a bare NUL": (lambda good: json.dumps(good).encode().replace(b"Jane", b"Ja\x00ne"), JSON, 400),
    "a NUL in a key": (spliced(r'"com\u0000ments": "a"'), JSON, 400),
    "a lone surrogate": (spliced(r'"comments": "\ud800"'), JSON, 400),
    "a lone surrogate in a key": (spliced(r'"\udfff": "a"'), JSON, 400),
    "arrays 200,000 deep": (lambda _: nested("[", "]", 100_000), JSON, 400),
    "arrays never closed": (lambda _: b"[" * 200_000, JSON, 400),
    "objects 40,000 deep": (lambda _: nested('{"a":', "}", 40_000), JSON, 400),
    "depth in a field": (spliced('"comments": ' + "[" * 100_000 + "]" * 100_000), JSON, 400),
    "1e400": (spliced('"loan_amount": 1e400'), JSON, 400),
    "-1e400": (spliced('"zip": -1e400'), JSON, 400),
    "1e-99999999999": (spliced('"zip": 1e-99999999999'), JSON, 400),
    "NaN": (spliced('"zip": NaN'), JSON, 400),
    "-Infinity": (spliced('"zip": -Infinity'), JSON, 400),
    "6,000 digits": (spliced('"zip": ' + "9" * 6000), JSON, 400),
    "6,000 digits for an id": (spliced('"compid": ' + "9" * 6000), JSON, 400),
    "the same key twice": (spliced('"email": "second@example.com"'), JSON, 400),
    "two spellings of a key": (spliced('"EMAIL": "second@example.com"'), JSON, 400),
    "an array": (lambda good: json.dumps([good]).encode(), JSON, 400),
    "a text": (lambda _: b'"lead"', JSON, 400),
    "a number": (lambda _: b"7", JSON, 400),
    "null": (lambda _: b"null", JSON, 400),
    "cut in the middle": (lambda good: json.dumps(good).encode()[:-20], JSON, 400),
    "something after the end": (lambda good: json.dumps(good).encode() + b"}", JSON, 400),
    "bytes that are no UTF-8": (lambda good: json.dumps(good).encode().replace(b"Jane", b"\xff\xfe"), JSON, 400),
    "201 fields": (spliced(", ".join(f'"x{n}": 1' for n in range(201))), JSON, 400),
    "gzip that is none": (lambda good: json.dumps(good).encode(), {**JSON, "Content-Encoding": "gzip"}, 400),
    "gzip cut short": (
        lambda good: gzip.compress(json.dumps(good).encode())[:-9], {**JSON, "Content-Encoding": "gzip"}, 400
    ),
    "an unknown charset": (
        lambda good: json.dumps(good).encode(), {"Content-Type": "application/json; charset=klingon"}, 400
    ),
    "a form with a NUL": (lambda _: b"compid=1001&email=a%00b%40example.com", FORM, 400),
    "a form with a surrogate": (lambda _: b"compid=1001&email=%ED%A0%80", FORM, 400),
    "a form with 5,000 fields": (lambda _: b"&".join(b"a%d=1" % n for n in range(5000)), FORM, 400),
    "a megabyte": (spliced('"comments": "' + "x" * 1_000_000 + '"'), JSON, 413),
    "a bomb": (
        lambda _: gzip.compress(b'{"a": "' + b"x" * 50_000_000 + b'"}'), {**JSON, "Content-Encoding": "gzip"}, 413
    ),
    "XML": (lambda _: b"<?xml version='1.0'?><lead/>", {"Content-Type": "application/xml"}, 415),
    "entities": (
        lambda _: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', {"Content-Type": "text/xml"}, 415
    ),
    "an upload": (lambda _: b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "an image": (lambda _: b"\x89PNG\r\n", {"Content-Type": "image/png"}, 415),
    "a content type that is none": (
        lambda good: json.dumps(good).encode(), {"Content-Type": "nonsense/\xe9"}, 415
    ),
}  # fmt: skip
MESSAGES = {400: "Invalid payload", 413: "Payload too large", 415: "Unsupported content type"}


@pytest.fixture(scope="module")
def source(_house: House) -> Source:
    return open_source(_house, ["accept"])


def assert_documented(posted: Posted) -> None:
    told = posted.told
    assert posted.headers["content-type"] == "application/json"
    assert {name: type(told.get(name)) for name in DOCUMENTED} == DOCUMENTED, told
    assert posted.headers["x-request-id"].startswith("R-")


def stored(house: House, source: Source) -> int:
    with house.database():
        return Lead.objects.filter(campaign=source.scene.world.campaign).count()


def test_every_poison_is_refused_in_words_and_leaves_nothing(house: House, source: Source) -> None:
    before = stored(house, source)
    for name, (make, headers, status) in REFUSED.items():
        posted = request(house.port, make(source.body()), headers, mark=name)
        assert (name, posted.status, posted.error) == (name, status, "")
        assert_documented(posted)
        assert posted.told["message"] == MESSAGES[status], name
        assert posted.told["reason"] == "Sluice Reject"
        assert (posted.told["leadStatus"], posted.told["lead_id"]) == (False, None)
    assert stored(house, source) == before


def test_poison_in_chunks_is_refused_all_the_same(house: House, source: Source) -> None:
    before = stored(house, source)
    for name in ("arrays never closed", "a megabyte", "a NUL"):
        make, headers, status = REFUSED[name]
        posted = request(house.port, make(source.body()), headers, chunked=True)
        assert (name, posted.status) == (name, status)
        assert_documented(posted)
    assert stored(house, source) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(house: House, method: str) -> None:
    posted = request(house.port, b"{}", JSON, method=method)
    assert (posted.status, posted.told["message"]) == (405, "Method not allowed")
    assert posted.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/ca/", "/ca/submit/", "/ca/%00", "/ca/%ED%A0%80", "/ca/status/..%2f..%2fadmin"]
)
def test_paths_that_lead_nowhere(house: House, path: str) -> None:
    posted = request(house.port, b"{}", JSON, path=path)
    assert posted.status in (404, 405)
    assert_documented(posted)


def test_what_is_odd_and_fine_is_taken(house: House, source: Source) -> None:
    """A byte order mark, JSON under another name, compressed or in chunks, forms, unknown fields, a long value."""
    good = [json.dumps(source.body()).encode() for _ in range(7)]
    form = "&".join(f"{name}={value}" for name, value in source.body().items()).encode()
    posts = [
        request(house.port, b"\xef\xbb\xbf" + good[0], JSON),
        request(house.port, good[1], {"Content-Type": "text/plain"}),
        request(house.port, good[2], {}),
        request(house.port, gzip.compress(good[3]), {**JSON, "Content-Encoding": "gzip"}),
        request(house.port, good[4], JSON, chunked=True),
        request(house.port, json.dumps(source.body(comments="x" * 100_000)).encode(), JSON),
        request(house.port, json.dumps(source.body(), indent=4).encode("utf-16"), {**JSON}),
        request(house.port, form.replace(b"@", b"%40"), FORM),
    ]
    for place, posted in enumerate(posts):
        if place == 6:  # JSON is UTF-8 unless a charset is named
            assert posted.status == 400
        else:
            assert (place, posted.accepted) == (place, True), posted.told
    source.posts += posts
    history = History(house, [source])
    assert history.settled()
    assert history.verdict().clean


def test_connections_that_break_off_hurt_nobody(house: House, source: Source) -> None:
    """Half a request, a length that never comes true, no HTTP at all; then a good lead."""
    before = stored(house, source)
    whole = b"POST /ca/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    for start in (whole + b'{"compid"', whole[:30], b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n"):
        hang_up_after(house.port, start)
    assert source.post().accepted
    assert stored(house, source) == before + 1
