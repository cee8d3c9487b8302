"""How often one address may ask."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class AddressThrottle(SimpleRateThrottle):
    """
    A number of requests per address and window, counted atomically in the cache.

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
        key = self.cache_format % {"scope": self.scope, "ident": self.get_ident(request), "window": window}
        self.cache.add(key, 0, timeout=self.duration)
        return bool(self.cache.incr(key) <= self.num_requests)

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return self.window_left


class CalculatorThrottle(AddressThrottle):
    """The rate of the calculators, which need no login."""

    scope = "calculators"
