"""Celery's side: each task calls one service."""

from celery import shared_task

from apps.leads import jobs, services
from apps.sources.services import hashes_forget


@shared_task(name=jobs.BACKFILL, soft_time_limit=600, time_limit=620)
def backfill() -> None:
    """Give earlier leads the claims of duplicate rules that were published since."""
    services.backfill_due()


@shared_task(name=jobs.HASHES, soft_time_limit=300, time_limit=320)
def hashes() -> None:
    """Keep the hashes of leads that came since the last time, for pre-checks."""
    services.hashes_due()


@shared_task(name=jobs.FORGET_HASHES, soft_time_limit=600, time_limit=620)
def forget_hashes() -> None:
    """Forget hashes that no rule and no block needs."""
    hashes_forget()
