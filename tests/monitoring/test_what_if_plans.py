"""The look-ups of “what if” are served by an index, however many other orders bid meanwhile."""

import pytest
from django.db import connection

from apps.monitoring.selectors import what_if

pytestmark = pytest.mark.django_db

_BIDS = """
    INSERT INTO auctions_bid (id, company_id, ping_id, order_id, order_name, buyer_id, buyer_name, endpoint_id, status,
                              exclusive, reason, reference, error, error_detail, fields, timings, started_at)
    SELECT ping * 10 + place, 1, ping, place, '', place, '', place, CASE ping % 3 WHEN 0 THEN 'bid' ELSE 'no_bid' END,
           10, '', '', '', '', '[]', '{}', now()
      FROM generate_series(1, 500) ping, generate_series(1, 8) place
"""


def test_the_bids_of_an_order_are_found_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BIDS)
        cursor.execute("ANALYZE auctions_bid")
        cursor.execute("EXPLAIN " + what_if._PRICE, {"order": 3, "first": 1, "last": 400})
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "bid_order" in plan
