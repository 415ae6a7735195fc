"""Body formats: how (target, value) pairs become the bytes or the query of a request. One file a format.

A new format is one file with an `encode` and a `problems`, and one line in `FORMATS`.
"""

from apps.engine.formats import form, json, multipart, query, raw, xml
from apps.engine.formats.encoded import BodyFormat, Cdata, Encoded, FormatProblem, UnencodableError

FORMATS: dict[str, BodyFormat] = {
    entry.key: entry
    for entry in (json.FORMAT, xml.FORMAT, form.FORMAT, multipart.FORMAT, query.FORMAT, raw.FORMAT)
}

__all__ = ["FORMATS", "BodyFormat", "Cdata", "Encoded", "FormatProblem", "UnencodableError"]
