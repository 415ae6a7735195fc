"""From a lead to the (target, value) pairs a buyer receives, row by row."""

from typing import Any

from apps.engine import templates
from apps.engine.mapping.encodings import ENCODINGS
from apps.engine.mapping.kinds import MAPPING_KINDS, empty
from apps.engine.mapping.sending import Sending, Unbuildable
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.pairs import Pairs, Typed
from apps.engine.value_formats import VALUE_FORMATS, UnwritableError, as_boolean, as_number, as_text


def build(endpoint: EndpointSpec, sending: Sending) -> Pairs | Unbuildable:
    """The pairs of a request, in mapping order, omitted rows left out."""
    pairs: list[tuple[str, Typed]] = []
    for row in endpoint.mapping:
        try:
            value = value_of(row, sending)
        except (UnwritableError, templates.TemplateRefusedError) as error:
            return Unbuildable(row.target, str(error))
        if value is not None:
            pairs.append((row.target, value))
    return tuple(pairs)


def value_of(row: MappingRow, sending: Sending) -> Typed | None:
    """What one row gives, None where it is left out. Raises `UnwritableError` and `TemplateRefusedError`."""
    value = row.test_value if sending.test and row.test_value else _written(row, sending)
    return _when_empty(row) if empty(value) else _finished(value, row)


def _written(row: MappingRow, sending: Sending) -> Any:
    """What the kind gives, in the row's format."""
    kind = MAPPING_KINDS.get(row.kind)
    if kind is None:
        raise UnwritableError(f"“{row.kind}” is no kind of mapping")
    value, entry = kind.read(row, sending), VALUE_FORMATS.get(row.value_format)
    if empty(value) or entry is None or not entry.key:
        return value
    return entry.write(value, row.format_argument, sending.secrets.get(row.secret, ""))


def _when_empty(row: MappingRow) -> Typed | None:
    if row.on_empty == "omit":
        return None
    if row.on_empty == "fail":
        raise UnwritableError("is empty and the buyer needs it")
    if row.on_empty == "default":
        return _finished(row.default, row)
    return ""


def _finished(value: Any, row: MappingRow) -> Typed:
    """Cut to its length, typed and wrapped."""
    typed = _typed(_fitted(value, row), row.value_type)
    encoding = ENCODINGS.get(row.encoding)
    if encoding is None or not encoding.key:
        return typed
    if isinstance(typed, list):
        return [encoding.wrap(item) for item in typed]
    return encoding.wrap(as_text(typed))


def _fitted(value: Any, row: MappingRow) -> Any:
    if row.max_length is None or isinstance(value, tuple | list):
        return value
    text = as_text(value)
    if len(text) <= row.max_length:
        return value
    if row.on_too_long == "fail":
        raise UnwritableError(f"is longer than {row.max_length} characters")
    return text[: row.max_length].rstrip()


def _typed(value: Any, value_type: str) -> Typed:
    if value_type == "boolean":
        return as_boolean(value)
    if value_type == "number":
        return as_number(value)
    if value_type == "integer":
        number = as_number(value)
        if number != number.to_integral_value():
            raise UnwritableError("is not a whole number")
        return int(number)
    if value_type == "list":
        return [as_text(item) for item in (value if isinstance(value, tuple | list) else (value,))]
    return as_text(value)
