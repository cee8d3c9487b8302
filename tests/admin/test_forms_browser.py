"""The four worst things that happened to what people typed, in a real browser."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from loans.models import Movement, Proposal, UseOfFundsCheck
from parties.models import Enterprise
from tests.admin.test_browser import CHROMIUM, NARROW, PASSWORD, chromium, enter
from tests.admin.test_steps import do_url
from tests.admin.world import World

__all__ = ["chromium"]
FINDING = "已核对发票和入库单，用于购置设备"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


def fill_check(page: Page) -> None:
    page.get_by_label("检查情况").fill(FINDING)
    page.get_by_label("发现挪用").select_option("no")


def kept(page: Page) -> list[str]:
    """Return the addresses of which the tab keeps something."""
    return [key.split(":", 3)[3] for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("qf:typed:")]


def test_a_comma_for_a_point_is_asked_about_and_never_recorded(chromium: Browser, live_server: Any, world: World) -> None:
    loan, before = world.drawn, Movement.objects.count()
    page, wrong = enter(chromium, live_server.url, world.handler)
    page.goto(live_server.url + do_url(loan, "repayment"))
    page.get_by_label("金额", exact=False).first.fill("1000，50")
    page.get_by_label("银行流水号", exact=False).first.fill("LS-1")
    page.locator(".qf-submit button").click()
    expect(page.get_by_text("是否为 1,000.50 元？").first).to_be_visible()
    assert (Proposal.objects.filter(amount=Decimal("100050.00")).count(), Movement.objects.count()) == (0, before)
    assert [one for one in wrong if "409" not in one] == []


def test_a_stale_form_shows_both_values_and_undoes_nobody(chromium: Browser, live_server: Any, world: World) -> None:
    enterprise: Enterprise = world.listed.enterprise
    address = live_server.url + do_url(enterprise, "change")
    mine, _ = enter(chromium, live_server.url, world.desk.county, size=NARROW)
    theirs, _ = enter(chromium, live_server.url, world.county_checker)
    for page in (mine, theirs):
        page.goto(address)
    theirs.get_by_label("注册资本").fill("88,000,000.00")
    theirs.get_by_role("button", name="变更企业信息").click()
    expect(theirs.get_by_text("已办理：变更企业信息。")).to_be_visible()
    mine.get_by_label("注册资本").fill("77,000,000.00")
    mine.get_by_label("联系电话").fill("0595-22500000")
    mine.get_by_role("button", name="变更企业信息").click()
    expect(mine.get_by_text("已由他人改为“88,000,000.00 元”，您填写的是“77,000,000.00 元”")).to_be_visible()
    expect(mine.get_by_label("联系电话")).to_have_value("0595-22500000")
    assert mine.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    enterprise.refresh_from_db()
    assert (enterprise.registered_capital, enterprise.contact_phone) == (Decimal("88000000.00"), "")
    mine.get_by_label("注册资本").fill("88,000,000.00")
    mine.get_by_role("button", name="变更企业信息").click()
    expect(mine.get_by_text("已办理：变更企业信息。")).to_be_visible()
    enterprise.refresh_from_db()
    assert (enterprise.registered_capital, enterprise.contact_phone) == (Decimal("88000000.00"), "0595-22500000")


def test_submit_back_submit_is_one_check(chromium: Browser, live_server: Any, world: World) -> None:
    page, wrong = enter(chromium, live_server.url, world.handler)
    page.goto(live_server.url + do_url(world.drawn, "use-check"))
    fill_check(page)
    button = page.get_by_role("button", name="登记资金用途检查")
    button.dblclick()
    page.wait_for_url(re.compile(r"/change/$"))
    page.go_back()
    fill_check(page)
    button.click()
    expect(page.get_by_text(re.compile("同样的内容已于.+提交并办理，本次未重复办理"))).to_be_visible()
    assert UseOfFundsCheck.objects.count() == 1
    assert wrong == []


def test_what_was_typed_survives_a_session_that_ended(chromium: Browser, live_server: Any, world: World) -> None:
    address = do_url(world.drawn, "use-check")
    page, wrong = enter(chromium, live_server.url, world.handler)
    page.goto(live_server.url + address)
    fill_check(page)
    Session.objects.all().delete()
    page.get_by_role("button", name="登记资金用途检查").click()
    page.get_by_label("用户名").fill(world.handler.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("检查情况")).to_have_value("")
    page.get_by_role("button", name="恢复填写内容").click()
    expect(page.get_by_label("检查情况")).to_have_value(FINDING)
    assert kept(page) == [address]
    assert PASSWORD not in page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    page.get_by_role("button", name="登记资金用途检查").click()
    expect(page.get_by_text("已办理：登记资金用途检查。")).to_be_visible()
    assert kept(page) == []
    assert UseOfFundsCheck.objects.get().finding == FINDING
    page.goto(live_server.url + address)
    fill_check(page)
    assert kept(page) == [address]
    page.evaluate("document.getElementById('logout-form').requestSubmit()")
    expect(page.locator("#logout-form")).to_have_count(0)
    assert kept(page) == []
    assert wrong == []
