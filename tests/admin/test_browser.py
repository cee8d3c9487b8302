"""A clerk's way through the back office, in a real browser."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect, sync_playwright

from common.admin.display_values import page_of
from common.outages import DatabaseGone
from ledger.enums import Purpose
from ledger.services import account_of
from parties.models import Member
from policy.models import PolicyVersion
from tests.admin.world import World
from tests.risk.scene import make_scene
from tests.whitelist.cases import submitted

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "泉州-browser-password"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A headless browser; playwright runs a loop in this thread, in which Django must be told that the ORM is safe."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()  # inside the loop Django keeps connections of its own


def enter(chromium: Browser, address: str, member: Member, *, size: Any = WIDE) -> tuple[Page, list[str]]:
    """Return a page in which the member has logged in, and the list of what goes wrong or leaves the house in it."""
    assert member.user is not None
    member.user.set_password(PASSWORD)
    member.user.save()
    page = chromium.new_context(viewport=size, locale="zh-CN").new_page()
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith((address, "data:")) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/admin/")
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办事项")).to_be_visible()
    return page, wrong


def test_an_application_goes_from_the_county_to_publication(chromium: Browser, live_server: Any, world: World) -> None:
    """County, city, treasury and city again: each finds the case on the first page and takes its step."""
    first = PolicyVersion.objects.get(number=1)
    PolicyVersion.objects.create(number=2, name="演示延续方案", valid_from="2026-01-01", terms=first.terms)
    entry = submitted().entry
    found: list[str] = []
    for member, heap, step in (
        (world.desk.county, "县级初审", "县级初审通过"),
        (world.desk.industry, "市级审核", "市级审核通过"),
        (world.desk.treasury, "征求意见待回复", "登记意见"),
        (world.desk.industry, "待发布", "发布"),
    ):
        page, wrong = enter(chromium, live_server.url, member)
        expect(page.get_by_text("仅供演示")).to_be_visible()
        page.locator("a.qf-card", has_text=heap).click()
        page.get_by_role("link", name=str(entry), exact=True).first.click()
        page.locator(".qf-steps").get_by_role("link", name=step, exact=True).click()
        if step == "登记意见":
            page.get_by_label("意见", exact=False).first.select_option("agree")
            page.get_by_label("复函文号").fill("泉财函〔2026〕1号")
        if step == "发布":
            page.get_by_label("发布文号").fill("泉工信〔2026〕1号")
        page.get_by_role("button", name=step, exact=True).click()
        expect(page.get_by_text(f"已办理：{step}。")).to_be_visible()
        found += wrong
        page.context.close()
    entry.refresh_from_db()
    assert entry.state == "published"
    assert found == []


def test_pages_fit_a_telephone(chromium: Browser, live_server: Any, world: World) -> None:
    """No page is wider than the screen; what is wide scrolls within itself."""
    settlement = world.paid()
    page, wrong = enter(chromium, live_server.url, world.desk.industry, size=NARROW)
    cases = (world.listed.entry, world.drawn.application, world.drawn, settlement, settlement.current.lines.get())
    lists = (
        "/admin/",
        "/admin/whitelist/entry/",
        "/admin/loans/loan/",
        "/admin/calculators/subsidy/",
        "/admin/policy/policyversion/1/change/",
    )
    for address in (*lists, *(page_of(case) for case in cases)):
        page.goto(f"{live_server.url}{address}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW["width"], address
    assert wrong == []


def test_radar_and_sums_fit_a_telephone(chromium: Browser, live_server: Any, tmp_path: Any, settings: Any) -> None:
    """A suspended bank: its bars, its sums and the statement of an account on a narrow screen; the bars are as long as they say."""
    settings.MEDIA_ROOT = tmp_path
    scene = make_scene()
    scene.disburse(40_000_000)
    scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))
    page, wrong = enter(chromium, live_server.url, scene.city_handler, size=NARROW)
    page.goto(f"{live_server.url}/admin/risk/bankrisk/")
    bar = page.locator(".qf-radar-rate .qf-gauge").first
    filled, mark, whole = (
        page.locator(path).first.bounding_box()
        for path in (".qf-radar-rate .qf-gauge-fill", ".qf-radar-rate .qf-gauge-mark >> nth=1", ".qf-radar-rate .qf-gauge")
    )
    assert bar.get_attribute("aria-label") == "坏账率11.1111%，逾期本金全部转为坏账后11.1111%"
    assert filled is not None
    assert mark is not None
    assert whole is not None
    assert mark["x"] < filled["x"] + filled["width"] < whole["x"] + whole["width"]  # beyond 熔断, within the bar
    account = account_of(scene.bank, Purpose.CURRENT)
    for address in ("/admin/risk/bankrisk/", page_of(scene.bank.risk), "/admin/", f"/admin/ledger/account/{account.pk}/statement/"):
        page.goto(f"{live_server.url}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address
    assert wrong == []


def test_a_claim_is_reviewed_and_paid_from_the_first_page(chromium: Browser, live_server: Any, tmp_path: Any, settings: Any) -> None:
    """The guarantee company's two people on telephones: what waits is found, opened, confirmed with the split before the eyes."""
    settings.MEDIA_ROOT = tmp_path
    scene = make_scene()
    scene.disburse(200_000_000)
    claim = scene.filed(scene.bad(scene.loan(10_000_000)))
    found: list[str] = []
    for member, steps in (
        (scene.guarantor_handler, ("开始审核", "审核通过", "提请支付")),
        (scene.guarantor_checker, ("复核支付",)),
    ):
        page, wrong = enter(chromium, live_server.url, member, size=NARROW)
        page.locator("a.qf-card", has_text="补偿").first.click()
        page.get_by_role("link", name=claim.number).first.click()
        for step in steps:
            page.locator(".qf-steps").get_by_role("link", name=step, exact=True).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], step
            page.get_by_role("button", name=step, exact=True).click()
            expect(page.get_by_text(f"已办理：{step}。")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], step
        found += wrong
        page.context.close()
    claim.refresh_from_db()
    assert (claim.state, found) == ("paid", [])


def test_what_a_request_behind_the_page_was_refused_with_is_shown(chromium: Browser, live_server: Any, world: World) -> None:
    """htmx swaps in nothing but successes: the sentence of an outage and of a lost answer would stay unseen."""
    page, _ = enter(chromium, live_server.url, world.desk.county)
    outage = render_to_string("outage.html", {"sentence": DatabaseGone().message})
    page.route("**/admin/gone/", lambda route: route.fulfill(status=503, content_type="text/html; charset=utf-8", body=outage))
    page.evaluate("htmx.ajax('GET', '/admin/gone/', 'body')")
    expect(page.get_by_role("alert")).to_contain_text(DatabaseGone().message)
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.route("**/admin/lost/", lambda route: route.abort())
    page.evaluate("htmx.ajax('GET', '/admin/lost/', 'body').catch(() => {})")
    expect(page.get_by_role("alert")).to_contain_text("没有收到系统的答复")
