"""What is counted of requests: how many and how long by kind of page, never by whose case or which step it was."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django_prometheus.middleware import PrometheusAfterMiddleware

KINDS = frozenset({"changelist", "change", "do", "new", "bulk", "export"})  # the last word of a page's name in the admin
AREAS = frozenset({"admin", "v1", "portal"})
OTHER = "other"


def kind_of_page(view_name: str) -> str:
    """
    Return under which name a view is counted.

    ``admin:subsidy_sealedbid_do`` is ``admin:do``: that a bid was sealed, or how many were, is nobody's to read off a counter. Of the
    interface and the portal the area alone is counted; what is in no area (``healthz``) tells of no case.
    """
    area, _, page = view_name.rpartition(":")
    area = area.partition(":")[0]
    if not area:
        return view_name if view_name.isidentifier() else OTHER
    if area not in AREAS:
        return OTHER
    kind = page.rpartition("_")[2] if area == "admin" else ""
    return f"{area}:{kind}" if kind in KINDS else area


class CountingMiddleware(PrometheusAfterMiddleware):
    """Counts like its base, under names that tell nothing of a case: views by kind, pages not at all by their template."""

    def label_metric(self, metric: Any, request: HttpRequest, response: HttpResponse | None = None, **labels: str) -> Any:
        """Return the counter for what is counted, under names that are everybody's."""
        if "view" in labels:
            labels["view"] = kind_of_page(labels["view"])
        if "templatename" in labels:
            labels["templatename"] = OTHER
        return super().label_metric(metric, request, response, **labels)
