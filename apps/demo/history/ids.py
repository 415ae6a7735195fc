"""Ids of past instants: unique among themselves, sorted as those of live rows are."""

import itertools
from datetime import datetime

from apps.core.ids import first_id_at

_PLACES = itertools.count()
_WITHIN = 1 << 22
"""Far more than the rows of one millisecond, and within the range that an instant's ids have."""


def id_at(at: datetime) -> int:
    """An id of an instant."""
    return first_id_at(at) + next(_PLACES) % _WITHIN
