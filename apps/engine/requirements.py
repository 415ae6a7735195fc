"""What a lead must meet, as values: expressions, schedules, lists, rules, duplicates, caps, consent, verification.

Shared by campaigns, terms and orders; `campaign` and `orders` compose them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Expression:
    """A tree of conditions: `kind` is all, any, not or test.

    all/any/not use `children`; test uses `field`, `operator` (a key of `engine.rules.OPERATORS`) and `value`, whose
    shape the operator tells: text, number text, list of texts, or None.
    """

    kind: str
    children: "tuple[Expression, ...]" = ()
    field: str = ""
    operator: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` up to, not including, `closes`, in minutes after midnight; 0 = Monday.

    `closes` ≤ `opens` means it ends on the next day (overnight windows belong to the day they start); 1440 is midnight.
    """

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """Weekly windows and holidays in a zone. No windows = always open (but for holidays)."""

    time_zone: str
    windows: tuple[Window, ...] = ()
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Targeting:
    """Accepted (include) or refused (exclude) values; `mode` empty means everything is accepted."""

    mode: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ZipTargeting:
    """As `Targeting`, over a list of zips kept by content hash in `CampaignSpec.lists`."""

    mode: str = ""
    list_hash: str = ""
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class ValueList:
    """The content of a list in memory: exact values and prefixes (`902*` is the prefix `902`)."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def __contains__(self, value: str) -> bool:
        return value in self.exact or (bool(self.prefixes) and value.startswith(self.prefixes))

    def __len__(self) -> int:
        return len(self.exact) + len(self.prefixes)


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A named expression: a condition must hold, a filter must not. `public` shows it on the instructions page."""

    kind: str
    name: str
    expression: Expression
    public: bool = False


@dataclass(frozen=True, slots=True)
class DuplicateSpec:
    """Leads that agree on `fields` within `window_s` seconds are duplicates.

    `match` any: one equal field is enough, each field is a claim of its own; all: the fields together are one claim.
    `scope` is terms, campaign or company. `counts`: received, accepted or sold leads hold the claim.
    """

    key: str
    fields: tuple[str, ...]
    window_s: int
    match: str = "any"
    scope: str = "campaign"
    counts: str = "accepted"


@dataclass(frozen=True, slots=True)
class CapSpec:
    """At most `limit` (leads, or cents for spend) per period of a subject.

    `key` names the counter (`terms:12`, `order:7`, …); `period` hour, day, week (from Monday), month or total in
    `time_zone`; `basis` received, sent, accepted or spend. `expression` limits which leads it counts.
    """

    key: str
    subject: str
    basis: str
    period: str
    limit: int
    time_zone: str
    expression: Expression | None = None
    on_hit: str = "reject"


@dataclass(frozen=True, slots=True)
class ConsentSpec:
    """Consent evidence asked for: `requires` none, trustedform, jornaya, either or both; strict demands
    exact formats."""

    requires: str = "none"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class VerificationSpec:
    """Which verifications run: `email` off, offline (syntax, disposable domains) or mx; address; ip with countries."""

    email: str = "off"
    address: bool = False
    ip: bool = False
    countries: tuple[str, ...] = ("US",)
