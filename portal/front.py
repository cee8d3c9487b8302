"""What browsers and robots ask for beside the pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

PUBLIC = ("/$", "/check/$", "/faq/", "/basis/", "/static/")  # everything else is somebody's own affair
ROBOTS = "User-agent: *\n" + "".join(f"Allow: {place}\n" for place in PUBLIC) + "Disallow: /\n"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of everything but the public's pages."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send a browser that asks by habit to the picture there is."""
    return redirect(static("backoffice/favicon.svg"))
