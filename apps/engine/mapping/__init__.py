"""From a lead to the (target, value) pairs a buyer receives, row by row of an endpoint's mapping.

Only mapped fields are ever sent. What cannot be built is a value, `Unbuildable`, which names the target and
the reason but shows no data of the lead. What a row can be stands in registries, one file each: `MAPPING_KINDS`
(where the value comes from), `PARTS`, `SYSTEM_VALUES`, `ENCODINGS`, and `engine.value_formats.VALUE_FORMATS`.
"""

from apps.engine.mapping.build import build, value_of
from apps.engine.mapping.clear import in_the_clear
from apps.engine.mapping.encodings import ENCODINGS, Encoding
from apps.engine.mapping.kinds import MAPPING_KINDS, MappingKind, fields_read, filled, needs_secret
from apps.engine.mapping.parts import PARTS, Part
from apps.engine.mapping.problems import VALUE_TYPES, problems
from apps.engine.mapping.sending import Sending, SystemValues, Unbuildable, idempotency_key_of
from apps.engine.mapping.system import SYSTEM_VALUES, SystemValue
from apps.engine.pairs import Pairs, Typed

ON_EMPTY = ("omit", "empty", "default", "fail")
ON_TOO_LONG = ("truncate", "fail")

__all__ = [
    "ENCODINGS",
    "MAPPING_KINDS",
    "ON_EMPTY",
    "ON_TOO_LONG",
    "PARTS",
    "SYSTEM_VALUES",
    "VALUE_TYPES",
    "Encoding",
    "MappingKind",
    "Pairs",
    "Part",
    "Sending",
    "SystemValue",
    "SystemValues",
    "Typed",
    "Unbuildable",
    "build",
    "fields_read",
    "filled",
    "idempotency_key_of",
    "in_the_clear",
    "needs_secret",
    "problems",
    "value_of",
]
