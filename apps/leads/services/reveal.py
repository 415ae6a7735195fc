"""Looking at personal data, which never happens without a trace."""

from typing import Any

from django.db import transaction

from apps.companies.services import audit_record
from apps.core.clock import now
from apps.leads.choices import EventKind
from apps.leads.models import Lead, LeadEvent


@transaction.atomic
def reveal_record(lead: Lead, *, by: Any) -> None:
    """Put on record that a person saw a lead's personal data; to be called before it is shown."""
    LeadEvent.objects.create(lead=lead, kind=EventKind.REVEALED, at=now(), data={"user_id": by.pk})
    audit_record(
        company=lead.company,
        actor=by,
        action="lead.revealed",
        target=lead,
        summary=f"Personal data of {lead.public_id} shown",
    )
