"""The first page of the product, which sends everyone to their own door, and what browsers and robots ask for beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n"  # the first page alone: everything else is somebody's own affair


@never_cache
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Say where staff, banks and enterprises go."""
    return render(request, "front/front.html")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of everything but the first page."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send a browser that asks by habit to the picture there is."""
    return redirect(static("backoffice/favicon.svg"))
