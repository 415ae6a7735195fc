"""Writes of leads: recording with its reservations, finishing with their release, access to personal data."""

from apps.leads.services.backfill import backfill_claims, backfill_due
from apps.leads.services.finish import Finished, finish, hold, resell, resume, unsell
from apps.leads.services.hashing import hashes_due
from apps.leads.services.judge import Circumstances, judge
from apps.leads.services.record import Recorded, Submission, record
from apps.leads.services.reveal import reveal_record
from apps.leads.services.tell import tell

__all__ = [
    "Circumstances",
    "Finished",
    "Recorded",
    "Submission",
    "backfill_claims",
    "backfill_due",
    "finish",
    "hashes_due",
    "hold",
    "judge",
    "record",
    "resell",
    "resume",
    "reveal_record",
    "tell",
    "unsell",
]
