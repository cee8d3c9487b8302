"""Addresses of lists: every list and its file, every filter and what else an address carries, with values that are none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from common.admin.addresses import AddressUnread
from common.admin.visible import VisibleAdmin
from parties.models import Member
from tests.admin.test_pages import OF_BANKS_ALONE, OF_USER_ADMINISTRATORS, PAGES, list_url
from tests.admin.world import World
from tests.factories import MemberFactory

Login = Callable[[Member], Client]
NO_VALUE = ("\x00", "abc'\"<", "9" * 30)
MEANINGLESS = (
    "p=x", "p=0", f"p={'9' * 5000}", "p=%EF%BC%91", "p=999999", "o=99", "o=1.x", "pk__regex=.", "x=1", "%00=1",
)  # fmt: skip
YEARS = ("0", "9999", "x", "9" * 30)


def pages() -> dict[str, VisibleAdmin]:
    return {model._meta.label_lower: page for model, page in admin.site._registry.items() if isinstance(page, VisibleAdmin)}


def parameters(page: VisibleAdmin) -> Iterator[str]:
    """Yield what the list's address may carry: its filters in each form, its days, what other pages link by."""
    for item in page.list_filter:
        if isinstance(item, str | tuple):
            name = item if isinstance(item, str) else item[0]
            yield from (f"{name}__{lookup}" for lookup in ("exact", "isnull", "id__exact"))
        else:
            yield item.parameter_name
    yield from (name for by in page.linked_by for name in (by, f"{by}__exact", f"{by}__id__exact"))
    if page.date_hierarchy:
        yield from (f"{page.date_hierarchy}__{part}" for part in ("day", "gte"))


def addresses(page: VisibleAdmin) -> Iterator[str]:
    for name in parameters(page):
        for value in NO_VALUE:
            asked = QueryDict(mutable=True)
            asked[name] = value
            yield asked.urlencode()
    for year in YEARS if page.date_hierarchy else ():
        asked = QueryDict(mutable=True)
        asked[f"{page.date_hierarchy}__year"] = year
        yield asked.urlencode()
    yield from MEANINGLESS


@pytest.fixture
def someone(world: World, login: Login) -> Callable[[str], Client]:
    """Return the browser of somebody who finds a list."""
    city, bank = login(world.desk.industry), login(world.handler)
    manager = login(MemberFactory.serving("city_industry", admin=True))
    return lambda label: bank if label in OF_BANKS_ALONE else manager if label in OF_USER_ADMINISTRATORS else city


def test_no_address_is_a_fault_of_the_program(someone: Callable[[str], Client]) -> None:
    """What the one reader of addresses answers, page and file answer; it reads the list or says what it does not read."""
    for label, page in pages().items():
        user = someone(label).get(list_url(label)).wsgi_request.user
        unread = {address for address in addresses(page) if not is_read(page, address, user)}
        assert unread >= set(MEANINGLESS), label
        assert len(unread) >= len(MEANINGLESS) + 3 * len(page.list_filter), label


def is_read(page: VisibleAdmin, address: str, user: Any) -> bool:
    asked = RequestFactory().get("/", QUERY_STRING=address)
    asked.user = user
    try:
        list(page.get_changelist_instance(asked).get_queryset(asked)[:1])
    except AddressUnread as refusal:
        return "无法识别" not in refusal.message
    return True


@pytest.mark.parametrize("address", ["p=x", "o=99", "x=1", "pk__regex=.", "%00=1"])
def test_list_and_file_answer_alike_and_in_a_sentence(address: str, someone: Callable[[str], Client]) -> None:
    for label in PAGES:
        said = []
        for place in (list_url(label), f"{list_url(label)}export/"):
            answer = someone(label).get(place, QUERY_STRING=address)
            assert (answer.status_code, answer.get("Location")) == (302, list_url(label)), (label, place)
            said.append([str(message) for message in get_messages(answer.wsgi_request)][-1])
        assert said[0] == said[1], label
        assert "无法识别" in said[0]


def test_what_a_list_understands_it_answers(world: World, login: Login) -> None:
    world.queue()
    browser = login(world.desk.industry)
    for address in ("o=1.-2&p=1", "state__exact=county_review", "kind__exact=project&all=", "e=1", "q=%00", "state__in=draft,published"):
        for place in (list_url("whitelist.entry"), f"{list_url('whitelist.entry')}export/"):
            assert browser.get(place, QUERY_STRING=address).status_code == 200, address


def test_who_may_not_see_a_list_is_told_so_and_not_what_it_reads(world: World, login: Login) -> None:
    bank: Any = login(world.handler)
    for place in (list_url("audit.event"), f"{list_url('audit.event')}export/", reverse("admin:audit_event_changelist")):
        assert bank.get(place, QUERY_STRING="p=x").status_code == 403
