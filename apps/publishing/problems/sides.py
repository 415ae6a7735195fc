"""The two sides of an endpoint, judged alike: what it is posted, and what it is pinged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.buyers.choices import MappingPhase
from apps.buyers.models import Endpoint
from apps.buyers.models import Mapping as MappingRecord
from apps.engine.orders import EndpointSpec
from apps.engine.pinging import pinged
from apps.publishing.problems.base import PublishProblem, named

_OF_A_PING = {
    "url": "ping_url", "method": "ping_method", "body_format": "ping_format", "content_type": "ping_content_type",
    "template": "ping_template", "timeout_ms": "ping_timeout_ms",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One side: `spec` as it is sent, the rows of its mapping in the same order, and the buyer's schema if it has one.

    `label` begins its sentences; `in_vain` says what it would mean if no rule read an acceptance; `fields` are the
    model's names where those of a ping differ.
    """

    endpoint: Endpoint
    label: str
    spec: EndpointSpec
    rows: tuple[MappingRecord, ...]
    schema: tuple[str, str] = ("", "")
    in_vain: str = "nothing sent there would ever be sold"
    fields: Mapping[str, str] = field(default_factory=dict)

    def said(self, name: str, words: str) -> PublishProblem:
        """A problem of the endpoint's field of that name."""
        return named(self.endpoint, self.label, self.fields.get(name, name), words)

    def of_row(self, row: MappingRecord, words: str, *, name: str = "target") -> PublishProblem:
        """A problem of a mapping row."""
        return named(row, self.label, name, words)

    def by_target(self) -> dict[str, MappingRecord]:
        """The rows by their targets."""
        return {row.target: row for row in self.rows}


def post_side(endpoint: Endpoint, spec: EndpointSpec) -> Side:
    """What a post sends."""
    schema = (endpoint.schema_kind, endpoint.schema_text)
    return Side(endpoint, f"Endpoint {endpoint}", spec, _rows(endpoint, MappingPhase.POST), schema)


def ping_side(endpoint: Endpoint, spec: EndpointSpec) -> Side | None:
    """What a ping sends; None where the endpoint is not pinged."""
    asked = pinged(spec)
    if asked is None:
        return None
    rows = _rows(endpoint, MappingPhase.PING)
    in_vain = "no answer would ever be a bid"
    return Side(endpoint, f"Ping of endpoint {endpoint}", asked, rows, in_vain=in_vain, fields=_OF_A_PING)


def _rows(endpoint: Endpoint, phase: str) -> tuple[MappingRecord, ...]:
    return tuple(row for row in endpoint.mappings.all() if row.phase == phase)
