"""Walking everything a member can open, and what it said as plain text."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from api.v1.urls import urlpatterns
from common.admin.visible import VisibleAdmin
from documents.models import Document
from parties.models import Member
from tests.api.caller import Caller

PUBLIC = ("/parties/institution/", "/policy/calendarnotice/", "/policy/policyversion/")  # who takes part, and the rules


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


def some(rows: Iterable[Model]) -> list[Model]:
    """Return all of few rows, of many the first and the last two, which are the two sides'."""
    found = list(rows)
    return found if len(found) <= 4 else [*found[:2], *found[-2:]]


def back_office(browser: Client, member: Member) -> Iterator[Said]:
    """
    Yield what the back office says to a person: every view, list, search, export, case, step on a case, and paper.

    Of what the person does not see one address is tried for each kind of case. What is public is not opened.
    """
    for address in plain_views():
        yield ask(browser, address)
    for model, page in pages():
        if route(model, "changelist").endswith(PUBLIC):
            continue
        listed = ask(browser, f"{route(model, 'changelist')}?q=密" if page.search_fields else route(model, "changelist"))
        yield listed
        if listed.status == 200:
            yield ask(browser, route(model, "export"))
            for step in page.new_steps:
                yield ask(browser, route(model, "new", step.name))
            yield from _cases(browser, member, model, page)
    for document in Document.objects.all():
        yield ask(browser, reverse("document-download", args=[document.public_id]))


def _cases(browser: Client, member: Member, model: type[Model], page: VisibleAdmin) -> Iterator[Said]:
    """Yield what the pages of a kind of case say, and what each step offered on them asks, once a step."""
    asked: set[str] = set()
    seen = type(page).visible_to(member).order_by("pk")
    for row in some(seen):
        case = ask(browser, route(model, "change", row.pk))
        yield case
        for step in page.all_steps:
            address = route(model, "do", row.pk, step.name)
            if step.name not in asked and address in case.text:
                asked.add(step.name)
                yield ask(browser, address)
    for row in model._default_manager.exclude(pk__in=seen.values("pk")).order_by("-pk")[:1]:
        hidden = ask(browser, route(model, "change", row.pk))
        assert hidden.status == 404, hidden.address
        yield hidden


def interface_addresses(method: str = "get") -> list[str]:
    """Return every address of the interface that takes a method, as the URL configuration writes it."""
    return [str(one.pattern) for one in urlpatterns if method in (getattr(one.callback, "actions", None) or {})]


def interface(caller: Caller, identifiers: dict[str, list[str]]) -> Iterator[Said]:
    """Yield what the interface says to a program: every list, and every address of an object with the identifiers that anybody reads."""
    for path in interface_addresses():
        for address in filled(path, identifiers):
            yield ask(caller.http, f"/api/v1/{address}", headers=caller.headers)


def filled(path: str, identifiers: dict[str, list[str]]) -> list[str]:
    """Return the addresses of a path for the identifiers of its resource, and of papers where it names one of the resource's."""
    found = [path]
    for name in (path.split("/", maxsplit=1)[0], "papers"):
        if found and "<" in found[0]:
            found = [re.sub(r"<[^>]+>", one, each, count=1) for each in found for one in identifiers.get(name, [])]
    return found


def identifiers_told(callers: Iterable[Caller]) -> dict[str, list[str]]:
    """Return for each resource with a list some identifiers, as each of the programs is told them; of papers some."""
    told: dict[str, list[str]] = {"papers": [str(paper.public_id) for paper in Document.objects.order_by("pk")[::7]]}
    for caller in callers:
        for path in interface_addresses():
            answer = caller.http.get(f"/api/v1/{path}", headers=caller.headers) if "<" not in path else None
            if answer is not None and answer.status_code == 200 and "results" in (found := answer.json()):
                known = told.setdefault(path.strip("/"), [])
                known += [one for row in found["results"][:2] if (one := str(row.get("id", ""))) and one not in known]
    return told
