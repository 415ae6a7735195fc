"""Celery's side: each task calls one service."""

from celery import shared_task

from apps.intake import idempotency, jobs, payloads
from apps.intake.flows import held


@shared_task(name=jobs.PURGE)
def purge() -> None:
    """Forget replies that nobody may ask for any more, and payloads that nobody maps by any more."""
    idempotency.purge()
    payloads.forget()


@shared_task(name=jobs.HELD, soft_time_limit=60, time_limit=70)
def held_leads() -> None:
    """Take up leads that waited for a mapping which is published now."""
    held.take_up()
