"""What is pasted arrives whole, and the page counts characters as the server does, in a real browser."""

from typing import Any

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, expect

from tests.admin.test_browser import CHROMIUM, NARROW, chromium, enter
from tests.admin.world import World

__all__ = ["chromium"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


def test_nothing_pasted_is_cut_and_characters_are_counted_as_they_are_kept(chromium: Browser, live_server: Any, world: World) -> None:
    page, wrong = enter(chromium, live_server.url, world.desk.county, size=NARROW)
    page.goto(f"{live_server.url}/{configured.ADMIN_PATH}parties/enterprise/new/register/")
    code = page.get_by_label("统一社会信用代码")
    code.focus()
    page.keyboard.insert_text("9135 0581 XX00 0297 0E")
    assert code.input_value() == "9135 0581 XX00 0297 0E"
    name, said = page.get_by_label("企业名称"), page.locator(".qf-counted").last
    name.fill("\u200b𠮷" * 120)
    expect(said).to_have_text("已填 120 字，最多 120 字")
    assert name.evaluate("field => field.validity.valid")
    name.fill("𠮷" * 121)
    expect(said).to_have_text("已填 121 字，最多 120 字")
    assert not name.evaluate("field => field.validity.valid")
    assert wrong == []
