"""Counting requests in Redis, atomically; when it does not answer nobody is counted, and the requests go on."""

import time
from functools import cache as cache_once

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

PAUSE_SECONDS = 5.0  # after a failure, before the counter is asked again: a frozen server costs one request its time-out, not all
log = structlog.get_logger(__name__)
_asked_again_at = 0.0  # per process


def count(key: str, *, seconds: int) -> int | None:
    """Return how often the key was counted, this time included, ``None`` where that cannot be known; a key lasts ``seconds``. One trip."""
    global _asked_again_at
    if time.monotonic() < _asked_again_at:
        return None
    try:
        with _redis().pipeline(transaction=False) as both:
            both.incr(key)
            both.expire(key, seconds, nx=True)
            used: int = both.execute()[0]
    except RedisError as problem:
        _asked_again_at = time.monotonic() + PAUSE_SECONDS
        log.warning("throttle_failed_open", problem=f"{type(problem).__name__}: {problem}", asked_again_in=PAUSE_SECONDS)
        return None
    return used


def forget_failure() -> None:
    """Ask again at once: for tests."""
    global _asked_again_at
    _asked_again_at = 0.0


@cache_once
def _redis() -> Redis:
    """Return the connection to the counters; the server, and how long it is waited for, are the cache's."""
    where = settings.CACHES["default"]
    return Redis.from_url(where["LOCATION"], **where.get("OPTIONS", {}))
