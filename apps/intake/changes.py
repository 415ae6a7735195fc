"""Drift of webhooks: payloads that are otherwise than the one they were mapped by are told to people.

Beside a lead's way: losing a count does no harm, and nothing here fails a lead. A new place is told at once; a mapped
one is gone when it was missing from many leads in a row, since forms leave out what nobody answered. Rows are written
once a minute and place at most.
"""

import logging
import os
import threading
import time
from collections import Counter

from django.db import DatabaseError, connection

from apps.core.clock import now
from apps.engine import webhook
from apps.engine.campaign import WebhookSpec
from apps.engine.webhook import Tree
from apps.intake.choices import ChangeKind
from apps.intake.models import WebhookChange
from apps.sources.facts import Access

logger = logging.getLogger(__name__)

GONE_AFTER = 20
"""So many leads in a row without a mapped place, by one process."""
MOST_OPEN = 20
"""Places told of one webhook: one that sends other keys with each lead has no form."""
WRITTEN_AGAIN_AFTER_S = 60.0
_MOST_KEPT = 10_000

_SEEN = """
    INSERT INTO intake_webhookchange AS c (company_id, terms_id, kind, path, seen, first_at, last_at)
    SELECT %(company)s, %(terms)s, %(kind)s, %(path)s, %(seen)s, %(at)s, %(at)s
    WHERE (SELECT count(*) FROM intake_webhookchange o
           WHERE o.terms_id = %(terms)s AND o.closed_at IS NULL AND o.path <> %(path)s) < %(most)s
    ON CONFLICT (terms_id, kind, path) WHERE closed_at IS NULL
    DO UPDATE SET seen = c.seen + EXCLUDED.seen, last_at = EXCLUDED.last_at
"""
_Key = tuple[int, str, str]


class _Noted:
    """What this process has seen and not written yet, and since when a mapped place is missing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._missing: Counter[_Key] = Counter()
        self._seen: Counter[_Key] = Counter()
        self._written_at: dict[_Key, float] = {}

    def due(self, terms_id: int, found: webhook.Changes, mapped: frozenset[str]) -> list[tuple[_Key, int]]:
        """What is to be written now, and how often it was seen."""
        with self._lock:
            if len(self._written_at) + len(self._missing) > _MOST_KEPT:
                self.__init__()  # type: ignore[misc]
                return []
            for path in mapped - {*found.gone}:
                self._missing.pop((terms_id, ChangeKind.GONE, path), None)
            keys = [(terms_id, str(ChangeKind.NEW), place) for place in found.new]
            for path in found.gone:
                key = (terms_id, str(ChangeKind.GONE), path)
                self._missing[key] += 1
                keys += [key] if self._missing[key] >= GONE_AFTER else []
            return [self._taken(key) for key in keys if self._is_due(key)]

    def _is_due(self, key: _Key) -> bool:
        self._seen[key] += 1
        written = self._written_at.get(key)
        return written is None or time.monotonic() - written >= WRITTEN_AGAIN_AFTER_S

    def _taken(self, key: _Key) -> tuple[_Key, int]:
        self._written_at[key] = time.monotonic()
        return key, self._seen.pop(key)

    def forget(self) -> None:
        self.__init__()  # type: ignore[misc]


_noted = _Noted()
os.register_at_fork(after_in_child=_noted.forget)


def note(access: Access, spec: WebhookSpec, tree: Tree) -> None:
    """Compare a live lead's payload with the one it is mapped by. Never raises for want of a database."""
    found = webhook.changes(spec, tree)
    mapped = frozenset(path for row in spec.mapping for path in webhook.reads(row))
    try:
        for (terms_id, kind, path), seen in _noted.due(access.terms_id, found, mapped):
            with connection.cursor() as cursor:
                told = {"company": access.company_id, "terms": terms_id, "kind": kind, "path": path[:500]}
                cursor.execute(_SEEN, told | {"seen": seen, "at": now(), "most": MOST_OPEN})
    except DatabaseError:
        logger.warning("webhook_change_not_noted", extra={"terms_id": access.terms_id})


def known(terms_id: int) -> int:
    """People know of what has changed: close it all; how many there were."""
    return WebhookChange.objects.filter(terms_id=terms_id, closed_at=None).update(closed_at=now())


def forget() -> None:
    """Drop what this process has noted; for tests."""
    _noted.forget()
