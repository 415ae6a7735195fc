"""Celery's side: each task calls one service. All may run any number of times at once."""

from celery import shared_task

from apps.monitoring import jobs, services


@shared_task(name=jobs.FUNNEL, soft_time_limit=270, time_limit=300)
def funnel() -> None:
    """Count the pings of past hours for the funnel."""
    services.funnel_count_due()
