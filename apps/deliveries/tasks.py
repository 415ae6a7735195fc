"""Celery's side: each task calls one service. All may run any number of times at once; arguments are never
data.
"""

from celery import shared_task

from apps.deliveries import jobs, services

DRAIN_FOR_S = 10.0


@shared_task(name=jobs.DRAIN, soft_time_limit=90, time_limit=100)
def drain() -> None:
    """Deliver what is due. Longer limits than other tasks: the slowest endpoint may take a minute to
    answer.
    """
    report = services.drain(for_s=DRAIN_FOR_S)
    if report.more:
        jobs.wake_drain()


@shared_task(name=jobs.SWEEP)
def sweep() -> None:
    """Quarantine deliveries that end their process, and tell of what is stuck."""
    services.sweep()


@shared_task(name=jobs.ASK, soft_time_limit=90, time_limit=100)
def ask() -> None:
    """Ask buyers' status URLs about answers that are unknown."""
    services.status_ask()


@shared_task(name=jobs.TOKENS)
def tokens() -> None:
    """Fetch the access tokens of endpoints before they end."""
    services.tokens_renew()


@shared_task(name=jobs.CALLBACKS)
def callbacks() -> None:
    """Post results to sources that were answered 202."""
    services.callbacks_send()


@shared_task(name=jobs.COPIES, soft_time_limit=90, time_limit=100)
def copies() -> None:
    """Send copies of sold leads."""
    services.copies_send()


@shared_task(name=jobs.FILE_DROPS, soft_time_limit=290, time_limit=300)
def file_drops() -> None:
    """Make and send files of bought leads."""
    services.files_send()


@shared_task(name=jobs.DRIFT)
def drift() -> None:
    """Look whether the share of answers that no rule reads has risen somewhere."""
    services.unread_watch()


@shared_task(name=jobs.CANARIES, soft_time_limit=90, time_limit=100)
def canaries() -> None:
    """Test the endpoints whose canaries are due."""
    services.canaries_run()


@shared_task(name=jobs.PARTITIONS)
def partitions() -> None:
    """Make the months ahead of the attempts' table, and bring home what landed outside of them."""
    services.partitions_ahead()


@shared_task(name=jobs.REDELIVER)
def redeliver() -> None:
    """The next batch of every job that sends many leads again."""
    services.redeliveries_go_on()


@shared_task(name=jobs.RETENTION)
def retention() -> None:
    """Remove tests, stored leads, files and copies whose time is over."""
    services.retention_forget()
