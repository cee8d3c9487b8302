"""What the page says of an amount while it is typed is what the server reads, in a real browser."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, expect

from common.money import display
from common.templatetags.backoffice import repeated
from tests.admin.test_browser import CHROMIUM, NARROW, chromium, enter
from tests.admin.world import World

__all__ = ["chromium"]
WIDE = {"width": 1366, "height": 768}
READ = [
    *(display(Decimal(cents) / 100) for cents in (0, 1, 5, 10, 50, 100, 101, 110, 111, 1005, 10_050, 1_000_000, 1_000_100, 100_000_050)),
    "100,050.00", "1000000", "１，０００．５０", "¥ 12.30 元", "（12.05）", "-0.00", "0007", "1 000 000", "9999999999999999.99",
    "8000000000000000", "1,001,000", "100,000,000", "10,010,000", "100000000010", "2,000,000,200.02", "\u200b12.5", "12。5",
    "10203040506070", "1000010000", "4.",
]  # fmt: skip
NOT_READ = ["1000，50", "1e5", "1_000", "٣٠٠", "10²", "300万", "1,00", "0,001", "1.005", "99999999999999999", "一百", "1,000 000"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_amount_is_repeated_while_it_is_typed(chromium: Browser, live_server: Any, world: World, size: Any) -> None:
    page, wrong = enter(chromium, live_server.url, world.desk.county, size=size)
    page.goto(f"{live_server.url}/{configured.ADMIN_PATH}parties/enterprise/new/register/")
    field, said = page.get_by_label("注册资本"), page.locator("[data-repeats=id_registered_capital]")
    expect(said).to_be_hidden()
    field.press_sequentially("1000，50")
    expect(said).to_have_text("是否为 1,000.50 元？角分请用小数点“.”填写。")
    for typed in READ:
        field.fill(typed)
        assert said.text_content() == repeated(typed), typed
    for typed in NOT_READ:
        field.fill(typed)
        assert repeated(typed) == ""
        assert "元 =" not in (said.text_content() or ""), typed
    field.fill("100050")
    expect(said).to_have_text("100,050.00 元 = 10.005 万元 人民币壹拾万零伍拾元整")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    field.fill("1000，50")
    page.locator("form.qf-form button[type=submit]").click()
    refused = page.locator(".qf-field", has=page.get_by_label("注册资本")).locator(".qf-field-error")
    expect(refused).to_have_count(1)  # the server asks, and the page does not ask the same again
    expect(said).to_be_hidden()
    page.get_by_label("注册资本").fill("1000.50")
    expect(said).to_have_text("1,000.50 元 = 0.10005 万元 人民币壹仟元伍角整")
    expect(refused).to_have_count(0)  # it spoke of another amount
    assert [one for one in wrong if "409" not in one] == []  # the refusal itself, as browsers note it
