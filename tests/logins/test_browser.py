"""The first login of a clerk who needs a second factor, on a telephone and at a desk, in a real browser."""

import os
from base64 import b32decode
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, expect

from common.admin.display_values import page_of
from parties.models import Member, RightsChange
from parties.services.handovers import link_token
from tests.admin.test_browser import CHROMIUM, PASSWORD
from tests.admin.test_browser import chromium as chromium
from tests.factories import MemberFactory
from tests.logins.codes import code_now, enrolled
from tests.rights import administrator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]
STRONG = "泉州-2024-长口令-x"
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


def test_a_password_is_handed_over_by_two_persons_to_the_third(chromium: Browser, live_server: Any) -> None:
    """Each in a browser of his own, on a telephone and at a desk: proposed, confirmed with the code, set by the person, and refused."""
    head, keeper = MemberFactory(admin=True), administrator("security")
    own, other, person = (chromium.new_context(locale="zh-CN").new_page() for _ in range(3))
    enter(own, live_server.url, head)
    own.goto(f"{live_server.url}/admin/parties/member/new/login/")
    both(own, "propose")
    typed = {"username": "wangwu", "display_name": "王五", "phone": "+86 138 0595 0009", "reason": "泉工信人〔2024〕1号"}
    for name, value in typed.items():
        own.locator(f"[name={name}]").fill(value)
    own.get_by_label("经办").check()
    own.get_by_role("button", name="提出开设账号").click()
    expect(own.get_by_text("待安全管理员确认后生效").first).to_be_visible()
    change = RightsChange.objects.get()
    own.goto(f"{live_server.url}{page_of(change)}")
    both(own, "proposed")
    enter(other, live_server.url, keeper)
    other.goto(f"{live_server.url}{page_of(change)}".replace("/change/", "/do/refuse/"))
    both(other, "refuse")
    other.goto(f"{live_server.url}{page_of(change)}".replace("/change/", "/do/confirm/"))
    both(other, "confirm")
    other.get_by_role("button", name="确认生效").click()
    code = other.locator("code").first.inner_text()
    both(other, "code")
    own.reload()
    both(own, "link")
    link = f"{live_server.url}{reverse('handover', args=[link_token(change)])}"
    person.goto(link)
    both(person, "handover")
    for written, again in (("123", "456"), (STRONG, STRONG)):
        person.get_by_label("交接码").fill(code)
        person.get_by_label("新密码", exact=True).fill(written)
        person.get_by_label("再次输入新密码").fill(again)
        person.get_by_role("button", name="设置密码").click()
        both(person, f"handover-{'set' if again == STRONG else 'wrong'}")
    expect(person.get_by_role("heading", name="密码已设置")).to_be_visible()
    person.goto(link)
    expect(person.get_by_role("heading", name="链接不能使用")).to_be_visible()
    both(person, "handover-used")


def test_a_login_with_a_second_factor(chromium: Browser, live_server: Any) -> None:
    member, other = MemberFactory(), MemberFactory()
    device, _ = enrolled(member), enrolled(other)
    page = chromium.new_context(locale="zh-CN").new_page()
    enter(page, live_server.url, other, code="000000")
    expect(page.get_by_text("密码或验证码不正确")).to_be_visible()
    both(page, "login-wrong-code")
    enter(page, live_server.url, member, code=code_now(device))
    expect(page.get_by_role("heading", name="待办事项")).to_be_visible()


def enter(page: Page, url: str, member: Member, *, code: str = "") -> None:
    """Log somebody in."""
    member.user.set_password(PASSWORD)
    member.user.save()
    page.goto(f"{url}/admin/")
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="登录").click()


def both(page: Page, name: str) -> None:
    """See a page on a telephone and at a desk."""
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        shown(page, name, width)
