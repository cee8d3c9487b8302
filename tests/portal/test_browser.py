"""A treasurer's way through the portal on a telephone, in a real browser."""

import re
from typing import Any

import pytest
import time_machine
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


def test_from_the_first_page_to_what_one_may_borrow_and_back(chromium: Browser, live_server: Any) -> None:
    """Without a script and without a login; what cannot be read is said first and leads to its field; Back is the question before."""
    page = chromium.new_context(viewport=NARROW, locale="zh-CN", java_script_enabled=False).new_page()  # type: ignore[arg-type]
    with time_machine.travel("2025-06-10 10:00+08:00"):
        page.goto(live_server.url)
        page.get_by_role("link", name="看看我能不能申请").click()
        page.get_by_role("button", name="继续").click()
        expect(page.get_by_role("alert")).to_contain_text("请选择“用途”")
        page.get_by_label("投入研发").check()
        page.get_by_role("button", name="继续").click()
        page.get_by_label("贵公司属于哪个行业").select_option("C35")
        page.get_by_role("button", name="继续").click()
        page.get_by_label("是", exact=True).check()
        page.get_by_role("button", name="继续").click()
        expect(page.get_by_role("heading", name="贵公司有下面的称号吗")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="贵公司在泉州市注册吗")).to_be_visible()
        page.go_forward()
        page.get_by_label("都没有").check()
        page.get_by_role("button", name="继续").click()
        page.get_by_label("哪一天注册").fill("2015-03-02")
        page.get_by_role("button", name="继续").click()
        page.get_by_label("研发费用是多少").fill("300万")
        page.get_by_role("button", name="继续").click()
        page.get_by_role("alert").get_by_role("link").click()
        assert page.url.endswith("#answer")
        page.get_by_label("研发费用是多少").fill("3,000,000")
        page.get_by_role("button", name="继续").click()
        page.get_by_label("否", exact=True).check()
        page.get_by_role("button", name="继续").click()
        expect(page.get_by_role("heading", name="符合列入条件")).to_be_visible()
        expect(page.get_by_text("1,500,000.00").first).to_be_visible()
        fits(page)
        page.goto(page.url)  # the address alone carries it
        expect(page.get_by_role("heading", name="符合列入条件")).to_be_visible()
        page.get_by_role("link", name=re.compile(r"修改\s*行业")).click()
        expect(page.get_by_label("贵公司属于哪个行业")).to_be_visible()
