"""Lines of leads' timelines."""

from collections.abc import Sequence

import msgspec

from apps.core.prepared import fetch_all
from apps.leads.models import LeadEvent

_TELL = """
    INSERT INTO leads_leadevent (lead_id, kind, at, data)
    SELECT lead_id, kind, at, data
      FROM json_to_recordset(%s::json) AS told (lead_id bigint, kind text, at timestamptz, data jsonb)
    RETURNING 1
"""


def tell(events: Sequence[LeadEvent]) -> None:
    """Store new events, in their order."""
    if events:
        told = [
            {"lead_id": event.lead_id, "kind": event.kind, "at": event.at, "data": event.data}
            for event in events
        ]
        fetch_all(_TELL, [msgspec.json.encode(told).decode()])
