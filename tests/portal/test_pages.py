"""An enterprise's way through the portal: in, its loans, what each costs, and nothing of anybody else's."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from common.enums import Mode
from loans.enums import MovementKind
from loans.models import Loan
from parties.models import Member
from reporting.loan_costs.selectors import cost_of
from risk.fees.services import check_guarantee_fee, record_enhancement_fee, record_guarantee_fee, set_enhancement_fee_rate
from subsidy.services.drafts import refresh_settlement
from tests.admin.world import World
from tests.factories import EnterpriseFactory, MemberFactory
from tests.loan_factories import move, noon
from tests.risk.scene import DRAWN_ON, NOW, TODAY, Scene, yuan

Login = Callable[[Member], Client]
HOME, DOOR = "/portal/", "/portal/login/"
PASSWORD = "泉州-portal-password"

pytestmark = pytest.mark.django_db


def page_of(loan: Loan) -> str:
    return reverse("portal:loan", args=[loan.public_id])


def person_of(loan: Loan) -> Member:
    return MemberFactory.of(loan.enterprise)


class TestDoor:
    def test_a_person_of_an_enterprise_gets_in_and_out(self) -> None:
        member = MemberFactory.of(EnterpriseFactory(name="泉州测试机械有限公司"))
        member.user.set_password(PASSWORD)
        member.user.save()
        browser = Client(enforce_csrf_checks=True)
        assert browser.get(HOME)["Location"] == f"{DOOR}?next=/portal/"
        token = browser.get(DOOR).cookies["csrftoken"].value
        given = {"username": member.user.username, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": HOME}
        assert browser.post(DOOR, given | {"csrfmiddlewaretoken": ""}).status_code == 403
        wrong = browser.post(DOOR, given | {"password": "x"})
        assert "登录名、密码或验证码不正确" in wrong.content.decode()
        assert browser.post(DOOR, given)["Location"] == HOME
        page = browser.get(HOME)
        assert "泉州测试机械有限公司" in page.content.decode()
        assert "目前没有技术创新基金贷款" in page.content.decode()  # the empty state
        assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert "unsafe" not in page["Content-Security-Policy"]
        assert browser.get("/portal/logout/").status_code == 405
        token = browser.cookies["csrftoken"].value
        assert browser.post("/portal/logout/", {"csrfmiddlewaretoken": token})["Location"] == DOOR
        assert browser.get(HOME).status_code == 302

    def test_people_of_institutions_are_shown_their_own_door(self, login: Login) -> None:
        clerk = MemberFactory.serving("city_industry")
        clerk.user.set_password(PASSWORD)
        clerk.user.save()
        refused = Client().post(DOOR, {"username": clerk.user.username, "password": PASSWORD})
        assert refused.status_code == 200
        assert "机构人员请使用业务管理系统" in refused.content.decode()
        page = login(clerk).get(HOME, follow=True)
        assert page.redirect_chain[0][0] == f"{DOOR}?next=/portal/"
        assert "机构人员请使用业务管理系统" in page.content.decode()

    def test_a_person_whose_time_is_over_does_not_get_in(self, login: Login) -> None:
        former = MemberFactory.of(EnterpriseFactory(), until_on=date(2024, 1, 1))
        assert login(former).get(HOME).status_code == 302

    def test_a_locked_account_is_shown_back_to_this_door(self, settings: object) -> None:
        member = MemberFactory.of(EnterpriseFactory())
        browser = Client()
        answers = [browser.post(DOOR, {"username": member.user.username, "password": "x"}) for _ in range(12)]
        assert answers[-1].status_code == 429
        assert f'href="{DOOR}"' in answers[-1].content.decode()


class TestOwnOnly:
    def test_another_enterprises_loan_is_not_found_and_not_logged(self, scene: Scene, login: Login) -> None:
        own, other = scene.loan(1_000_000), scene.loan(2_000_000)
        browser = login(person_of(own))
        page = browser.get(HOME).content.decode()
        assert own.contract_number in page
        assert other.contract_number not in page
        answer = browser.get(page_of(other))
        assert answer.status_code == 404
        assert "返回我的申请和贷款" in answer.content.decode()
        assert other.contract_number not in answer.content.decode()
        assert not Event.objects.filter(verb="opened").exists()

    def test_every_opening_is_an_event_with_its_scope(self, scene: Scene, login: Login) -> None:
        loan = scene.loan(1_000_000)
        member = person_of(loan)
        login(member).get(page_of(loan))
        event = Event.objects.get(verb="opened")
        assert (event.object_id, event.actor_id, event.enterprise_id) == (str(loan.public_id), member.pk, loan.enterprise_id)

    def test_the_list_costs_the_same_however_long(self, scene: Scene, login: Login) -> None:
        loan = scene.loan(1_000_000)
        browser = login(person_of(loan))
        browser.get(HOME)
        few = cost(browser)
        scene.loan(1_000_000, enterprise=loan.enterprise)
        scene.loan(1_000_000, enterprise=loan.enterprise)
        assert cost(browser) == few


def cost(browser: Client) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(HOME).status_code == 200
    return len(counted)


class TestCost:
    @pytest.mark.clause("FP 1.4.1")
    @pytest.mark.clause("FP 1.5.2(2)")
    @pytest.mark.clause("D23")
    def test_a_trust_loan_costs_interest_and_the_fee_of_every_day(self, scene: Scene) -> None:
        rate = {"rate": Decimal("0.005"), "from_on": date(2024, 1, 1), "document_number": "泉技基〔2024〕1号"}
        set_enhancement_fee_rate(**rate, actor=scene.city_handler, at=NOW)
        loan = scene.loan(10_000_000, mode=Mode.TRUST)
        days = {"from_on": DRAWN_ON, "until_on": date(2024, 10, 7), "collected_on": TODAY}  # 180 days
        record_enhancement_fee(loan_id=loan.public_id, voucher="SK1", actor=scene.trustee, at=NOW, **days)
        found = cost_of(loan, on=date(2025, 4, 4), actor=person_of(loan))  # 360 days, the last one included
        assert found.interest == yuan(200_000)  # 10 M × 2 %
        assert [(fee.state, fee.amount) for fee in found.fees] == [("已收取，待复核", yuan(25_000)), ("未收取", yuan(25_000))]
        assert [sum(one.days for one in fee.interest_periods) for fee in found.fees] == [180, 180]
        assert (found.total, found.annual_rate) == (yuan(250_000), Decimal("0.025000"))
        assert found.agreed is not None
        assert (found.agreed.total_rate, found.agreed.cover_name) == (Decimal("0.025000"), "增信服务费")

    def test_many_collections_cost_no_more_queries(self, scene: Scene) -> None:
        rate = {"rate": Decimal("0.005"), "from_on": date(2024, 1, 1), "document_number": "泉技基〔2024〕1号"}
        set_enhancement_fee_rate(**rate, actor=scene.city_handler, at=NOW)
        loan = scene.loan(10_000_000, mode=Mode.TRUST)
        member, cuts = person_of(loan), [DRAWN_ON, date(2024, 6, 1), date(2024, 8, 1), date(2024, 10, 1), date(2025, 1, 1)]
        counted = []
        for from_on, until_on in pairwise(cuts):
            days = {"from_on": from_on, "until_on": until_on, "collected_on": TODAY, "voucher": f"SK{from_on}"}
            record_enhancement_fee(loan_id=loan.public_id, actor=scene.trustee, at=NOW, **days)
            with CaptureQueriesContext(connection) as asked:
                found = cost_of(loan, on=TODAY, actor=member)
            counted.append(len(asked))
        assert len(found.fees) == 5
        exact = Decimal(10_000_000) * 335 / 72_000  # every day once, however they are cut: 335 days of half a per cent
        assert abs(found.fee_total - exact) < Decimal("0.03")
        assert len(set(counted)) == 1

    def test_days_before_the_first_rate_owe_no_fee(self, scene: Scene) -> None:
        loan = scene.loan(10_000_000, mode=Mode.TRUST)
        before = cost_of(loan, on=TODAY, actor=person_of(loan))
        assert (before.fees, before.agreed) == ((), None)
        rate = {"rate": Decimal("0.005"), "from_on": date(2025, 3, 9), "document_number": "泉技基〔2025〕1号"}
        set_enhancement_fee_rate(**rate, actor=scene.city_handler, at=NOW)
        [fee] = cost_of(loan, on=TODAY, actor=person_of(loan)).fees
        assert (fee.amount, [one.days for one in fee.interest_periods]) == (yuan("277.78"), [2])

    @pytest.mark.clause("FP 1.5.2(1)")
    def test_a_guaranteed_loan_costs_interest_and_what_the_guarantor_charged(self, scene: Scene) -> None:
        loan = scene.loan(1_000_000)
        fee = record_guarantee_fee(
            guarantee_id=loan.guarantee.pk, amount=yuan(5_000), charged_on=TODAY, voucher="DB1", actor=scene.guarantor_handler, at=NOW
        )
        check_guarantee_fee(fee_id=fee.public_id, actor=scene.guarantor_checker, at=NOW)
        found = cost_of(loan, on=date(2025, 4, 4), actor=person_of(loan))
        assert (found.interest, found.fee_total, found.annual_rate) == (yuan(20_000), yuan(5_000), Decimal("0.025000"))

    def test_overdue_principal_bears_none_of_this_interest(self, scene: Scene) -> None:
        loan = scene.loan(1_000_000)
        move(loan, MovementKind.OVERDUE, yuan(1_000_000), date(2024, 4, 28))
        loan.refresh_from_db()
        found = cost_of(loan, on=TODAY, actor=person_of(loan))
        assert found.interest == yuan(1_000)  # 18 days × 1 M × 2 % ÷ 360

    def test_every_sum_opens_to_days_balance_and_rate(self, scene: Scene, login: Login) -> None:
        loan = scene.loan(10_000_000)
        page = login(person_of(loan)).get(page_of(loan)).content.decode()
        first = cost_of(loan, on=TODAY, actor=person_of(loan)).quarters[0]
        assert (first.period.from_on, first.interest_periods[0].days) == (DRAWN_ON, 72)
        assert "40,000.000000" in page  # 10 M × 2 % × 72 ÷ 360
        assert "2024年第2季度" in page
        assert ">《实施方案》一(四)1</a>" in page
        assert "0.50%" in page  # the guarantee's rate beside the 2 %

    def test_before_the_first_drawdown_nothing_is_owed(self, world: World, login: Login) -> None:
        loan = world.loan()
        page = login(world.listed.member).get(page_of(loan)).content.decode()
        assert "尚未放款，没有利息。" in page
        assert "尚无余额" in page


class TestSubsidy:
    @pytest.mark.clause("FP 1.4.1")
    @pytest.mark.clause("D11")
    def test_what_the_treasuries_bear_is_shown_and_opened(self, world: World, login: Login) -> None:
        settlement = world.paid()
        assert settlement.current is not None
        line, loan = settlement.current.lines.get(), world.drawn
        browser = login(world.listed.member)
        page = browser.get(page_of(loan)).content.decode()
        where = reverse("portal:subsidy", args=[loan.public_id, line.pk])
        assert where in page
        assert f"{line.subsidy:,.2f}" in page
        opened = browser.get(where).content.decode()
        assert f"{line.bank_interest:,.2f}" in opened
        assert "3.50%" in opened
        assert "晋江市财政" in opened

    def test_nobody_opens_the_line_of_another_loan(self, world: World, login: Login) -> None:
        settlement = world.paid()
        assert settlement.current is not None
        line, loan = settlement.current.lines.get(), world.drawn
        where = reverse("portal:subsidy", args=[loan.public_id, line.pk])
        assert login(MemberFactory.of(EnterpriseFactory())).get(where).status_code == 404
        elsewhere = reverse("portal:subsidy", args=[world.listed.entry.public_id, line.pk])
        assert login(world.listed.member).get(elsewhere).status_code == 404

    def test_a_draft_that_was_replaced_is_not_shown(self, world: World) -> None:
        settlement = world.settlement
        before = cost_of(world.drawn, on=TODAY, actor=world.listed.member).subsidies
        world.move(world.drawn, MovementKind.REPAYMENT, "1000000.00", date(2024, 6, 3))
        refresh_settlement(settlement_id=str(settlement.public_id), actor=world.desk.industry, at=noon(date(2024, 6, 23)))
        [now] = cost_of(world.drawn, on=TODAY, actor=world.listed.member).subsidies
        assert now.subsidy < before[0].subsidy
