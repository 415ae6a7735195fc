"""Multipart: any parser reads the parts back; the boundary depends on the content and never stands in it."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.formats import FORMATS, Encoded, UnencodableError
from apps.engine.orders import FormatOptions

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def encode(*pairs: tuple[str, Any], **options: Any) -> Encoded:
    return FORMATS["multipart"].encode(pairs, FormatOptions(**options))


def parts(encoded: Encoded) -> list[tuple[str, bytes]]:
    """As a server splits it: by the boundary of the header and the lines of RFC 7578."""
    boundary = b"--" + encoded.content_type.partition("boundary=")[2].encode()
    opening, *inner, closing = (b"\r\n" + encoded.body).split(b"\r\n" + boundary)
    assert (opening, closing) == (b"", b"--\r\n")
    found = []
    for part in inner:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = head.split(b"\r\n")[0].decode("latin-1")
        found.append(
            (disposition.removeprefix('Content-Disposition: form-data; name="').removesuffix('"'), value)
        )
    return found


@given(st.lists(TEXTS, max_size=5))
def test_whatever_the_values_the_parts_read_back(values: list[str]) -> None:
    encoded = encode(*((f"n{place}", value) for place, value in enumerate(values)))
    assert parts(encoded) == [(f"n{place}", value.encode()) for place, value in enumerate(values)]


def test_a_mail_parser_reads_it_too() -> None:
    encoded = encode(("a", "x--\r\n--sluice"), ("b", "ü"), charset="iso-8859-1")
    message = BytesParser(policy=HTTP).parsebytes(
        f"Content-Type: {encoded.content_type}\r\n\r\n".encode() + encoded.body
    )
    found = [
        (part.get_param("name", header="content-disposition"), part.get_content())
        for part in message.iter_parts()
    ]
    assert found == [("a", "x--\n--sluice"), ("b", "ü")] or found == [("a", "x--\r\n--sluice"), ("b", "ü")]


def test_names_cannot_break_out() -> None:
    hostile = 'a"; filename="x.php\r\nX-Evil: 1'
    encoded = encode((hostile, "v"))
    assert b"\r\nX-Evil" not in encoded.body
    assert parts(encoded) == [("a%22; filename=%22x.php%0D%0AX-Evil: 1", b"v")]


def test_the_same_lead_gives_the_same_bytes_and_another_gives_others() -> None:
    assert encode(("a", "1")) == encode(("a", "1"))
    assert encode(("a", "1")).content_type != encode(("a", "2")).content_type


def test_a_value_that_holds_its_boundary_gets_another() -> None:
    first = encode(("a", "1")).content_type.partition("boundary=")[2]
    encoded = encode(("a", "1"), ("b", f"\r\n--{first}--\r\n"))
    assert parts(encoded) == [("a", b"1"), ("b", f"\r\n--{first}--\r\n".encode())]


def test_an_own_content_type_gets_the_boundary() -> None:
    assert encode(("a", "1"), content_type="multipart/mixed").content_type.startswith(
        "multipart/mixed; boundary=sluice-"
    )
    with pytest.raises(UnencodableError, match="boundary"):
        encode(("a", "1"), content_type="multipart/form-data; boundary=x")
    found = FORMATS["multipart"].problems(
        ("a",), FormatOptions(content_type="multipart/form-data; Boundary=x")
    )
    assert [each.option for each in found] == ["content_type"]


def test_lists_repeat_their_name_and_nothing_mapped_is_an_empty_form() -> None:
    assert parts(encode(("a", ["x", "y"]), ("b", True))) == [("a", b"x"), ("a", b"y"), ("b", b"true")]
    assert parts(encode()) == []
