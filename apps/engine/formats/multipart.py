"""Multipart bodies (multipart/form-data, RFC 7578): targets are plain names, a list repeats its name, no part has a
file name.

The boundary is a digest of the parts, so that the same lead always gives the same bytes and a boundary never stands
in a value.
"""

import hashlib
from collections.abc import Iterator

from apps.engine.formats.charsets import written
from apps.engine.formats.encoded import BodyFormat, Encoded, FormatProblem, Targets, UnencodableError
from apps.engine.formats.form import texts
from apps.engine.formats.options import media_type, plain_problems
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs

_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """A multipart body; an own content type gets the boundary. Raises `UnencodableError`."""
    if "boundary" in options.content_type.lower():
        raise UnencodableError("the content type names a boundary, which is ours to choose")
    parts = [_part(name, text, options) for name, text in texts(pairs, options)]
    boundary = _boundary(parts)
    lines = [b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts]
    own = media_type("", options) or "multipart/form-data"
    return Encoded(b"".join((*lines, b"--", boundary, b"--\r\n")), f"{own}; boundary={boundary.decode()}")


def _part(name: str, text: str, options: FormatOptions) -> bytes:
    head = f'Content-Disposition: form-data; name="{name.translate(_QUOTED)}"\r\n'
    if options.charset != "utf-8":
        head += f"Content-Type: text/plain; charset={options.charset}\r\n"
    return written(f"{head}\r\n{text}", options)


def _boundary(parts: list[bytes]) -> bytes:
    content = b"\r\n".join(parts)
    found = hashlib.sha256(content).hexdigest()[:32].encode()
    while found in content:
        found = hashlib.sha256(found + content).hexdigest()[:32].encode()
    return b"sluice-" + found


def problems(targets: Targets, options: FormatOptions) -> Iterator[FormatProblem]:
    """As every flat format, and the boundary is ours."""
    yield from plain_problems(targets, options)
    if "boundary" in options.content_type.lower():
        yield FormatProblem("content_type", "names a boundary, which is chosen for every lead anew")


FORMAT = BodyFormat("multipart", "Multipart form", nested=False, encode=encode, problems=problems)
