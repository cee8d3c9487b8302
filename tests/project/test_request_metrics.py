"""What the counters of requests tell: kinds of pages, never which case, which step, or that a bid was sealed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from prometheus_client import REGISTRY

from quanzhou_fund.request_metrics import AREAS, KINDS, OTHER, kind_of_page

NAMED_ALONE = {"front", "healthz", "readyz", "handover"}  # what is in no area and tells of no case
TOLD = {"view", "method", "status", "transport", "templatename", "charset", "type", "le"}


def names(resolver: Any, area: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{area}{entry.namespace}:" if entry.namespace else area)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{area}{entry.name}"


ALL = sorted(set(names(get_resolver())))


def test_every_view_is_counted_under_a_name_that_says_nothing_of_a_case() -> None:
    assert any("sealedbid" in name for name in ALL)
    told = {kind_of_page(name) for name in ALL}
    assert told <= NAMED_ALONE | {OTHER} | AREAS | {f"admin:{kind}" for kind in KINDS}, told
    assert {kind_of_page(name) for name in told} == told  # twice is once


@pytest.mark.django_db
def test_every_label_of_what_is_counted_is_known_and_tells_of_no_page(client: Client) -> None:
    addresses = ["/", "/healthz", "/admin/subsidy/sealedbid/", "/api/v1/tenders/", "/portal/", "/nothing/"]
    for address in addresses:
        client.get(address)
    families = [family for family in REGISTRY.collect() if family.name.startswith("django_http")]
    counted = [sample.labels for family in families for sample in family.samples if sample.labels]
    assert {name for labels in counted for name in labels} <= TOLD
    views = {labels["view"] for labels in counted if "view" in labels}
    assert views <= NAMED_ALONE | {OTHER} | AREAS | {f"admin:{kind}" for kind in KINDS}
    assert "healthz" in views
    assert {labels["templatename"] for labels in counted if "templatename" in labels} <= {OTHER}
