"""What each kind of page may load."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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
