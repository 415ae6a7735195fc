"""Body formats: how (target, value) pairs become the bytes or the query of a request. One file a format.

A new format is one file with an `encode`, and one line in `FORMATS`.
"""

from apps.engine.formats import form, json, query
from apps.engine.formats.encoded import BodyFormat, Encoded, UnencodableError

FORMATS: dict[str, BodyFormat] = {entry.key: entry for entry in (json.FORMAT, form.FORMAT, query.FORMAT)}

__all__ = ["FORMATS", "BodyFormat", "Encoded", "UnencodableError"]
