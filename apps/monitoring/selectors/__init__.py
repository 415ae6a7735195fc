"""Numbers of the dashboard, each for the companies a person may see. Times are UTC, durations milliseconds."""

from apps.monitoring.selectors.delivery import (
    EndpointRow,
    HourOfCalls,
    Waiting,
    calls_by_hour,
    endpoint_seen,
    endpoints,
    waiting,
)
from apps.monitoring.selectors.leads import (
    Conservation,
    Recovered,
    company_ids_of,
    conservation,
    received_by_hour,
    received_per_minute,
    recent_leads,
    recovered,
)

__all__ = [
    "Conservation",
    "EndpointRow",
    "HourOfCalls",
    "Recovered",
    "Waiting",
    "calls_by_hour",
    "company_ids_of",
    "conservation",
    "endpoint_seen",
    "endpoints",
    "received_by_hour",
    "received_per_minute",
    "recent_leads",
    "recovered",
    "waiting",
]
