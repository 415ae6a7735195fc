"""The tasks a plain project would queue per lead. Nobody consumes them while P1 runs, nor the drain's
wake-ups.
"""

import os

import requests
from celery import shared_task

from benchmarks.baseline.models import PlainDelivery


@shared_task(ignore_result=True)
def deliver(delivery_id: int) -> int:
    return delivery_id


@shared_task(ignore_result=True)
def deliver_by_requests(delivery_id: int) -> None:
    """P3's baseline: load the lead, post it, store what came of it."""
    delivery = PlainDelivery.objects.select_related("lead").get(pk=delivery_id)
    answer = requests.post(os.environ["P3_BUYER_URL"], json=delivery.lead.data, timeout=10)
    delivery.status = "sold" if answer.json().get("status") == "accepted" else "unsold"
    delivery.save(update_fields=["status"])
