"""What each kind of page may load, and what it says when the database lets it wait too long."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.database import Busy, is_busy

ADMIN_NEEDS = {"script-src": "'unsafe-eval'", "style-src": "'unsafe-inline'"}  # Alpine evaluates expressions and sets styles


class AdminContentPolicy:
    """Loosen the Content-Security-Policy for the admin, and only for it. Stands below django-csp in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(f"/{settings.ADMIN_PATH}"):
            response._csp_update = ADMIN_NEEDS  # type: ignore[attr-defined]  # what django-csp's own decorator sets
        return response


class BusyDatabaseMiddleware:
    """Answer 503 with a sentence where a page's statement ran into a time limit of its role; the interface does so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page, ``None`` for any other failure."""
        if not is_busy(error):
            return None
        answer = render(request, "503.html", {"exception": Busy.sentence}, status=Busy.status)
        answer["Retry-After"] = str(Busy.retry_after)
        return answer
