"""The radar: how near each bank is to warning and suspension, its sums, and the renewed application."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.admin.display_values import page_of
from parties.models import Member
from risk.claims.transitions import ClaimState
from risk.models import BankRisk, BreakerChange, Claim, Reapplication
from tests.factories import MemberFactory
from tests.risk.scene import Scene, make_scene, yuan

Login = Callable[[Member], Client]
LIST = "/admin/risk/bankrisk/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def suspended(scene: Scene) -> Claim:
    """A bank with 45 M lent, 5 M of it bad and nothing compensated: 11.1 %."""
    scene.disburse(40_000_000)
    return scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))


def row_of(browser: Client, name: str) -> dict[str, object]:
    book = openpyxl.load_workbook(BytesIO(browser.get(f"{LIST}export/").content), read_only=True)
    head, *rows = book.active.iter_rows(values_only=True)
    return next(dict(zip(head, row, strict=True)) for row in rows if row[0] == name)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D19")
def test_banks_stand_side_by_side_the_worst_first(scene: Scene, suspended: Claim, login: Login) -> None:
    other = scene.other_bank()
    scene.disburse(10_000_000, bank=other)
    browser = login(scene.city_handler)
    page = browser.get(LIST)
    assert [row.standing.bank for row in page.context["radar"]][:2] == [scene.bank, other]
    first = page.context["radar"][0]
    assert first.state.text == "熔断（暂停补偿）"
    assert [mark.label for mark in first.rate.marks] == ["警示 5%", "熔断 10%"]
    assert Decimal(first.rate.filled) > Decimal(first.rate.marks[1].at) > Decimal(first.rate.marks[0].at)
    assert page_of(suspended.bank.risk) in page.content.decode()
    sheet = row_of(browser, scene.bank.name)
    assert (sheet["坏账率"], sheet["恢复补偿还需追回"], sheet["恢复补偿还需新增放款"]) == ("11.1111%", 500_000, 5_000_000)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
@pytest.mark.clause("D34")
def test_every_figure_of_a_bank_is_written_out_with_its_clause(scene: Scene, suspended: Claim, login: Login) -> None:
    scene.loan(2_000_000)
    page = login(scene.city_handler).get(page_of(suspended.bank.risk)).content.decode()
    for words in (
        "认定坏账 5,000,000.00 − 追偿收回 0.00",
        "5,000,000.00 ÷ 累计放款 47,000,000.00",
        "47,000,000.00 × 5% − 5,000,000.00；达到即警示",
        "47,000,000.00 × 10% − 5,000,000.00；超过才熔断",
        "（5,000,000.00 + 逾期 0.00）÷ 47,000,000.00",
        "5,000,000.00 ÷ 10% − 47,000,000.00",
        "熔断期间暂停补偿，剩余可补偿金额按零计",
        "3,000,000.00",  # what alone would reopen it by disbursement
        "依据《实施方案》一(五)3",
    ):
        assert words in page, words
    change = BreakerChange.objects.get(after="suspended")
    assert page_of(change) in page
    assert "45,000,000.00" in login(scene.city_handler).get(page_of(change)).content.decode()


@pytest.mark.clause("D20")
def test_a_cap_used_up_says_what_makes_room(scene: Scene, login: Login) -> None:
    scene.disburse(88_000_000)
    first, second = scene.loan(9_900_000), scene.loan(1_100_000)
    scene.paid(scene.accepted(scene.bad(first)))
    scene.recovered(first.bad_debt, 4_000_000)
    scene.paid(scene.accepted(scene.bad(second)))
    scene.paid(scene.accepted(scene.bad(scene.loan(2_000_000))))  # paid up to the cap of 10.1 M
    page = login(scene.city_handler).get(page_of(scene.bank.risk)).content.decode()
    assert "已补偿 10,100,000.00 + 0.01 − 上限 10,100,000.00" in page
    assert "（10,100,000.00 + 0.01）÷ 10% − 101,000,000.00，向上进到分" in page
    assert "待重新申请" in page


def test_a_bank_reads_its_own_radar_only(scene: Scene, suspended: Claim, login: Login) -> None:
    other = scene.other_bank()
    scene.bad(scene.loan(1_000_000, bank=other))
    stranger = Member.objects.filter(institution=other).first()
    assert stranger is not None
    browser = login(stranger)
    assert [row.standing.bank for row in browser.get(LIST).context["radar"]] == [other]
    assert browser.get(page_of(suspended.bank.risk)).status_code == 404
    assert browser.get(page_of(BreakerChange.objects.filter(bank=scene.bank).first())).status_code == 404
    assert login(scene.guarantor_handler).get(LIST).status_code == 403


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
def test_the_bank_applies_anew_once_there_is_room(scene: Scene, suspended: Claim, login: Login) -> None:
    risk = BankRisk.objects.get(bank=scene.bank)
    browser, address = login(scene.handler), f"{page_of(risk).removesuffix('change/')}do/reapply/"
    assert "重新申请补偿" in browser.get(page_of(risk)).content.decode()
    asked = browser.get(address).content.decode()
    assert suspended.number in asked  # what waits stands above the form
    refused = browser.post(address, {"reason": "放款增加"})
    assert refused.status_code == 409
    assert "5,000,000.00" in refused.content.decode()
    assert not Reapplication.objects.exists()
    scene.disburse(5_000_000)
    done = browser.post(address, {"reason": "新增放款500万元"}, follow=True)
    assert "新增放款500万元" in done.content.decode()
    suspended.refresh_from_db()
    assert (suspended.state, Reapplication.objects.get().cap_left) == (ClaimState.PAID, yuan(5_000_000))
    assert "reapply" not in browser.get(page_of(risk)).content.decode()  # nothing is held back any more


def test_who_only_looks_on_applies_for_nothing(scene: Scene, suspended: Claim, login: Login) -> None:
    risk = BankRisk.objects.get(bank=scene.bank)
    address = f"{page_of(risk).removesuffix('change/')}do/reapply/"
    for member in (scene.city_handler, MemberFactory.serving("regulator"), MemberFactory(institution=scene.bank, viewer=True)):
        browser = login(member)
        assert address not in browser.get(page_of(risk)).content.decode()
        assert browser.post(address, {"reason": "x"}).status_code == 403


def test_the_radar_costs_the_same_for_many_banks(scene: Scene, login: Login) -> None:
    scene.bad(scene.loan(1_000_000))
    browser = login(scene.city_handler)
    browser.get(LIST)
    few = cost_of(browser)
    for _ in range(3):
        scene.bad(scene.loan(1_000_000, bank=scene.other_bank()))
    assert cost_of(browser) == few


def cost_of(browser: Client) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(LIST).status_code == 200
    return len(counted)
