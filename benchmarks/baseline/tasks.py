"""The task a plain project would queue per lead. Nobody consumes it during the benchmark, nor the drain's wake-ups."""

from celery import shared_task


@shared_task(ignore_result=True)
def deliver(delivery_id: int) -> int:
    return delivery_id
