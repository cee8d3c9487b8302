"""
The back office's pages: queries and render time of the ten heaviest, in a small fund with cases at every stage.

Figures, not a comparison: they are printed while measuring and add no row to the table.
"""

import argparse
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from benchmarks.database import scratch, settle
from benchmarks.measure import Result, say
from common.admin.display_values import page_of
from common.admin.visible import VisibleAdmin
from tests.admin.world import World

HEAVIEST = 10


def measure(options: argparse.Namespace) -> Iterator[Result]:
    """Print the ten pages that take longest."""
    with scratch("pages"), override_settings(ALLOWED_HOSTS=["testserver"]):
        world = World()
        world.queue()
        world.paid()
        settle()
        browser = Client()
        browser.force_login(world.desk.industry.user, backend="django.contrib.auth.backends.ModelBackend")
        found = [_measured(browser, address, options.rounds) for address in _addresses()]
    for milliseconds, queries, address in sorted(found, reverse=True)[:HEAVIEST]:
        say(f"{milliseconds:7.1f} ms {queries:4d} queries  {address}")
    yield from ()


def _addresses() -> Iterator[str]:
    """Yield the first page, every list, and the page of each list's first case."""
    yield reverse("admin:index")
    for model, page in admin.site._registry.items():
        if isinstance(page, VisibleAdmin):
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for case in model._default_manager.order_by("pk")[:1]:
                yield page_of(case)


def _measured(browser: Client, address: str, rounds: int) -> tuple[float, int, str]:
    """Return median milliseconds, queries and the address of a page; the first, which fills caches, is not counted."""
    browser.get(address)
    asked: list[str] = []

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        browser.get(address)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        browser.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken), len(asked), address
