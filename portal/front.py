"""What browsers and robots ask for beside the pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

PUBLIC = (
    *("/$", "/check/$", "/whitelist/", "/batches/", "/notices/", "/working-days/", "/faq/", "/contacts/", "/basis/"),
    *("/feed", "/sitemap.xml", "/static/"),
)
RULES = "".join(f"Allow: {place}\n" for place in PUBLIC)  # everything else is somebody's own affair


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of everything but the public's pages."""
    told = f"User-agent: *\n{RULES}Disallow: /\nSitemap: {request.build_absolute_uri(reverse('public:sitemap'))}\n"
    return HttpResponse(told, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send a browser that asks by habit to the picture there is."""
    return redirect(static("backoffice/favicon.svg"))
