"""The door through which the caller's address reaches the log."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from audit.context import source_address


def client_address(*, remote: str, forwarded: str, trusted_proxies: int) -> str | None:
    """
    Return the address of the caller, ``None`` when none can be read.

    ``forwarded`` is X-Forwarded-For, to which each proxy appends the address it was called from; only the last
    ``trusted_proxies`` of its entries were written by our own proxies, so anything further left is the caller's own claim.
    """
    chain = [part.strip() for part in forwarded.split(",") if part.strip()] + [remote]
    candidate = chain[max(0, len(chain) - 1 - trusted_proxies)]
    try:
        return str(ip_address(candidate))
    except ValueError:
        return None


class SourceAddressMiddleware:
    """Keep the caller's address at hand for ``audit.services.record`` while the request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = client_address(
            remote=request.META.get("REMOTE_ADDR", ""),
            forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
            trusted_proxies=settings.TRUSTED_PROXY_COUNT,
        )
        token = source_address.set(address)
        try:
            return self.get_response(request)
        finally:
            source_address.reset(token)
