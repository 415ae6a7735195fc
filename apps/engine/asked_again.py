"""When the order of a result is asked again: by its endpoint's retries, or once its breaker may be tried."""

from collections.abc import Sequence
from datetime import datetime

from apps.engine import retry
from apps.engine.orders import EndpointSpec
from apps.engine.outcome import Outcome
from apps.engine.waterfall import TOKEN_REFUSED, Passed, Result


def retry_at(
    history: Sequence[Result],
    endpoint: EndpointSpec,
    now: datetime,
    *,
    jitter: float,
    retry_after_s: int | None = None,
) -> datetime | None:
    """When the order of the last result is asked again, or None when it is not. `jitter` is random in [0, 1)."""
    last = history[-1]
    if last.reason == TOKEN_REFUSED:
        return now
    again = last.what is Outcome.RETRYABLE or (
        last.what is Outcome.UNKNOWN and endpoint.unknown_policy == "resend"
    )
    tried = sum(1 for one in history if one.order_id == last.order_id and _counts(one))
    if not again or tried > endpoint.retries:
        return None
    return retry.next_at(
        now, tried, jitter=jitter, retry_after_s=retry_after_s, profile=endpoint.retry_profile
    )


def _counts(result: Result) -> bool:
    """Whether a result uses up a retry: a token that was not taken does not."""
    return isinstance(result.what, Outcome) and result.reason != TOKEN_REFUSED


def deferred_until(
    history: Sequence[Result], order_id: int, endpoint: EndpointSpec, reopens_at: datetime
) -> datetime | None:
    """The `retry_at` of a deferred result: the breaker's time, or None once put off more often than it would
    be retried.
    """
    put_off = sum(1 for one in history if one.order_id == order_id and one.what is Passed.DEFERRED)
    return reopens_at if put_off < endpoint.retries else None
