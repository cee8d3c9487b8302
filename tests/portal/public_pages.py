"""Every page of the public there is, found in the URL configuration, with an example where an address takes an argument."""

from collections.abc import Iterator

from django.urls import reverse

from portal.public.urls import urlpatterns

FORMATS = frozenset({"feed-rss", "feed-json", "sitemap"})  # names of addresses that answer something else than a page


def public_names() -> set[str]:
    """Return the names of all addresses of the public."""
    return {str(one.name) for one in urlpatterns}


def public_pages() -> Iterator[str]:
    """Yield the address of every page that takes no argument."""
    yield reverse("front")
    for one in urlpatterns:
        if "<" not in str(one.pattern) and one.name not in FORMATS:
            yield reverse(f"public:{one.name}")
