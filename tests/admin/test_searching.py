"""The search boxes of every list, and what offers itself while one types: all ask alike."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from common.admin.visible import VisibleAdmin
from parties.models import Enterprise, Member
from tests.admin.test_pages import list_url
from tests.admin.world import World

Login = Callable[[Member], Client]
NAME = "嘉达服饰（福建）有限公司"
HOSTILE = ("\x00", "(", "[", "\\", "*", "'", '"', "%", "\u200b", "a" * 3000, "𠮷", "{1,}", "\\u0041", "(?e)a")


def test_every_list_takes_every_question_and_finds_what_stands_there(world: World, login: Login) -> None:
    world.paid()
    user = login(world.desk.industry).get("/admin/").wsgi_request
    searched = 0
    for page in admin.site._registry.values():
        if not isinstance(page, VisibleAdmin) or not page.search_fields:
            continue
        rows = page.model._default_manager.all()
        for asked in HOSTILE:
            list(page.get_search_results(user, rows, asked)[0][:1])
        for field in page.get_search_fields(user):
            for text in rows.exclude(**{field: None}).exclude(**{field: ""}).values_list(field, flat=True)[:2]:
                wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in str(text))
                assert page.get_search_results(user, rows, f"\u200b{wide[:100]}")[0].exists(), (page, field)
                searched += 1
    assert searched > 40


@pytest.mark.parametrize("asked", ["嘉达服饰(福建)", "嘉达服饰（福建）", "嘉\u200b达服饰〔福建〕"])
def test_brackets_of_either_width_find_the_enterprise_in_list_file_and_offer(asked: str, world: World, login: Login) -> None:
    entry = world.listed.entry
    Enterprise.objects.filter(pk=entry.enterprise_id).update(name=NAME)
    browser = login(world.desk.industry)
    for label in ("parties.enterprise", "whitelist.entry"):
        assert NAME in browser.get(list_url(label), {"q": asked}).content.decode(), label
        assert NAME not in browser.get(list_url(label), {"q": f"{asked}厦门"}).content.decode(), label
    offered = {"app_label": "whitelist", "model_name": "entry", "field_name": "enterprise", "term": asked}
    assert [one["text"] for one in browser.get(reverse("admin:autocomplete"), offered).json()["results"]] == [NAME]
