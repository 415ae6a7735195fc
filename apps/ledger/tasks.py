"""Celery's side: each task calls one service. All may run any number of times at once."""

from celery import shared_task

from apps.ledger import jobs, services


@shared_task(name=jobs.BALANCES, soft_time_limit=25, time_limit=30)
def balances() -> None:
    """Tell of buyers that have run low or out of money since the last look."""
    services.balances_watch()
