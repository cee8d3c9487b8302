"""How often one address, or one client, may ask."""

import math
import time
from dataclasses import dataclass

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle
from rest_framework.views import APIView

from api.authentication import Caller
from api.counters import count

WINDOW_SECONDS = 60


class AddressThrottle(SimpleRateThrottle):
    """
    A number of requests per address and window, counted atomically in the cache; not counted while that is gone.

    Subclasses name their ``scope``; its rate stands in the settings (``DEFAULT_THROTTLE_RATES``), e.g. ``600/min``.
    """

    num_requests: int
    duration: int
    window_left: float = 0
    cache_format = "throttle:%(scope)s:%(ident)s:%(window)d"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return whether the address has requests left in this window."""
        now = self.timer()
        window = int(now // self.duration)
        self.window_left = (window + 1) * self.duration - now
        used = count(self.cache_format % {"scope": self.scope, "ident": self.get_ident(request), "window": window}, seconds=self.duration)
        return used is None or used <= self.num_requests

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return self.window_left


class CalculatorThrottle(AddressThrottle):
    """The rate of the calculators, which need no login."""

    scope = "calculators"


class TokenThrottle(AddressThrottle):
    """The rate at which one address may ask for tokens, which is also the rate at which it may guess secrets."""

    scope = "tokens"


class ClientThrottle(BaseThrottle):
    """
    Each client's own number of requests a minute, counted atomically in the cache.

    What is left goes into the answer's ``RateLimit`` and ``RateLimit-Policy`` headers (``api.v1.base.BankView``).
    """

    timer = staticmethod(time.time)
    window_left: float = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return whether the client has requests left in this minute; a call without a client is for the permission to refuse."""
        caller = request.auth
        if not isinstance(caller, Caller):
            return True
        now = self.timer()
        window = int(now // WINDOW_SECONDS)
        self.window_left = (window + 1) * WINDOW_SECONDS - now
        used = count(f"throttle:client:{caller.pk}:{window}", seconds=2 * WINDOW_SECONDS)
        limit = caller.client.requests_per_minute
        if used is None:
            return True
        request.rate = Rate(limit=limit, left=max(limit - used, 0), resets_in=max(1, math.ceil(self.window_left)))  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return self.window_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a client may still ask in this minute."""

    limit: int
    left: int
    resets_in: int  # seconds

    def headers(self) -> dict[str, str]:
        """Return the headers that say so. Source: IETF draft RateLimit header fields for HTTP."""
        return {
            "RateLimit-Policy": f'"client";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"client";r={self.left};t={self.resets_in}',
        }
