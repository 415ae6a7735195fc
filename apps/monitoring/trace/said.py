"""What a list says of a call: our words, or the buyer's own with the person masked."""

from apps.core.crypto import DecryptionError
from apps.deliveries.models import Attempt
from apps.monitoring.trace.masking import mask_of
from apps.monitoring.trace.outcomes import why
from apps.publishing import specs


def said(attempt: Attempt) -> str:
    """Why a call ended as it did. `attempt.lead` should have been read with it."""
    words = why(reason=attempt.reason, error=attempt.error, http_status=attempt.http_status)
    # Ours name nobody; what a buyer wrote may repeat whom it was told of.
    return words if attempt.reason not in words or not attempt.reason else _masked(attempt, words)


def _masked(attempt: Attempt, words: str) -> str:
    lead = attempt.lead
    try:
        return mask_of(lead, specs.load(lead.version_id) if lead.version_id else None)(words)
    except DecryptionError:
        return ""
