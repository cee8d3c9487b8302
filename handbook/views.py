"""The doors of the help: the list with its search, a handbook, and the way from a page of the product to what is said of it."""

from django.apps import apps
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common import texts
from common.queueing import queue
from handbook.pages import page_of, search
from handbook.paper import paper_of
from handbook.readers import handbooks_of, member_of, page_anchors, place_of, step_anchors
from handbook.rendering import is_of_step
from handbook.sources import Handbook
from handbook.tasks import make_pdf

ASKED_AGAIN_SECONDS = 60  # until then one who waits does not queue the work a second time
NOT_FOUND = "没有这本手册，或这本手册不在您的阅读范围内。请从帮助首页选择。"


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the reader's handbooks and, asked, the passages that hold the words."""
    today = localdate()
    mine = handbooks_of(member_of(request.user, today=today))
    asked = texts.line(request.GET.get("q", ""))
    context = {"handbooks": mine, "asked": asked, "found": search(mine, asked, today=today) if asked else ()}
    return render(request, "help/index.html", context)


@never_cache
@require_safe
def handbook(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one handbook whole, with its table of contents; made to be printed too."""
    today = localdate()
    mine = handbooks_of(member_of(request.user, today=today))
    book: Handbook | None = next((one for one in mine if one.slug == slug), None)
    if book is None:
        return render(request, "help/not_found.html", {"message": NOT_FOUND, "handbooks": mine}, status=404)
    return render(request, "help/handbook.html", {"book": book, "page": page_of(book, today=today), "handbooks": mine, "today": today})


@never_cache
@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send a handbook as PDF; where it is not made yet, have it made and say so."""
    today = localdate()
    mine = handbooks_of(member_of(request.user, today=today))
    book: Handbook | None = next((one for one in mine if one.slug == slug), None)
    if book is None:
        return render(request, "help/not_found.html", {"message": NOT_FOUND, "handbooks": mine}, status=404)
    path = paper_of(book, today=today)
    if path.exists():
        return FileResponse(path.open("rb"), filename=f"{book.title}.pdf", content_type="application/pdf")
    if cache.add(f"handbook-pdf-{path.name}", 1, timeout=ASKED_AGAIN_SECONDS):
        queue(make_pdf, book.slug)
    return render(request, "help/preparing.html", {"book": book}, status=202)


@never_cache
@require_safe
def here(request: HttpRequest, page: str, step: str = "") -> HttpResponse:
    """
    Send the reader of a page to the paragraph that explains it.

    Shapes: ``page`` is ``app.model`` of a page of the admin, or the name of another page; ``step`` the step's Chinese name.
    """
    today = localdate()
    return redirect(place_of(_anchors(page, step), member=member_of(request.user, today=today), today=today))


@never_cache
@require_safe
def step(request: HttpRequest, label: str) -> HttpResponse:
    """Send the reader of a sentence that names a step to the paragraph that explains it; to a search where it is another house's."""
    today = localdate()
    member = member_of(request.user, today=today)
    anchors = (anchor for one in handbooks_of(member) for anchor in sorted(page_of(one, today=today).anchors) if is_of_step(anchor, label))
    found = next(anchors, None)
    return redirect(place_of((found,), member=member, today=today) if found else f"{reverse('help:index')}?{urlencode({'q': label})}")


def _anchors(page: str, step: str) -> tuple[str, ...]:
    app_label, dot, model_name = page.partition(".")
    if not dot:
        return (f"page-{page}",)
    try:
        case = str(apps.get_model(app_label, model_name)._meta.verbose_name)
    except LookupError:
        raise Http404 from None
    return step_anchors(case, step, app_label, model_name) if step else page_anchors(app_label, model_name)
