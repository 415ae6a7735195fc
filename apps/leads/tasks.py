"""Celery's side: each task calls one service."""

from celery import shared_task

from apps.leads import jobs, services


@shared_task(name=jobs.BACKFILL, soft_time_limit=600, time_limit=620)
def backfill() -> None:
    """Give earlier leads the claims of duplicate rules that were published since."""
    services.backfill_due()
