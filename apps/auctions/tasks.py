"""Celery's side: each task calls one service. All may run any number of times at once."""

from celery import shared_task

from apps.auctions import jobs, services


@shared_task(name=jobs.AUCTION, soft_time_limit=90, time_limit=100)
def auction() -> None:
    """Auction leads that came whole and wait for it."""
    services.auction_due()


@shared_task(name=jobs.EXPIRE)
def expire() -> None:
    """End pings that nobody posted in time, and give back what they held."""
    services.pings_expire()


@shared_task(name=jobs.FORGET)
def forget() -> None:
    """Delete old pings that were never posted."""
    services.pings_forget()


@shared_task(name=jobs.RECORDS)
def records() -> None:
    """Measure how orders fare with what they are posted."""
    services.records_renew()
