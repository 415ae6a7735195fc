"""What the instructions page says of a campaign, from the very value that judges its leads."""

from apps.engine.describe.bad_samples import BadSample, bad_phase_samples, bad_samples, differing
from apps.engine.describe.exchange_reasons import FAULT_WORDS, ExchangeReason, exchange_reasons, reason_names
from apps.engine.describe.field_rows import FieldRow, field_rows
from apps.engine.describe.locations import zips_to_look_up
from apps.engine.describe.messages import possible_reasons
from apps.engine.describe.phases import may_be_on_ping, needed_on_ping, ping_sample
from apps.engine.describe.requirements import Requirement, requirements
from apps.engine.describe.sample import sample

__all__ = [
    "FAULT_WORDS",
    "BadSample",
    "ExchangeReason",
    "FieldRow",
    "Requirement",
    "bad_phase_samples",
    "bad_samples",
    "differing",
    "exchange_reasons",
    "field_rows",
    "may_be_on_ping",
    "needed_on_ping",
    "ping_sample",
    "possible_reasons",
    "reason_names",
    "requirements",
    "sample",
    "zips_to_look_up",
]
