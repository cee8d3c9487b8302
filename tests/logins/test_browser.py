"""The first login of a clerk who needs a second factor, on a telephone and at a desk, in a real browser."""

import os
from base64 import b32decode
from pathlib import Path
from typing import Any

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, expect

from tests.admin.test_browser import CHROMIUM, PASSWORD
from tests.admin.test_browser import chromium as chromium
from tests.factories import MemberFactory
from tests.logins.codes import code_now

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]
PICTURES = os.environ.get("PICTURES", "")  # a folder to look at what people see


@pytest.mark.parametrize("width", [390, 1366])
def test_led_to_enrolment_and_then_at_work(chromium: Browser, live_server: Any, settings: Any, width: int) -> None:
    settings.STAFF_SECOND_FACTOR = True
    member = MemberFactory()
    member.user.set_password(PASSWORD)
    member.user.save()
    page = chromium.new_context(viewport={"width": width, "height": 800}, locale="zh-CN").new_page()
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith((live_server.url, "data:")) else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/admin/")
    shown(page, "login", width)
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="启用二次验证")).to_be_visible()
    shown(page, "enrol", width)
    device = TOTPDevice(key=b32decode(page.locator(".secret").inner_text().replace(" ", "")).hex())
    page.get_by_label("当前密码").fill(PASSWORD)
    page.get_by_label("验证码").fill(code_now(device))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".codes li")).to_have_count(10)
    shown(page, "codes", width)
    page.get_by_role("link", name="我已妥善保管").click()
    expect(page.get_by_role("heading", name="待办事项")).to_be_visible()
    page.goto(f"{live_server.url}/account/")
    expect(page.get_by_text("本次")).to_be_visible()
    shown(page, "account", width)
    page.get_by_role("link", name="修改密码").click()
    shown(page, "password", width)
    page.goto(f"{live_server.url}/account/forgotten/")
    shown(page, "forgotten", width)
    assert wrong == []


def shown(page: Page, name: str, width: int) -> None:
    """Fail where the page is wider than the screen; keep a picture of it if asked."""
    assert page.locator("body").evaluate("element => document.documentElement.scrollWidth") <= width
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
