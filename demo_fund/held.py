"""While the demo is prepared, every page says so and no step is taken."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from api.problems import MEDIA_TYPE, document
from demo_fund.progress import Progress, read_progress

OPEN = ("/healthz", "/readyz", "/metrics", "/robots.txt", "/favicon.ico")  # what is no business of the fund
RETRY_SECONDS = 5
WAIT = "请稍候，准备完成后即可登录。"
NOT_DONE = "演示基金正在准备，本次操作未办理。请在准备完成后重新办理。"


class HeldWhilePlaying:
    """Answers in place of the product until the demo is ready. Stands above sessions and logins in MIDDLEWARE, in the demo alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        progress = read_progress()
        if progress is None or request.path_info in OPEN:
            return self.get_response(request)
        return _held(request, progress)


def _held(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Show the progress; 503 everywhere but on the first page, which is there to be watched."""
    is_step = request.method not in ("GET", "HEAD")
    sentence = NOT_DONE if is_step else WAIT
    answer: HttpResponse
    if request.path_info.startswith("/api/"):
        answer = JsonResponse(document(503, "demo_not_ready", NOT_DONE), status=503, content_type=MEDIA_TYPE)
    else:
        status = 200 if request.path_info == "/" and not is_step else 503
        answer = render(request, "front/playing.html", {"progress": progress, "sentence": sentence}, status=status)
    if answer.status_code == 503:
        answer["Retry-After"] = str(RETRY_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer
