"""A treasurer's way through the portal on a telephone, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.test_browser import CHROMIUM, NARROW, PASSWORD
from tests.admin.test_browser import chromium as chromium
from tests.admin.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


def test_from_the_door_to_a_sum_opened_and_out_again(chromium: Browser, live_server: Any, world: World) -> None:
    """Nothing comes from elsewhere, nothing is wider than the screen, and a sum opens without a script."""
    world.paid()
    member, address = world.listed.member, live_server.url
    assert member.user is not None
    member.user.set_password(PASSWORD)
    member.user.save()
    page = chromium.new_context(viewport=NARROW, locale="zh-CN", java_script_enabled=False).new_page()
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith((address, "data:")) else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/portal/")
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的申请和贷款")).to_be_visible()
    fits(page)
    page.get_by_role("link", name=world.drawn.contract_number).click()
    expect(page.get_by_text("融资总成本")).to_be_visible()
    formula = page.get_by_text("× 2.00% ÷ 360").first
    expect(formula).to_be_hidden()
    page.locator("summary").first.click()
    expect(formula).to_be_visible()
    fits(page)
    page.locator(".rows a").first.click()
    expect(page.get_by_role("heading", name="财政贴息")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="企业登录")).to_be_visible()
    assert wrong == []


def fits(page: Page) -> None:
    """Fail where the page is wider than the screen."""
    widest = page.locator("main").evaluate("element => document.documentElement.scrollWidth")
    assert widest <= NARROW["width"]
