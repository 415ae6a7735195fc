"""JSON Schema, drafts 4 to 2020-12.

Patterns run in RE2, whose time is linear; every keyword applied costs a step of a budget, so that a small schema
cannot ask for endless work. References stay inside the document.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator, SchemaError, ValidationError, validators
from jsonschema.exceptions import _WrappedReferencingError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from apps.engine.formats.charsets import CHARSETS
from apps.engine.schemas.base import MAX_SCHEMA, MAX_VIOLATIONS, SchemaRefusedError, Violation

MAX_STEPS = 20_000
MAX_DEPTH = 60

_DATA = frozenset({"enum", "const", "default", "examples", "example"})
_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_PLAIN = re.compile(r"""[^.\[\]"'=*\s@$][^.\[\]"'=]*""")
_REQUIRED = re.compile(r"'(.*)' is a required property", re.DOTALL)
_options = re2.Options()
_options.log_errors = False


class _ExhaustedError(Exception):
    """The budget is spent."""


def violations(text: str, body: bytes, charset: str) -> list[Violation]:
    """Where a JSON document breaks a usable schema."""
    kind, schema = loaded(text)
    try:
        document = json.loads(body.decode(CHARSETS[charset].codec))
    except (ValueError, RecursionError):
        return [("", "the body is no JSON")]
    validator = _bounded(kind)(schema, registry=Registry(), format_checker=kind.FORMAT_CHECKER)
    found: dict[Violation, None] = {}
    try:
        for error in validator.iter_errors(document):
            found[_violation(error)] = None
            if len(found) == MAX_VIOLATIONS:
                break
    except (_WrappedReferencingError, Unresolvable):
        return [("", "the schema refers to something that is not in it")]
    except (_ExhaustedError, RecursionError):
        return [("", "the schema takes too much work to check")]
    return list(found)


@lru_cache(maxsize=64)
def loaded(text: str) -> tuple[Any, Any]:
    """The draft's validator class and the schema without its `$schema`. Raises `SchemaRefusedError`."""
    if len(text) > MAX_SCHEMA:
        raise SchemaRefusedError("the schema is over 256 KiB")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        raise SchemaRefusedError("the schema is no JSON") from None
    if not isinstance(schema, dict):
        raise SchemaRefusedError("the schema is no JSON object")
    kind = validators.validator_for(schema, default=None if "$schema" in schema else Draft202012Validator)
    if kind is None:
        raise SchemaRefusedError("the schema names a draft that is unknown in “$schema”")
    schema = _walked(schema, 0)
    _referring(schema, kind)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        raise SchemaRefusedError(
            f"the schema is no JSON Schema: {_path(error.absolute_path)} {error.message[:200]}"
        ) from None
    return kind, schema


def _referring(schema: dict[str, Any], kind: Any) -> None:
    """Look up what is referred to; where parts have addresses of their own, only checking a document can."""
    parts = [*_parts(schema)]
    if any("$id" in part or "id" in part for part in parts[1:]):
        return
    resource = specification_with(kind.ID_OF(kind.META_SCHEMA)).create_resource(schema)
    resolver = Registry().resolver_with_root(resource)
    for part in parts:
        reference = part.get("$ref")
        if isinstance(reference, str):
            try:
                resolver.lookup(reference)
            except Unresolvable:
                raise SchemaRefusedError(
                    f"the schema refers to “{reference[:80]}”, which is not in it"
                ) from None


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(inner)


def _walked(value: Any, depth: int) -> Any:
    """A copy without `$schema`, under which a part would be checked by other rules than ours."""
    if depth > MAX_DEPTH:
        raise SchemaRefusedError("the schema is nested too deep")
    if isinstance(value, list):
        return [_walked(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    for key, inner in value.items():
        _allow(key, inner)
    return {
        key: inner if key in _DATA and not isinstance(inner, dict) else _walked(inner, depth + 1)
        for key, inner in value.items()
        if key != "$schema"
    }


def _allow(key: str, inner: Any) -> None:
    if key in _REFERENCES and isinstance(inner, str) and not inner.startswith("#"):
        raise SchemaRefusedError(f"the schema refers to another document, “{inner[:80]}”; put all into one")
    if key == "pattern" and isinstance(inner, str):
        _pattern(inner)
    if key == "patternProperties" and isinstance(inner, dict):
        for pattern in inner:
            _pattern(pattern)


@lru_cache(maxsize=512)
def _pattern(text: str) -> Any:
    try:
        return re2.compile(text, _options)
    except re2.error:
        raise SchemaRefusedError(
            f"the schema has a pattern “{text[:80]}” that cannot be used here: no look-around, no back references"
        ) from None


def _bounded(kind: Any) -> Any:
    """The draft's validator with a budget and with patterns in RE2."""
    steps = iter(range(MAX_STEPS))

    def counted(apply: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
        def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            if next(steps, None) is None:
                raise _ExhaustedError
            yield from apply(validator, value, instance, schema) or ()

        return check

    own = {
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "additionalProperties": _check_additional,
    }
    keywords = {key: own.get(key, apply) for key, apply in kind.VALIDATORS.items()}
    # What no property check looked at is found by running patterns again, not in RE2.
    keywords.pop("unevaluatedProperties", None)
    return validators.extend(kind, {key: counted(apply) for key, apply in keywords.items()})


def _check_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _pattern(pattern).search(instance):
        yield ValidationError("pattern")


def _check_pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if _pattern(pattern).search(name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _check_additional(validator: Any, extra: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    patterns = [_pattern(text) for text in schema.get("patternProperties", {})]
    for name, value in instance.items():
        if name in schema.get("properties", {}) or any(pattern.search(name) for pattern in patterns):
            continue
        if isinstance(extra, dict):
            yield from validator.descend(value, extra, path=name)
        elif extra is False:
            yield ValidationError("additionalProperties", path=(name,))


_WORDS = {
    "required": "is required and is not sent",
    "additionalProperties": "is nothing the schema knows",
    "enum": "has a value that is not among those the schema allows",
    "const": "has another value than the schema's only one",
    "uniqueItems": "has an item twice",
    "contains": "lacks an item that the schema wants",
    "anyOf": "fits none of the schema's alternatives",
    "oneOf": "does not fit exactly one of the schema's alternatives",
    "not": "is what the schema forbids",
    "dependencies": "lacks what the schema wants beside it",
    "dependentRequired": "lacks what the schema wants beside it",
    "propertyNames": "has a name that the schema does not allow",
}
_SHOWN = {
    "type": "is no {}",
    "pattern": "does not match the pattern {}",
    "format": "is no {}",
    "minLength": "is shorter than {} characters",
    "maxLength": "is longer than {} characters",
    "minimum": "is below {}",
    "maximum": "is above {}",
    "exclusiveMinimum": "is not above {}",
    "exclusiveMaximum": "is not below {}",
    "multipleOf": "is no multiple of {}",
    "minItems": "has fewer than {} items",
    "maxItems": "has more than {} items",
    "minProperties": "has fewer than {} properties",
    "maxProperties": "has more than {} properties",
}


def _violation(error: ValidationError) -> Violation:
    path = [*error.absolute_path]
    missing = _REQUIRED.fullmatch(error.message) if error.validator == "required" else None
    if missing:
        path.append(missing[1])
    key, value = str(error.validator), error.validator_value
    if key in _SHOWN:
        shown = " or ".join(map(str, value)) if isinstance(value, list) else str(value)
        return _path(path), _SHOWN[key].format(shown[:200])
    return _path(path), _WORDS.get(key, f"breaks “{key}” of the schema")


def _path(steps: Any) -> str:
    """A place in a document, spelled as a mapping target."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}"
        else:
            text += f'["{step}"]'
    return text.removeprefix(".")
