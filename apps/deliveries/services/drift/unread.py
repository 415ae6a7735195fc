"""Answers that no rule reads: where their share of the last hour has risen, somebody should look at the rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from apps.core.ids import first_id_at
from apps.deliveries.choices import DriftKind
from apps.deliveries.facts import database_now
from apps.deliveries.models import AnswerShape, DriftItem
from apps.deliveries.services.drift.drifting import SAMPLES, answers_known, has_history, open_item

WINDOW = timedelta(hours=1)
LEAST = 5
RISE = 3
LONGEST = timedelta(minutes=5)
"""No answer takes longer than this from its attempt's id."""
KEPT = timedelta(days=180)
"""A form not seen for so long is forgotten, and new when it comes back."""
MOST_SHAPES = 1000
"""Forms kept of one endpoint, the latest; one that answers in more has no usual form."""

_LATELY = """
    SELECT endpoint_id, company_id, count(*), count(*) FILTER (WHERE rule_index IS NULL),
           coalesce(sum(price) FILTER (WHERE rule_index IS NULL), 0),
           (array_agg(id ORDER BY id DESC) FILTER (WHERE rule_index IS NULL))[1:%(samples)s]
    FROM deliveries_attempt
    WHERE id >= %(first)s AND status = 'settled' AND kind = 'sale' AND shape <> ''
      AND http_status < 500 AND http_status NOT IN (408, 429)
    GROUP BY endpoint_id, company_id
    HAVING count(*) FILTER (WHERE rule_index IS NULL) >= %(least)s
    ORDER BY endpoint_id
"""
_SINCE = """
    SELECT count(*), count(*) FILTER (WHERE rule_index IS NULL),
           coalesce(sum(price) FILTER (WHERE rule_index IS NULL), 0),
           (array_agg(id ORDER BY id DESC) FILTER (WHERE rule_index IS NULL))[1:%(samples)s]
    FROM deliveries_attempt
    WHERE endpoint_id = %(endpoint)s AND id >= %(first)s AND finished_at > %(since)s
      AND (%(until)s::timestamptz IS NULL OR finished_at <= %(until)s::timestamptz)
      AND status = 'settled' AND kind = 'sale' AND shape <> '' AND http_status < 500 AND http_status NOT IN (408, 429)
"""
_FORGET = """
    DELETE FROM deliveries_answershape WHERE last_at < now() - %s OR id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY endpoint_id ORDER BY last_at DESC) AS place
            FROM deliveries_answershape
        ) placed WHERE place > %s
    )
"""


@dataclass(frozen=True, slots=True)
class _Unread:
    """Answers of an endpoint over some time; `unread`, `amount` and `samples` of those that no rule read."""

    answers: int
    unread: int
    amount: Decimal
    samples: list[int]

    @property
    def share(self) -> float:
        return self.unread / self.answers if self.answers else 0.0


def watch() -> int:
    """Look at the last hour of all endpoints; open, or let grow, an item for each that is read less than before.
    How many were opened. May run any number of times at once.
    """
    now, opened = database_now(), 0
    with connection.cursor() as cursor:
        first = first_id_at(now - WINDOW)
        cursor.execute(_LATELY, {"first": first, "least": LEAST, "samples": SAMPLES})
        found = cursor.fetchall()
    for endpoint_id, company_id, *rest in found:
        opened += _judge(endpoint_id, company_id, _Unread(*rest), now)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [KEPT, MOST_SHAPES])
    return opened


def _judge(endpoint_id: int, company_id: int, lately: _Unread, now: datetime) -> bool:
    items = DriftItem.objects.filter(endpoint_id=endpoint_id, kind=DriftKind.NO_RULE)
    item = items.filter(closed_at=None).first()
    if item is not None:
        _grow(item, now)
        return False
    closed = items.exclude(closed_at=None).order_by("-closed_at").first()
    known = 0.0
    if closed is not None:
        known = _over(endpoint_id, closed.opened_at - WINDOW, closed.closed_at).share
        if closed.closed_at and closed.closed_at > now - WINDOW:
            lately = _over(endpoint_id, closed.closed_at)
    answers, unread = answers_known(endpoint_id)
    before = max(known, (unread - lately.unread) / max(1, answers - lately.answers))
    rows = AnswerShape.objects.filter(endpoint_id=endpoint_id)
    if lately.unread < LEAST or lately.share < RISE * before or not has_history(rows, now):
        return False
    told = f"No rule reads {lately.share:.0%} of its answers of the last hour; before it was {max(0.0, before):.1%}."
    stands_for = AnswerShape(
        company_id=company_id,
        endpoint_id=endpoint_id,
        seen=lately.unread,
        amount=lately.amount,
        samples=lately.samples,
        last_at=now,
    )
    return open_item(stands_for, kind=DriftKind.NO_RULE, fingerprint="", told=told) is not None


def _grow(item: DriftItem, now: datetime) -> None:
    found = _over(item.endpoint_id, item.opened_at - WINDOW)
    if found.unread > item.seen:
        DriftItem.objects.filter(pk=item.pk, closed_at=None).update(
            seen=found.unread, amount=found.amount, samples=found.samples, last_at=now
        )


def _over(endpoint_id: int, since: datetime, until: datetime | None = None) -> _Unread:
    """Answers that came after `since` and up to `until`, by the database's clock; ids, which may be ahead of it after
    it was set back, only spare reading what is older."""
    bounds = {"endpoint": endpoint_id, "first": first_id_at(since - LONGEST), "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, {**bounds, "samples": SAMPLES})
        answers, unread, amount, samples = cursor.fetchone()
    return _Unread(answers, unread, amount, samples or [])
