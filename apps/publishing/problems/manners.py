"""How an endpoint is treated: its token server, and the status URL that is asked about unreadable answers."""

from collections.abc import Iterator

from apps.buyers import judges
from apps.buyers.models import Endpoint
from apps.engine import asking, oauth, outcome
from apps.engine.orders import EndpointSpec

Said = Iterator[tuple[str, str]]


def problems(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    """(field, what is wrong with it) of one endpoint."""
    if spec.auth.kind == oauth.KIND:
        yield from _token(endpoint, spec)
    if spec.unknown_policy == asking.POLICY:
        yield from _status(spec)


def _token(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    objection = judges.web_problem(spec.auth.token_url)
    if objection:
        yield "token_url", f"has a token URL that cannot be called: {objection}"
    if not spec.auth.name or not endpoint.auth_secret:
        yield "auth_secret", "gets its token with a client id and a secret, and one of them is missing"


def _status(spec: EndpointSpec) -> Said:
    if not spec.status_url:
        yield "status_url", "asks its status URL about unreadable answers, and has none"
        return
    objection = judges.status_problem(spec.status_url)
    if objection:
        yield "status_url", f"has a status URL that cannot be called: {objection}"
    if not any(rule.outcome == "accepted" for rule in spec.status_rules):
        yield "rules", "has no rule that reads from its status URL that a lead was accepted"
    for number, rule in enumerate(spec.status_rules, start=1):
        for sentence in outcome.problems(rule):
            yield "rules", f"has a rule for the status URL, number {number}, that cannot be used: {sentence}"
