"""The door through which a request reads one calendar version number, and no more."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from policy.calendar_scope import calendar_scope


class CalendarScopeMiddleware:
    """Let a request read the calendar's version once. Source: D6."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with calendar_scope():
            return self.get_response(request)
