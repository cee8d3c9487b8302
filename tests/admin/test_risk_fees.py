"""Fees on screen: the dated table, collection checked by a second person, the pool, the average of a guarantor's year."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.admin.display_values import page_of
from common.enums import Mode
from loans.models import Loan
from parties.models import Member
from risk.enums import MoneyStep
from risk.fees.services import record_enhancement_fee, record_guarantee_fee, set_enhancement_fee_rate
from risk.models import EnhancementFee, EnhancementFeeRate, GuaranteeFee
from tests.risk.scene import DRAWN_ON, NOW, TODAY, Scene, make_scene, yuan

Login = Callable[[Member], Client]
ENHANCEMENT, GUARANTEE, RATES = "/admin/risk/enhancementfee/", "/admin/risk/guaranteefee/", "/admin/risk/enhancementfeerate/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def loan(scene: Scene) -> Loan:
    """A trust loan of 10 M under a fee of half a per cent."""
    rate = {"rate": Decimal("0.005"), "from_on": date(2024, 1, 1), "document_number": "泉技基〔2024〕1号"}
    set_enhancement_fee_rate(**rate, actor=scene.city_handler, at=NOW)
    return scene.loan(10_000_000, mode=Mode.TRUST)


@pytest.fixture
def fee(scene: Scene, loan: Loan) -> EnhancementFee:
    """360 days of it, recorded."""
    days = {"from_on": DRAWN_ON, "until_on": date(2025, 4, 5), "collected_on": TODAY}
    return record_enhancement_fee(loan_id=loan.public_id, voucher="SK1", actor=scene.trustee, at=NOW, **days)


def step(case: object, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D23")
def test_a_fee_is_recorded_by_one_and_checked_by_another(scene: Scene, loan: Loan, login: Login) -> None:
    asked = {"loan": loan.pk, "from_on": "2024-04-10", "last_on": "2025-04-04", "collected_on": "2025-03-10", "voucher": "SK1"}
    backwards = login(scene.trustee).post(f"{ENHANCEMENT}new/record/", asked | {"last_on": "2024-04-09"}, follow=True).content.decode()
    assert "不得早于计费起日（2024-04-10）" in backwards
    page = login(scene.trustee).post(f"{ENHANCEMENT}new/record/", asked, follow=True).content.decode()
    fee = EnhancementFee.objects.get()
    assert (fee.amount, fee.until_on) == (yuan(50_000), date(2025, 4, 5))
    for words in ("10,000,000.00 × 0.5000% × 360 ÷ 360", "50,000.000000", "50,000.00", "依据《实施方案》一(五)2(2)"):
        assert words in page, words
    assert login(scene.trustee).post(step(fee, "check")).status_code == 403
    checker = login(scene.trustee_checker)
    assert "0.00" in checker.get(ENHANCEMENT).content.decode()
    checker.post(step(fee, "check"))
    fee.refresh_from_db()
    assert (fee.step, fee.entry.clause) == (MoneyStep.CHECKED, "FP 1.5.2(2)")
    [pool] = checker.get(ENHANCEMENT).context["list_panels"]
    assert [fact.value.amount for fact in pool.facts[:3]] == [yuan(50_000), yuan(0), yuan(50_000)]


def test_a_wrong_record_is_given_back_and_its_period_is_free_again(scene: Scene, fee: EnhancementFee, login: Login) -> None:
    checker = login(scene.trustee_checker)
    assert checker.post(step(fee, "send-back"), {"reason": ""}).status_code == 409
    page = checker.post(step(fee, "send-back"), {"reason": "凭证号有误"}, follow=True).content.decode()
    assert "凭证号有误" in page
    assert "退回增信服务费" in page  # the log's word
    fee.refresh_from_db()
    assert (fee.step, fee.entry_id) == (MoneyStep.RETURNED, None)
    again = {"loan": fee.loan_id, "from_on": "2024-04-10", "last_on": "2025-04-04", "collected_on": "2025-03-10", "voucher": "SK2"}
    assert login(scene.trustee).post(f"{ENHANCEMENT}new/record/", again).status_code == 302
    assert EnhancementFee.objects.count() == 2


def test_other_houses_read_no_fees_and_no_pool(scene: Scene, fee: EnhancementFee, login: Login) -> None:
    stranger = Member.objects.filter(institution=scene.other_bank()).first()
    assert stranger is not None
    assert login(stranger).get(page_of(fee)).status_code == 404
    assert login(scene.guarantor_handler).get(ENHANCEMENT).status_code == 403
    own = login(scene.handler)
    assert own.get(page_of(fee)).status_code == 200
    assert own.get(ENHANCEMENT).context["list_panels"] == []


@pytest.mark.clause("D23")
def test_the_dated_table_grows_by_the_fund_office_and_the_bureau(scene: Scene, loan: Loan, login: Login) -> None:
    asked = {"rate": "0.8", "from_on": "2025-01-01", "document_number": "泉技基〔2025〕1号"}
    assert login(scene.handler).post(f"{RATES}new/set/", asked).status_code == 403
    browser = login(scene.city_handler)
    assert browser.post(f"{RATES}new/set/", asked).status_code == 302
    refused = browser.post(f"{RATES}new/set/", asked | {"from_on": "2024-06-01"})
    assert "已有自 2025-01-01 起的收费标准" in refused.content.decode()
    assert [str(row.rate) for row in EnhancementFeeRate.objects.order_by("from_on")] == ["0.005000", "0.008000"]


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("D23")
def test_a_guarantors_average_stands_against_the_limit(scene: Scene, login: Login) -> None:
    loans = [
        scene.loan(amount, guarantee={"fee_rate": Decimal(rate), "recorded_on": date(2025, 1, 8)})
        for amount, rate in ((1_000_000, "0.008"), (3_000_000, "0.012"))
    ]
    guarantee = loans[0].guarantee
    asked = {"guarantee": guarantee.pk, "amount": "8,000", "charged_on": "2025-03-03", "voucher": "DB1"}
    browser = login(scene.guarantor_handler)
    assert browser.post(f"{GUARANTEE}new/record/", asked).status_code == 302
    fee = GuaranteeFee.objects.get()
    assert (fee.amount, fee.step) == (yuan(8_000), MoneyStep.RECORDED)
    page = login(scene.guarantor_checker).post(step(fee, "check"), follow=True).content.decode()
    assert "已复核" in page
    [table] = browser.get(GUARANTEE).context["list_panels"]
    [row] = table.rows
    assert (row.cells[0], row.cells[3].amount, str(row.cells[4].fraction), row.cells[6].text) == (
        2025, yuan(4_000_000), "0.011000", "超过上限"
    )  # fmt: skip
    assert login(scene.handler).get(GUARANTEE).context["list_panels"] == []


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("D23")
def test_a_loans_page_shows_what_cover_costs_beside_the_fixed_rate(scene: Scene, fee: EnhancementFee, login: Login) -> None:
    page = login(scene.city_handler).get(page_of(fee.loan)).content.decode()
    assert "年化综合成本 2.5000% = 企业支付利率 2.0000% + 增信服务费 0.5000%" in page
    assert page_of(fee) in page
    plain = login(scene.city_handler).get(page_of(scene.disburse(1_000_000))).content.decode()
    assert "增信与担保费用" not in plain


def test_longer_lists_cost_no_more(scene: Scene, loan: Loan, fee: EnhancementFee, login: Login) -> None:
    browser = login(scene.city_handler)

    def charge() -> None:
        guarantee = scene.loan(1_000_000).guarantee
        given = {"charged_on": TODAY, "voucher": f"DB{guarantee.pk}", "actor": scene.guarantor_handler, "at": NOW}
        record_guarantee_fee(guarantee_id=guarantee.pk, amount=yuan(5_000), **given)

    charge()
    few = {address: cost_of(browser, address) for address in (ENHANCEMENT, GUARANTEE)}
    for voucher in ("SK2", "SK3"):
        other = scene.loan(1_000_000, mode=Mode.TRUST)
        days = {"from_on": DRAWN_ON, "until_on": date(2025, 4, 5), "collected_on": TODAY}
        record_enhancement_fee(loan_id=other.public_id, voucher=voucher, actor=scene.trustee, at=NOW, **days)
        charge()
    assert {address: cost_of(browser, address) for address in few} == few


def cost_of(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(address).status_code == 200
    return len(counted)
