"""The answer to a request while something the product stands on is gone: 503 with a sentence, a page or a problem document."""

import sys
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error

from api.problems import MEDIA_TYPE, document
from common.outages import Outage, outage_of

log = structlog.get_logger(__name__)


class OutageMiddleware:
    """Answer what a view could not do for want of database or disk; stands innermost, so that the answer passes all the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to an outage, ``None`` for any other failure."""
        outage = outage_of(error)
        return outage_answer(request, outage) if outage is not None else None


def failure(request: HttpRequest) -> HttpResponse:
    """Answer what nobody foresaw with 500, and an outage that a middleware met (sessions are rows too) with 503."""
    error = sys.exc_info()[1]
    outage = outage_of(error) if error is not None else None
    return outage_answer(request, outage) if outage is not None else server_error(request)


def outage_answer(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Return 503 in the form that the caller reads, without asking the database for anything."""
    log.warning("outage", code=outage.code, path=request.path)
    answer: HttpResponse
    if request.path_info.startswith("/api/"):
        answer = JsonResponse(document(503, outage.code, outage.message), status=503, content_type=MEDIA_TYPE)
    else:
        answer = render(request, "outage.html", {"sentence": outage.message}, status=503)
    answer["Retry-After"] = str(outage.retry_after)
    return answer
