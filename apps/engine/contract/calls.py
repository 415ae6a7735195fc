"""What the documents of a contract are made of: the calls a source can make, and examples of each with its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.contract.bodies import SUBMIT, body_schema
from apps.engine.contract.value_schemas import Schema


@dataclass(frozen=True, slots=True)
class Case:
    """A body with the answer it gets. Accepted where `says` is empty; else `says` is the message (simple post) or the
    reason (exchange), or with `is_warning` a message among the warnings. `http` is the HTTP status.

    Where a key or a ping id belongs the body holds the contract's placeholders, never one that opens anything.
    """

    title: str
    body: Mapping[str, Any]
    says: str = ""
    is_warning: bool = False
    http: int = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the API gives it, under a title."""

    title: str
    http: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `key` as in `contract.bodies`, `title` and `words` for people, `timeout_s` what to wait for at most."""

    key: str
    path: str
    title: str
    words: str
    timeout_s: int
    good: tuple[Case, ...] = ()
    bad: tuple[Case, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """All that the documents say. `src` names the source to the exchange; `url` is where the paths begin."""

    spec: CampaignSpec
    terms: TermsSpec
    sample: Mapping[str, Any] = field(repr=False)
    calls: tuple[Call, ...]
    url: str
    brand: str
    published_at: datetime
    contact: str = ""
    src: str = ""
    key_here: str = "YOUR-KEY"
    ping_here: str = "YOUR-PING-ID"

    @property
    def is_exchange(self) -> bool:
        """Whether the source pings and posts."""
        return all(call.key != SUBMIT for call in self.calls)

    @property
    def title(self) -> str:
        """What this is the contract of."""
        return f"{self.spec.name} for {self.terms.source_name}"

    def schema(self, call: str) -> Schema:
        """The schema of the body of a call."""
        return body_schema(call, self.spec, self.terms, sample=self.sample, src=self.src)
