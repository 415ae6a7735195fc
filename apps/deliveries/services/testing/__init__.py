"""Test Endpoint: looks at everything between us and a buyer, sends a sample lead, and tells line by line.

It writes no attempt, no lead and no money, and counts into no breaker, cap or pace: only an `EndpointTest` remains.
Three steps: what the database knows is read, what the network does is seen without a database, what was seen is kept.
"""

from typing import Any

from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.companies.services import record as audit
from apps.deliveries.choices import CallPhase, TestedBy
from apps.deliveries.facts import database_now
from apps.deliveries.models import EndpointTest
from apps.deliveries.services.testing.lines import Told
from apps.deliveries.services.testing.performing import perform
from apps.deliveries.services.testing.preparing import prepare, sample_campaigns

_SUBJECTS = {CallPhase.PING: "Ping of "}

__all__ = ["Told", "endpoint_test", "keep", "perform", "prepare", "sample_campaigns"]


def endpoint_test(
    endpoint: Endpoint,
    *,
    by: Any,
    kind: str = TestedBy.PERSON,
    campaign: Campaign | None = None,
    phase: str = CallPhase.POST,
) -> EndpointTest:
    """Test an endpoint as it is saved, published or not, with a sample lead of a campaign; audited. The phase is post
    or ping: then it is asked for a bid.

    `by` is the person, None for a canary. Takes as long as the buyer does, at most half a minute; call it outside of
    transactions.
    """
    told = perform(prepare(endpoint, campaign=campaign, phase=phase), quiet=kind == TestedBy.CANARY)
    return keep(endpoint, told, by=by, kind=kind, phase=phase)


def keep(endpoint: Endpoint, told: Told, *, by: Any, kind: str, phase: str = CallPhase.POST) -> EndpointTest:
    """Store what was seen; of a person's test also who made it."""
    row = EndpointTest.objects.create(
        company_id=endpoint.buyer.company_id,
        endpoint_id=endpoint.pk,
        by=kind,
        phase=phase,
        who=str(by)[:254] if by else "",
        passed=told.passed,
        lines=[line.dump() for line in told.lines],
        outcome=told.outcome,
        total_ms=told.total_ms,
        at=database_now(),
    )
    if by is not None:
        audit(
            endpoint,
            by=by,
            action="endpoint.tested",
            summary=f"{_SUBJECTS.get(phase, '')}“{endpoint}” tested: {'passed' if told.passed else 'failed'}",
            data={"test": row.pk, "passed": told.passed, "outcome": told.outcome},
        )
    return row
