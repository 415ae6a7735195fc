"""In which forms endpoints answer: counted in after answers are booked, and where a form is new, told to people.

Outside of the transaction that settles: losing a count does no harm, waiting for one would.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import DatabaseError

from apps.core.durable import expendable
from apps.core.prepared import fetch_all
from apps.deliveries.services.attempt.reading import Answer
from apps.deliveries.services.drift import drifting
from apps.deliveries.services.drift.drifting import SAMPLES

logger = logging.getLogger(__name__)

_COUNT = """
    WITH batch AS MATERIALIZED (
        SELECT * FROM unnest(
            %s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::jsonb[], %s::smallint[], %s::text[],
            %s::bigint[], %s::numeric[], %s::jsonb[]
        ) AS b (company_id, endpoint_id, fingerprint, http_status, content_type, keys, rule_index, outcome,
                seen, amount, samples)
    ), touched AS (
        UPDATE deliveries_driftitem i
        SET seen = i.seen + b.seen, amount = i.amount + b.amount, last_at = now(),
            samples = jsonb_path_query_array(b.samples || i.samples, '$[0 to 4]')
        FROM batch b
        WHERE i.endpoint_id = b.endpoint_id AND i.kind = 'new_shape' AND i.fingerprint = b.fingerprint
          AND i.closed_at IS NULL
    )
    INSERT INTO deliveries_answershape AS s (
        company_id, endpoint_id, fingerprint, http_status, content_type, keys, rule_index, outcome, seen, amount,
        samples, first_at, last_at
    )
    SELECT *, now(), now() FROM batch ORDER BY endpoint_id, fingerprint
    ON CONFLICT (endpoint_id, fingerprint) DO UPDATE
    SET seen = s.seen + excluded.seen, amount = s.amount + excluded.amount, last_at = excluded.last_at,
        outcome = excluded.outcome,
        samples = jsonb_path_query_array(excluded.samples || s.samples, '$[0 to 4]')
    RETURNING id, xmax = 0
"""
"""One statement a batch. A row that was inserted, not updated, has no `xmax`: a form never seen before."""


@dataclass(slots=True)
class _Counted:
    first: Answer
    seen: int = 0
    amount: Decimal = Decimal(0)
    samples: list[int] = field(default_factory=list)


def count(answers: Iterable[Answer]) -> None:
    """Count answers in, oldest first, and open an item for each form that is new at an endpoint with a history. Never
    fails the caller: the leads are settled already.
    """
    counted = _together(answers)
    if not counted:
        return
    try:
        with expendable():
            drifting.consider(_write(counted))
    except DatabaseError:
        logger.warning("shapes_not_counted", extra={"answers": sum(one.seen for one in counted)})


def _together(answers: Iterable[Answer]) -> list[_Counted]:
    found: dict[tuple[int, str], _Counted] = {}
    for answer in answers:
        if answer.shape is None or answer.token_refused:
            continue
        one = found.setdefault((answer.attempt.endpoint.id, answer.shape.fingerprint), _Counted(answer))
        one.seen += 1
        one.amount += answer.price
        one.samples = [answer.attempt.id, *one.samples][:SAMPLES]
    return [found[key] for key in sorted(found)]


def _write(counted: Sequence[_Counted]) -> list[int]:
    """The ids of the rows that are new."""
    columns = zip(*map(_row, counted), strict=True)
    return [row_id for row_id, is_new in fetch_all(_COUNT, [list(column) for column in columns]) if is_new]


def _row(one: _Counted) -> tuple[object, ...]:
    answer, shape = one.first, one.first.shape
    assert shape is not None
    return (
        answer.journey.company_id,
        answer.attempt.endpoint.id,
        shape.fingerprint,
        shape.status,
        shape.content_type,
        json.dumps(shape.keys),
        shape.rule_index,
        answer.reading.outcome.value,
        one.seen,
        one.amount,
        json.dumps(one.samples),
    )
