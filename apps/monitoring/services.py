"""What people do from the dashboard."""

from typing import Any

from django.db import transaction

from apps.buyers.models import Endpoint
from apps.companies.services import record as audit
from apps.deliveries.services import breaker_reset


@transaction.atomic
def breaker_close(endpoint: Endpoint, *, by: Any) -> bool:
    """Close an endpoint's circuit breaker by hand, audited; False when it was closed already."""
    closed = breaker_reset(endpoint.pk)
    if closed:
        audit(
            endpoint,
            by=by,
            action="endpoint.breaker_closed",
            summary=f"Breaker of “{endpoint}” closed by hand",
        )
    return closed
