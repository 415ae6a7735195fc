"""What people do from the dashboard."""

from typing import Any

from django.db import transaction

from apps.auctions.models import Ping
from apps.buyers.models import Endpoint
from apps.companies.services import record as audit
from apps.deliveries.services import breaker_reset
from apps.leads.models import Lead
from apps.leads.services import reveal_record


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


@transaction.atomic
def ping_reveal_record(ping: Ping, *, by: Any) -> None:
    """Put on record that a person saw what a ping holds about somebody; to be called before it is shown. Of a lead that
    came whole the lead's own record tells it, too.
    """
    audit(ping, by=by, action="ping.revealed", summary=f"Personal data of {ping.public_id} shown")
    lead = Lead.objects.filter(pk=ping.lead_id).first() if ping.lead_id and ping.sealed is None else None
    if lead is not None:
        reveal_record(lead, by=by)
