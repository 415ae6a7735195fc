"""Reads of buyers: the secrets of an endpoint, read live when a lead is sent."""

from apps.buyers.models import EndpointHeader


def endpoint_secrets(endpoint_id: int) -> dict[str, str]:
    """The secrets of an endpoint's headers by the name a published version knows them by (the row's id as text)."""
    # An encrypted column cannot be searched; an endpoint has a handful of headers.
    rows = EndpointHeader.objects.filter(endpoint_id=endpoint_id)
    return {str(row.pk): row.secret for row in rows if row.secret}
