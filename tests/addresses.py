"""Every address of the product, found in the URL configuration, each with an example in the places of what it names."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

CONVERTED = {"int": "1", "uuid": str(UUID(int=1)), "str": "x", "slug": "x", "path": "1"}


def addresses() -> list[str]:
    """Return an example of every address, sorted."""
    return sorted(set(_under(get_resolver().url_patterns, "/")))


def _under(patterns: list[Any], before: str) -> Iterator[str]:
    for one in patterns:
        written = str(one.pattern)
        if "^" in written or "(?P" in written:  # regular expressions: what is no address of the interface, and an app's index in the admin
            yield f"{before}loans/" if "app_label" in written else f"{before}nothing/"
        elif isinstance(one, URLResolver):
            yield from _under(one.url_patterns, before + written)
        elif isinstance(one, URLPattern):
            yield _filled(before + written)


def _filled(path: str) -> str:
    while "<" in path:
        start, _, rest = path.partition("<")
        kind, _, after = rest.partition(">")
        path = start + CONVERTED[kind.rpartition(":")[0] or "str"] + after
    return path
