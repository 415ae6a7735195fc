"""How often something may be done in a while. Counts live in Redis and may be lost: without it, nothing is limited."""

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.core.crypto import digest

log = structlog.get_logger(__name__)

GUESSES, GUESS_WINDOW_S = 30, 600
ACTIONS, ACTION_WINDOW_S = 60, 600


def may_guess(address: str) -> bool:
    """Whether an address may look up a link: not after too many that do not exist."""
    return _count(_guess_key(address)) < GUESSES


def guessed_wrong(address: str) -> None:
    """Count a link that does not exist."""
    _add(_guess_key(address), GUESS_WINDOW_S)


def may_act(action: str, link_id: int) -> bool:
    """Count an action on a link; False when there were too many of its kind lately."""
    return _add(f"instructions:{action}:{link_id}", ACTION_WINDOW_S) <= ACTIONS


def _guess_key(address: str) -> str:
    return f"instructions:guess:{digest(address, scope='guess').hex()}"


def _count(key: str) -> int:
    if not settings.RATE_LIMITS:
        return 0
    try:
        return int(cache.get(key, 0))
    except (RedisError, OSError):
        log.warning("rate_limit_unavailable")
        return 0


def _add(key: str, window_s: int) -> int:
    if not settings.RATE_LIMITS:
        return 0
    try:
        cache.add(key, 0, timeout=window_s)
        return int(cache.incr(key))
    except ValueError:
        return 1  # it expired between the two calls
    except (RedisError, OSError):
        log.warning("rate_limit_unavailable")
        return 0
