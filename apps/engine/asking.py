"""Asking a buyer what became of a lead whose answer was unreadable: the question, its times, and how it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from apps.engine import outcome, request, retry
from apps.engine.mapping import Sending, Unbuildable
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.engine.outcome import Outcome, Reading

POLICY = "ask"
PLACEHOLDERS = ("lead_id", "delivery_id", "reference", "idempotency_key")
NOT_THERE = "not_there"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_TELLING = (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer to the question means: `reading` as it came, and `ends` the doubt with it if it does."""

    reading: Reading
    ends: Reading | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether the status URL works: a rule has read its answer."""
        return self.reading.rule_index is not None


def asks(endpoint: EndpointSpec) -> bool:
    """Whether unknown answers of this endpoint are asked about."""
    return endpoint.unknown_policy == POLICY and bool(endpoint.status_url)


def as_question(endpoint: EndpointSpec, values: Mapping[str, str]) -> EndpointSpec:
    """The endpoint as it is asked: GET on its status URL, filled with `values`, and nothing of the lead."""
    url = _PLACEHOLDER.sub(lambda one: quote(values.get(one[1], ""), safe=""), endpoint.status_url)
    return replace(
        endpoint,
        kind="http",
        method="GET",
        url=url,
        mapping=(),
        body_format="query",
        rules=endpoint.status_rules,
    )


def question(asked: EndpointSpec, sending: Sending) -> OutboundRequest | Unbuildable:
    """The request that asks, under the endpoint's own authentication and headers."""
    return request.build(asked, sending)


def read(response: OutboundResponse, endpoint: EndpointSpec) -> Told:
    """What the buyer says. Accepted, rejected and duplicate end the doubt; `failed`, if a rule says so, means that the
    buyer has no such lead. All else, silence of the rules included, is no answer yet.
    """
    reading = outcome.read(response, endpoint.status_rules)
    if reading.rule_index is None:
        return Told(reading)
    if reading.outcome in _TELLING:
        return Told(reading, reading)
    if reading.outcome is Outcome.FAILED:
        gone = replace(reading, outcome=Outcome.REJECTED, reason=reading.reason or NOT_THERE)
        return Told(reading, gone)
    return Told(reading)


def next_at(now: datetime, asked: int, *, jitter: float) -> datetime | None:
    """When the question follows that comes after `asked` ones: 10 seconds to 6 hours. None: a person has to say."""
    wait_s = retry.assured_wait_s(asked + 1, jitter=jitter)
    return None if wait_s is None else now + timedelta(seconds=wait_s)


def url_problem(url: str) -> str:
    """What is wrong with a status URL, in words, or an empty text."""
    unknown = [name for name in _PLACEHOLDER.findall(url) if name not in PLACEHOLDERS]
    if unknown:
        return f"has the placeholder {{{unknown[0]}}}; there are: {', '.join(PLACEHOLDERS)}"
    if "{" in url.partition("//")[2].partition("/")[0]:
        return "has a placeholder in its host"
    return request.url_problem(_PLACEHOLDER.sub("x", url))
