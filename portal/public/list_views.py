"""The published whitelist: search, batches, and what feeds and search engines read of them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from common import texts
from portal.public.page import public_page, shown
from portal.public.selectors import Plan
from whitelist.enums import EntryKind
from whitelist.models import Batch
from whitelist.selectors.public import as_published, published_batches, published_entries

ON_A_PAGE = 20
LONGEST_WORDS = 60
FED = 50  # batches a feed tells of
FEED_TITLE = "泉州市技术创新基金白名单发布"


@public_page
def whitelist(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Show what was published, by words, list and batch."""
    words = texts.line(request.GET.get("q", ""))[:LONGEST_WORDS]
    kind, batch = request.GET.get("kind", ""), _batch(request.GET.get("batch", ""))
    found = published_entries(words=words, kind=kind, batch=batch.public_id if batch is not None else None)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [as_published(entry) for entry in page.object_list]
    context: dict[str, Any] = {"words": words, "kind": kind, "kinds": EntryKind.choices, "batch": batch, "found": page, "rows": rows}
    return shown(request, "public/whitelist.html", today=today, plan=plan, **context)


@public_page
def batches(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Show the publications."""
    page = Paginator(published_batches(), ON_A_PAGE).get_page(request.GET.get("page"))
    return shown(request, "public/batches.html", today=today, plan=plan, found=page)


def _batch(written: str) -> Batch | None:
    """
    Return the publication named in an address, ``None`` for none.

    Raises:
        Http404: there is no such publication.
    """
    if not written:
        return None
    try:
        return published_batches().get(public_id=UUID(written))
    except (ValueError, Batch.DoesNotExist):
        raise Http404 from None


def _said(batch: Batch) -> str:
    return f"{batch}，共 {batch.entry_count} 项，{batch.document_number}"  # type: ignore[attr-defined]


class BatchFeed(Feed):
    """The publications as RSS."""

    title = FEED_TITLE
    description = "每次发布的白名单批次，文号和项数。"
    language = "zh-cn"

    def link(self) -> str:
        """Return the page the feed belongs to."""
        return reverse("public:batches")

    def items(self) -> list[Batch]:
        """Return the newest publications."""
        return list(published_batches()[:FED])

    def item_title(self, item: Batch) -> str:
        """Return what was published."""
        return str(item)

    def item_description(self, item: Batch) -> str:
        """Return number of entries and document."""
        return _said(item)

    def item_link(self, item: Batch) -> str:
        """Return where its entries stand."""
        return f"{reverse('public:whitelist')}?batch={item.public_id}"

    def item_guid(self, item: Batch) -> str:
        """Return the publication's own identifier."""
        return str(item.public_id)

    item_guid_is_permalink = False


@public_page
def json_feed(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Tell programs of the newest publications, as JSON Feed 1.1."""
    at = request.build_absolute_uri
    items = [
        {
            "id": str(batch.public_id),
            "url": at(f"{reverse('public:whitelist')}?batch={batch.public_id}"),
            "title": str(batch),
            "content_text": _said(batch),
            "date_published": f"{batch.published_on.isoformat()}T00:00:00+08:00",
        }
        for batch in published_batches()[:FED]
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": FEED_TITLE,
        "language": "zh-CN",
        "home_page_url": at(reverse("public:batches")),
        "feed_url": at(request.path),
        "items": items,
    }
    return JsonResponse(feed, json_dumps_params={"ensure_ascii": False}, content_type="application/feed+json; charset=utf-8")


class PublicSitemap(Sitemap):
    """The public's pages, for search engines."""

    pages = ("check", "whitelist", "batches", "notices", "working-days", "faq", "contacts", "basis")

    def items(self) -> tuple[str, ...]:
        """Return the names of the pages."""
        return ("front", *(f"public:{name}" for name in self.pages))

    def location(self, item: str) -> str:
        """Return a page's address."""
        return reverse(item)
