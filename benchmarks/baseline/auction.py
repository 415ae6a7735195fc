"""The auction of a plain project: a row, `requests` in a thread pool, the best price, the bids' rows."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import requests
from django.db import connection

from benchmarks.baseline.models import PlainBid, PlainPing

TIMEOUT_S = 10


class PlainAuction:
    """One pool of threads for all auctions, large enough that none waits for another."""

    def __init__(self, urls: Sequence[str], *, at_once: int) -> None:
        self._urls = urls
        self._pool = ThreadPoolExecutor(max(1, len(urls) * at_once))

    def hold(self, data: Mapping[str, str]) -> PlainPing:
        """Ask everybody and keep the best; the pooled connection is given back meanwhile, as ours is."""
        row = PlainPing.objects.create(data=dict(data))
        connection.close()
        answers = list(self._pool.map(lambda url: self._ask(url, row.pk, data), self._urls))
        bids = [
            PlainBid(ping=row, url=url, answer=answer)
            for url, answer in zip(self._urls, answers, strict=True)
        ]
        row.price = max((Decimal(one.answer.get("bid", 0)) for one in bids), default=Decimal(0))
        row.save(update_fields=["price"])
        PlainBid.objects.bulk_create(bids)
        return row

    def _ask(self, url: str, ping_id: int, data: Mapping[str, str]) -> dict:
        try:
            answer = requests.post(url, json={"ping_id": ping_id, **data}, timeout=TIMEOUT_S)
            return answer.json()
        except (requests.RequestException, ValueError):
            return {}
