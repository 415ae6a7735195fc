"""Values that travel through a lead's way: what came in, what was found, what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Base of closed vocabularies; a member equals its stored text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a submission.

    `code` is a key of `reasons.REASONS`; `field` the posting name it is about, or None; `params` fill the
    public text.
    """

    code: str
    field: str | None = None
    params: Mapping[str, str] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value: as sent, in its normal form, and whether it has one.

    `normal` is JSON-friendly text, Decimal, bool, date, datetime or a tuple of texts, by field type; None
    when missing or not valid.
    """

    raw: Any
    normal: Any = None
    valid: bool = True


@dataclass(frozen=True, slots=True)
class LeadData:
    """A submission after normalisation, keyed by the campaign's posting names.

    `values` holds present fields only (empty, blank and null count as missing). `unknown` keeps keys that are
    no field. `warnings` tell of wrong case, unknown keys, over-long unknown values. `format_problems` are in
    the campaign's order.
    """

    values: Mapping[str, Value]
    unknown: Mapping[str, Any] = attribute(default_factory=dict)
    missing: tuple[str, ...] = ()
    format_problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def normal(self, name: str) -> Any:
        """The normal form of a field, or None when it is missing or malformed."""
        value = self.values.get(name)
        return value.normal if value is not None and value.valid else None


@dataclass(frozen=True, slots=True)
class Switches:
    """The live switches of one source's terms on one campaign, read from rows at every request."""

    campaign_active: bool = True
    source_active: bool = True
    terms_active: bool = True
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a five-digit zip code, from the bundled table."""

    zip: str
    state: str
    cities: frozenset[str]
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks need to know beside the lead and its campaign, gathered beforehand.

    `blocked` holds the kinds whose block list hit: `phone email subid affid ip`. `duplicates` holds keys of
    duplicate rules (`DuplicateSpec.key`) whose claim is already taken, `full_caps` keys of caps that are
    full; both are looked up only where nothing is reserved (test leads, pings, before a paid verification).
    `verifications` maps a verifier's name to None (passed) or the problem it found. `places` holds the zips
    this lead and its rules speak of. `ip_country` is the two-letter country of the lead's IP address, empty
    when the table knows none, None when it was not looked up.
    `ping` is what speaks against the ping that a post refers to, None where none is needed.
    """

    now: datetime
    switches: Switches = attribute(default_factory=Switches)
    blocked: frozenset[str] = frozenset()
    duplicates: frozenset[str] = frozenset()
    full_caps: frozenset[str] = frozenset()
    verifications: Mapping[str, Problem | None] = attribute(default_factory=dict)
    places: Mapping[str, Place] = attribute(default_factory=dict)
    ip_country: str | None = None
    ping: tuple[Problem, ...] | None = None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of a lead's trace: a check, whether it passed, and the number or name that decided (no
    personal data)."""

    check: str
    passed: bool
    detail: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """The checks' result: problems in published order, and one line per check for the trace."""

    problems: tuple[Problem, ...]
    lines: tuple[CheckLine, ...]


class VerdictOutcome(Code):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    HELD = "held"
    PENDING = "pending"
    """Accepted, and the buyers' answer did not come within the budget: 202 with a status URL."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a submission ended. Rendered by `engine.reply` into the body of the API that was called.

    `price` is the source's payout, never the buyer's price. `lead_id` is the public id (`L-…`) or None when
    nothing was stored. All problems are kept; which are shown is the renderer's business.
    """

    outcome: VerdictOutcome
    problems: tuple[Problem, ...] = ()
    price: Decimal = Decimal("0.00")
    lead_id: str | None = None
    test: bool = False
    warnings: tuple[Problem, ...] = ()
    spec_version: int | None = None
    status_url: str | None = None
