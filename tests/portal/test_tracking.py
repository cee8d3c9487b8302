"""An enterprise follows its application and its loan: what happened, who has it, by when, what comes, what it can do."""

from collections.abc import Callable
from copy import copy
from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from loans.enums import ApplicationState, RefusalReason
from loans.models import Application, Loan
from loans.services.applications import accept_application, ask_supplement, begin_review, refuse_application
from parties.models import Member
from portal.tracking import ENTRY_WAITS, WAITS
from reporting.loan_costs.selectors import days_ahead
from tests.admin.world import World
from tests.factories import EnterpriseFactory, MemberFactory
from tests.loan_factories import noon
from tests.portal.test_pages import page_of, person_of
from tests.risk.scene import Scene
from tests.whitelist.cases import Desk, in_city_review
from whitelist.enums import PENDING_STATES

Login = Callable[[Member], Client]
MANY = 200

pytestmark = pytest.mark.django_db


def where(application: Application) -> str:
    return reverse("portal:application", args=[application.public_id])


def at(day: str) -> time_machine.travel:
    return time_machine.travel(f"{day} 10:00+08:00", tick=False)


def test_every_state_says_whose_turn_it_is_what_comes_and_what_to_do() -> None:
    assert set(WAITS) == set(ApplicationState)
    assert all(wait.comes and wait.can_do for wait in WAITS.values())


def test_every_wait_on_the_way_to_the_list_has_somebody() -> None:
    assert set(ENTRY_WAITS) == set(PENDING_STATES)
    assert all(holder and comes for holder, comes in ENTRY_WAITS.values())


@pytest.mark.clause("FP 1.6.1(1)")
def test_an_enterprise_reads_where_its_project_lies(login: Login) -> None:
    case = in_city_review(Desk())
    with at("2024-03-18"):
        page = login(case.member).get("/portal/standing/").content.decode()
    assert "现在轮到市工信局。" in page
    assert str(case.entry) in page


class TestApplication:
    @pytest.mark.clause("FP 1.6.3")
    @pytest.mark.clause("D7")
    def test_the_banks_days_are_counted_with_the_day_they_end(self, world: World, login: Login) -> None:
        application = world.application()
        browser = login(world.listed.member)
        with at("2024-03-18"):
            page = browser.get(where(application)).content.decode()
            listed = browser.get("/portal/").content.decode()
        assert "已用工作日</dt><dd>11 / 30" in page  # submitted on Friday, 1 March
        assert "2024-04-15" in page  # 清明 between
        assert "还剩 19 个" in page
        assert "已用 11 个工作日，还剩 19 个" in listed
        assert world.bank.short_name in listed
        with at("2024-04-16"):  # a month later: another login
            assert "已超期" in login(world.listed.member).get(where(application)).content.decode()

    def test_what_the_bank_asks_for_is_the_enterprises_turn(self, world: World, login: Login) -> None:
        application = world.application()
        key = {"application_id": application.public_id, "actor": world.handler}
        accept_application(**key, at=noon(date(2024, 3, 4)))
        ask_supplement(**key, what="请补充近三个月的银行流水。", at=noon(date(2024, 3, 6)))
        with at("2024-03-08"):
            page = login(world.listed.member).get(where(application)).content.decode()
        assert "轮到谁</dt><dd><b>贵公司</b>" in page
        assert "请补充近三个月的银行流水。" in page
        assert page.index("2024-03-01") < page.index("2024-03-04") < page.index("2024-03-06")

    @pytest.mark.clause("FP 1.6.2(1)")
    def test_a_refusal_tells_its_reason_and_what_can_be_done(self, world: World, login: Login) -> None:
        application = world.application()
        key = {"application_id": application.public_id, "actor": world.handler}
        begin_review(**key, at=noon(date(2024, 3, 5)))
        refuse_application(**key, reason=RefusalReason.SECURITY, remark="抵押物不足值。", at=noon(date(2024, 3, 20)))
        page = login(world.listed.member).get(where(application)).content.decode()
        assert "增信措施不足；抵押物不足值。" in page
        assert "换一家合作银行" in page
        assert "批复用了</dt><dd>13 个工作日" in page

    def test_anothers_application_is_not_found_and_not_logged(self, world: World, login: Login) -> None:
        application = world.application()
        answer = login(MemberFactory.of(EnterpriseFactory())).get(where(application))
        assert answer.status_code == 404
        assert application.number not in answer.content.decode()
        assert not Event.objects.filter(verb="opened").exists()

    def test_an_opening_is_an_event(self, world: World, login: Login) -> None:
        application = world.application()
        login(world.listed.member).get(where(application))
        event = Event.objects.get(verb="opened")
        assert (event.object_id, event.enterprise_id) == (str(application.public_id), application.enterprise_id)


@pytest.mark.clause("FP 3.4")
@pytest.mark.clause("D25")
def test_an_enterprise_reads_that_nothing_new_is_taken_and_its_loans_go_on(world: World, login: Login) -> None:
    loan = world.drawn
    with at("2025-06-10"):
        assert "目前不受理新的申请" not in login(world.listed.member).get("/portal/").content.decode()
    with at("2026-06-10"):
        page = login(world.listed.member).get("/portal/").content.decode()
        assert "目前不受理新的申请" in page
        assert "存续贷款继续执行原方案" in page
        assert loan.contract_number in page


class TestLoan:
    def test_every_movement_stands_with_what_was_left(self, world: World, login: Login) -> None:
        page = login(world.listed.member).get(page_of(world.drawn)).content.decode()
        shown = page.split("放款和还款")[1].split("</table>")[0]
        places = [shown.index(text) for text in ("2024-04-10", "10,000,000.00", "2024-05-10", "2,000,000.00", "8,000,000.00")]
        assert places == sorted(places)

    @pytest.mark.clause("D10")
    def test_the_days_ahead_come_in_order_and_are_last_days(self, world: World) -> None:
        loan = world.drawn
        loan.refresh_from_db()
        found = [(one.on, one.name[:4]) for one in days_ahead(loan, on=date(2024, 6, 3))]
        assert found == [(date(2024, 6, 20), "本结息季"), (date(2029, 3, 31), "享受财政"), (date(2029, 4, 1), "贷款到期")]
        assert days_ahead(loan, on=date(2029, 4, 2)) == [
            one for one in days_ahead(loan, on=date(2029, 4, 2)) if one.name.startswith("本结息")
        ]

    def test_before_the_first_drawdown_the_last_day_to_draw_is_told(self, world: World) -> None:
        names = {one.name: one.on for one in days_ahead(world.loan(), on=date(2024, 6, 3))}
        assert names["最后一个可以提款的日子"] == date(2025, 3, 31)


def test_two_hundred_loans_cost_as_many_queries_as_one(scene: Scene, login: Login) -> None:
    loan = scene.loan(1_000_000)
    browser = login(person_of(loan))

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert browser.get("/portal/").status_code == 200
        return len(counted)

    cost()
    few = cost()
    clone(loan, MANY)
    assert cost() == few
    assert browser.get("/portal/").content.decode().count('class="card"') == MANY + 1


def clone(loan: Loan, count: int) -> None:
    """Put so many loans like this one beside it."""
    loan.refresh_from_db()
    applications = [copy(loan.application) for _ in range(count)]
    deadline = loan.application.deadline
    assert deadline is not None
    deadlines = [copy(deadline) for _ in range(count)]
    for one in deadlines:
        one.pk = None
        one._state.adding = True
    type(deadline).objects.bulk_create(deadlines)
    for number, (one, due) in enumerate(zip(applications, deadlines, strict=True)):
        one.pk, one.public_id, one.number, one.deadline = None, uuid4(), f"RZ2024{800_000 + number}", due
    Application.objects.bulk_create(applications)
    loans = [copy(loan) for _ in range(count)]
    for number, (lent, one) in enumerate(zip(loans, applications, strict=True)):
        lent.pk, lent.public_id, lent.application, lent.contract_number = None, uuid4(), one, f"HT-{number}"
    Loan.objects.bulk_create(loans)
