"""Celery's side: each task calls one service."""

from celery import shared_task

from apps.intake import idempotency, jobs


@shared_task(name=jobs.PURGE)
def purge() -> None:
    """Forget replies that nobody may ask for any more."""
    idempotency.purge()
