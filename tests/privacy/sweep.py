"""Walking everything a member can open, and what it said as plain text."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from common.admin import VisibleAdmin
from documents.models import Document


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: where from, its status, its text without markup's commas and folds."""

    address: str
    status: int
    text: str


def plain(answer: Any) -> str:
    """Return the text of an answer: pages and JSON as they are, the parts of workbooks and archives one after another, headers too."""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = raw.decode("utf-8", "replace")
    if raw[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            told = "\n".join(f"{name}\n{packed.read(name).decode('utf-8', 'replace')}" for name in packed.namelist())
    headers = " ".join(unquote(str(value)) for name, value in answer.items())
    return re.sub(r"(?<=\d),(?=\d{3})", "", f"{headers}\n{told}")


def ask(browser: Client, address: str, **given: Any) -> Said:
    """Return what an address says."""
    answer = browser.get(address, **given)
    return Said(address, answer.status_code, plain(answer))


def pages() -> list[tuple[type[Model], VisibleAdmin]]:
    """Return every page of the back office, whichever are registered."""
    return [(model, page) for model, page in admin.site._registry.items() if isinstance(page, VisibleAdmin)]


def route(model: type[Model], name: str, *args: Any) -> str:
    """Return the address of one of a page's views."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def plain_views() -> list[str]:
    """Return the addresses of the back office that take no argument and belong to no list: first page, calculators, queues and the like."""
    found = [f"{reverse('admin:index')}search/?s={word}" for word in ("密", "企坊", "正银行")]
    lists = {route(model, name) for model, _ in pages() for name in ("changelist", "export")}
    for pattern in _patterns(admin.site.get_urls(), ""):
        if "<" not in pattern and not pattern.endswith(("logout/", "jsi18n/", "add/", "autocomplete/")):
            found.append(reverse("admin:index") + pattern)
    return [address for address in found if address not in lists]


def _patterns(patterns: Any, before: str) -> Iterator[str]:
    for one in patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _patterns(one.url_patterns, here)
        elif not here.startswith("^") and "(?P" not in here:
            yield here


def rows_of(model: type[Model]) -> list[Model]:
    """Return the rows whose pages are opened: all of few, of many the first and the last, which are the two sides'."""
    found = list(model._default_manager.order_by("pk"))
    return found if len(found) <= 8 else [*found[:4], *found[-4:]]


def back_office(browser: Client) -> Iterator[Said]:
    """Yield what the back office says to a person: every view, list, search, export, case, step on a case, and paper."""
    for address in plain_views():
        yield ask(browser, address)
    for model, page in pages():
        listed = ask(browser, f"{route(model, 'changelist')}?q=密" if page.search_fields else route(model, "changelist"))
        yield listed
        if listed.status == 200:
            yield ask(browser, route(model, "export"))
            for step in page.new_steps:
                yield ask(browser, route(model, "new", step.name))
            for row in rows_of(model):
                yield from _case(browser, page, row)
    for document in rows_of(Document):
        yield ask(browser, reverse("document-download", args=[document.public_id]))


def _case(browser: Client, page: VisibleAdmin, row: Model) -> Iterator[Said]:
    """Yield what a case's page says, and what the steps offered on it ask."""
    case = ask(browser, route(type(row), "change", row.pk))
    yield case
    for step in page.all_steps if case.status == 200 else ():
        address = route(type(row), "do", row.pk, step.name)
        if address in case.text:
            yield ask(browser, address)
