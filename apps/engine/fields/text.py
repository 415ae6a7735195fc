"""Text of any kind, trimmed; names keep their Unicode."""

from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_length, text_of


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    return text if text and fits_length(text, spec) else None


TEXT = FieldType("text", "Text", "Any text", "Some text", _read)
