"""Every page in a real browser: WCAG 2.2 AA by axe-core, nothing wider than the smallest telephone, nothing asked of others."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, Page

from portal.public.urls import urlpatterns
from tests.admin.test_browser import CHROMIUM, PASSWORD
from tests.admin.test_browser import chromium as chromium
from tests.admin.world import World
from tests.portal.public_pages import public_pages

SMALL = {"width": 320, "height": 640}
STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WALKED = (
    "/check/?for=",
    "/check/?for=rd&industry=boat",
    "/check/?for=rd&industry=C35&city=yes&honour=none&registered=2015-03-02",
    "/check/?for=rd&industry=C35&city=unsure&honour=none&registered=2015-03-02&expense=1860000&credit=no&amount=x",
    "/check/?for=project&industry=C35&city=yes&kind=key&upgrade=no&investment=900000000",
)
OPEN = "2025-06-10 10:00+08:00"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


def faults(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page that is open."""
    for rule in Axe().run(page, options=STANDARD).response["violations"]:
        yield f"{rule['id']}: {rule['nodes'][0]['html'][:120]}"
    widest = page.evaluate("document.documentElement.scrollWidth")
    if widest > SMALL["width"]:
        yield f"{widest} px wide"


def faults_of(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """Return what is wrong by address."""
    found = {}
    for address in addresses:
        page.goto(address)
        found[address] = list(faults(page))
    return {address: wrong for address, wrong in found.items() if wrong}


def telephone(chromium: Browser, address: str, strayed: list[str]) -> Page:
    page = chromium.new_context(viewport=SMALL, locale="zh-CN").new_page()  # type: ignore[arg-type]
    page.on("request", lambda request: strayed.append(request.url) if not request.url.startswith((address, "data:")) else None)
    page.on("console", lambda message: strayed.append(message.text) if message.type == "error" else None)
    return page


@time_machine.travel(OPEN)
def test_every_page_can_be_used_by_everybody(chromium: Browser, live_server: Any, world: World) -> None:
    settlement = world.paid()
    assert settlement.current is not None
    member, loan, house = world.listed.member, world.drawn, live_server.url
    assert member.user is not None
    member.user.set_password(PASSWORD)
    member.user.save()
    strayed: list[str] = []
    page = telephone(chromium, house, strayed)
    public = [house + address for address in [*public_pages(), *WALKED]]
    assert len(public) > 1 + len(urlpatterns) // 2
    assert faults_of(page, [*public, f"{house}{reverse('portal:login')}"]) == {}
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    own = [
        reverse("portal:loans"),
        reverse("portal:standing"),
        reverse("portal:application", args=[loan.application.public_id]),
        reverse("portal:loan", args=[loan.public_id]),
        reverse("portal:subsidy", args=[loan.public_id, settlement.current.lines.get().pk]),
    ]
    assert faults_of(page, [house + address for address in own]) == {}
    assert strayed == []
