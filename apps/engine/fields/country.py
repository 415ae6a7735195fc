"""Countries as ISO 3166 two-letter codes, from codes and English names."""

from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, text_of
from apps.engine.fields.country_codes import CODE_BY_SPELLING


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    return CODE_BY_SPELLING.get(" ".join(text.casefold().split())) if text else None


COUNTRY = FieldType(
    "country",
    "Country",
    "Two letters such as US; three letters and English names are read too",
    "US",
    _read,
    "choice",
    bad_example="Atlantis",
)
