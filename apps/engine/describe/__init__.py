"""What the instructions page says of a campaign, from the very value that judges its leads."""

from apps.engine.describe.bad_samples import BadSample, bad_samples
from apps.engine.describe.field_rows import FieldRow, field_rows
from apps.engine.describe.locations import zips_to_look_up
from apps.engine.describe.messages import possible_reasons
from apps.engine.describe.requirements import Requirement, requirements
from apps.engine.describe.sample import sample

__all__ = [
    "BadSample",
    "FieldRow",
    "Requirement",
    "bad_samples",
    "field_rows",
    "possible_reasons",
    "requirements",
    "sample",
    "zips_to_look_up",
]
