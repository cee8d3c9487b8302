"""How much one request may send: judged by what it announces, before a byte of the body is read."""

from collections.abc import Callable
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from api.parsers import BodyTooLarge, ContentPacked, LengthRequired
from api.problems import MEDIA_TYPE, document

PIECE = 65_536
KEPT_IN_MEMORY = 1_048_576


class BodyLimitMiddleware:
    """
    Refuse a body that is longer than its address takes. Stands above everything that reads bodies.

    A view of the interface names the setting of its limit in ``body_limit``; other pages take a form, or a form with one file. A body
    that comes in chunks, whose length nobody knows, is counted while it is taken in, and dropped at the limit. What cannot be read is
    refused, never taken for an empty body: an empty one may mean "today" or "all".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not (announced.isascii() and announced.isdigit()):  # what stands below reads it as a number
            return refusal(request, HTTPStatus.LENGTH_REQUIRED, LengthRequired.default_code, LengthRequired.default_detail)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        """Return a refusal, or ``None`` for the view to go on."""
        limit = limit_of(view, request)
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            return _packed(request)
        says_nothing = "CONTENT_LENGTH" not in request.META and request.method not in ("GET", "HEAD")
        if "Transfer-Encoding" in request.headers or (says_nothing and _is_whole(request)):
            return _take_in_chunks(request, limit)
        announced = request.META.get("CONTENT_LENGTH") or "0"
        is_longer = len(announced) > 12 or int(announced) > limit
        return _too_large(request) if is_longer else None


def limit_of(view: Callable[..., Any], request: HttpRequest) -> int:
    """Return the most bytes an address takes."""
    shape = getattr(view, "cls", None)  # a view of the interface
    if shape is not None:
        return int(getattr(settings, getattr(shape, "body_limit", "API_MAX_BODY_BYTES")))
    has_file = request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    return int(settings.FORM_MAX_BYTES + (settings.DOCUMENTS_MAX_BYTES if has_file else 0))


def refusal(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    """Return a refusal in the shape of its address: a problem document for programs, a page for people."""
    if request.path_info.startswith("/api/"):
        return JsonResponse(document(status, code, sentence), status=status, content_type=MEDIA_TYPE)
    return render(request, "413.html", {"exception": sentence}, status=status)


def _too_large(request: HttpRequest) -> HttpResponse:
    return refusal(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, BodyTooLarge.default_code, BodyTooLarge.default_detail)


def _packed(request: HttpRequest) -> HttpResponse:
    """Return the refusal of a body that is compressed. Source: RFC 9110, 8.4 and 15.5.16."""
    refused = refusal(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, ContentPacked.default_code, ContentPacked.default_detail)
    refused["Accept-Encoding"] = "identity"
    return refused


def _is_whole(request: HttpRequest) -> bool:
    """Return whether the server hands over the body up to its end and says so."""
    return bool(getattr(request, "environ", {}).get("wsgi.input_terminated"))


def _take_in_chunks(request: HttpRequest, limit: int) -> HttpResponse | None:
    """Put the whole body in the request's place of it, or return a refusal where it is too long or its end cannot be told."""
    environ = getattr(request, "environ", {})
    if not _is_whole(request):
        return refusal(request, HTTPStatus.LENGTH_REQUIRED, LengthRequired.default_code, LengthRequired.default_detail)
    taken, left = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY), limit  # noqa: SIM115  # lives as long as the request
    while piece := environ["wsgi.input"].read(min(PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            taken.close()
            return _too_large(request)
        taken.write(piece)
    taken.seek(0)
    request._stream = cast("BinaryIO", taken)  # where Django reads from, and closes
    request.META["CONTENT_LENGTH"] = str(limit - left)
    return None
