"""A year is signed, sent to the banks, disputed and locked; and what each reads of it on screen."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from common.admin.display_values import page_of
from common.errors import NotVisible
from loans.models import Application
from notices.models import Notice
from parties.access import RoleMissing, SamePerson
from parties.models import Member
from reporting.enums import ObjectionState, Ruling, Verdict, YearState
from reporting.models import FrozenCase, FrozenRate, RateObjection, ResponseYear
from reporting.response_rates.selectors.cohort import Listing, cohort, statistics_on
from reporting.response_rates.selectors.statistics import Cell
from reporting.response_rates.services.freezing import is_unchanged
from reporting.response_rates.services.jobs import keep_response_years
from reporting.response_rates.services.objections import (
    NotInDispute,
    NotOfTheYear,
    ObjectedBefore,
    RulingMissing,
    confirm_answer,
    file_objection,
    propose_answer,
    send_back_answer,
    withdraw_objection,
)
from reporting.response_rates.services.years import (
    DisputeWindowOpen,
    ObjectionsOpen,
    TrustReturnMissing,
    YearNotOver,
    lock_year,
    publish_year,
    sign_trust,
)
from tests.factories import MemberFactory
from tests.loan_factories import noon
from tests.reporting.applied import DUE, applied
from tests.reporting.years import LOCKABLE, OVER, PUBLISHED, Year

Login = Callable[[Member], Client]


@pytest.fixture
def fund(db: None) -> Year:
    return Year()


def pair_of(fund: Year, *, on: date = LOCKABLE) -> tuple[int, int]:
    counts = statistics_on(ResponseYear.objects.get(year=2024), as_of=on).of(fund.bank.pk).counts
    return counts.in_time, counts.matured


def objection(fund: Year, application: Application | None = None, *, on: date = PUBLISHED, by: Member | None = None) -> RateObjection:
    year = ResponseYear.objects.get(year=2024)
    given = {"asked": Ruling.IN_TIME, "reason": "系统故障致登记延迟，附证明。", "actor": by or fund.banker, "at": noon(on)}
    return file_objection(application_id=(application or fund.late).public_id, year_id=year.public_id, **given)


def ruled(fund: Year, one: RateObjection, verdict: Verdict, ruled_as: str = "") -> RateObjection:
    given = {"verdict": verdict, "ruled_as": ruled_as, "answer": "经核实……"}
    propose_answer(objection_id=one.public_id, actor=fund.publisher, at=noon(PUBLISHED), **given)
    return confirm_answer(objection_id=one.public_id, actor=fund.checker, at=noon(PUBLISHED))


@pytest.mark.clause("FP 1.6.5")
@pytest.mark.clause("D43")
class TestTheWayToTheLock:
    def test_nothing_is_signed_or_sent_before_the_last_application_is_over(self, fund: Year) -> None:
        year = fund.submitted()
        for step, actor in ((sign_trust, fund.manager), (publish_year, fund.publisher)):
            with pytest.raises(YearNotOver):
                step(year_id=year.public_id, actor=actor, at=noon(date(2025, 1, 31)))
        assert ResponseYear.objects.get().state == YearState.RUNNING

    def test_the_trust_part_is_the_fund_managers_and_comes_first(self, fund: Year) -> None:
        year = fund.submitted()
        with pytest.raises(TrustReturnMissing):
            publish_year(year_id=year.public_id, actor=fund.publisher, at=noon(OVER))
        for actor in (fund.publisher, fund.banker):
            with pytest.raises(RoleMissing):
                sign_trust(year_id=year.public_id, actor=actor, at=noon(OVER))
        signed = sign_trust(year_id=year.public_id, actor=fund.manager, at=noon(OVER))
        assert re.fullmatch("[0-9a-f]{64}", signed.trust_sha256)
        assert signed.trust_deadline is not None

    def test_a_year_without_trust_applications_needs_no_signature(self, fund: Year) -> None:
        year = fund.submitted(trust=False)
        assert publish_year(year_id=year.public_id, actor=fund.publisher, at=noon(OVER)).state == YearState.DISPUTED

    def test_each_bank_is_sent_its_own_rate_and_place_and_no_others(self, fund: Year) -> None:
        fund.published()
        told = {one.institution_id: one.body for one in Notice.objects.filter(title__contains="请核对")}
        assert set(told) == {fund.bank.pk, fund.rival.pk}
        assert "66.6666%(2/3户)，列第2位(共2家)" in told[fund.bank.pk]
        assert "100.00%(1/1户)，列第1位(共2家)" in told[fund.rival.pk]

    def test_it_is_locked_by_another_person_when_the_window_is_over_and_nothing_waits(self, fund: Year) -> None:
        year = fund.published()
        assert year.dispute_deadline is not None
        due = year.dispute_deadline.due_on
        with pytest.raises(DisputeWindowOpen):
            lock_year(year_id=year.public_id, actor=fund.checker, at=noon(due))
        with pytest.raises(SamePerson):
            lock_year(year_id=year.public_id, actor=fund.publisher, at=noon(LOCKABLE))
        waiting = objection(fund)
        with pytest.raises(ObjectionsOpen):
            lock_year(year_id=year.public_id, actor=fund.checker, at=noon(LOCKABLE))
        withdraw_objection(objection_id=waiting.public_id, actor=fund.banker, at=noon(LOCKABLE))
        locked = lock_year(year_id=year.public_id, actor=fund.checker, at=noon(LOCKABLE))
        assert (locked.state, locked.as_of, locked.policy_version.number) == (YearState.LOCKED, LOCKABLE, 1)

    def test_the_fund_managers_lateness_is_its_own(self, fund: Year) -> None:
        year = fund.submitted()
        year.refresh_from_db()
        assert year.trust_deadline is not None
        assert not Notice.objects.filter(title__contains="逾期未报送").exists()
        for _ in range(2):
            keep_response_years(at=noon(year.trust_deadline.due_on + timedelta(days=1)))
        late = Notice.objects.filter(title__contains="逾期未报送")
        assert {one.institution_id for one in late} == {fund.manager.institution_id, fund.publisher.institution_id}
        assert len(late) == 2

    def test_missing_intents_are_told_to_the_city_once(self, fund: Year) -> None:
        fund.submitted()
        applied(fund.bank, intent=False)
        for _ in range(2):
            keep_response_years(at=noon(OVER))
        (told,) = Notice.objects.filter(title__contains="无合作意向")
        assert "收到的4笔申请中，1笔没有登记合作意向" in told.body


@pytest.mark.clause("D43")
class TestLocked:
    def test_later_writes_change_nothing_and_the_digest_holds(self, fund: Year) -> None:
        year = fund.locked()
        before = statistics_on(year, as_of=LOCKABLE)
        assert (FrozenCase.objects.count(), pair_of(fund)) == (4, (2, 3))
        applied(fund.bank, met=DUE)  # entered afterwards
        Application.objects.filter(pk=applied(fund.bank).pk)
        assert statistics_on(year, as_of=date(2026, 1, 5)).cells == before.cells
        assert cohort(year, Cell(fund.bank.pk), Listing.EVERY, as_of=date(2026, 1, 5)).count == 3
        assert is_unchanged(year)

    def test_the_frozen_rates_are_those_of_the_frozen_applications(self, fund: Year) -> None:
        year = fund.locked()
        found = statistics_on(year, as_of=LOCKABLE)
        kept = {(one.bank_id, one.mode, one.size): (one.in_time, one.matured, one.decisions) for one in FrozenRate.objects.all()}
        assert kept == {
            (cell.bank_id, cell.mode.value, cell.size.value): (one.counts.in_time, one.counts.matured, one.to_decision.cases)
            for cell, one in found.cells.items()
        }
        assert kept[None, "both", "all"][:2] == (3, 4)

    @pytest.mark.parametrize("statement", ["UPDATE reporting_frozenrate SET in_time = 0", "DELETE FROM reporting_frozencase"])
    def test_the_database_keeps_what_is_frozen(self, fund: Year, statement: str) -> None:
        fund.locked()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_the_database_keeps_the_lock_itself(self, fund: Year) -> None:
        year = fund.locked()
        with pytest.raises(DatabaseError), transaction.atomic():
            ResponseYear.objects.filter(pk=year.pk).update(sha256="0" * 64)


@pytest.mark.clause("D43")
class TestObjections:
    def test_a_change_by_two_persons_counts_at_once_and_is_told(self, fund: Year) -> None:
        fund.published()
        one = objection(fund)
        assert one.deadline.working_days == 10
        assert pair_of(fund) == (2, 3)
        propose_answer(
            objection_id=one.public_id, verdict=Verdict.CHANGED, ruled_as=Ruling.IN_TIME, answer="属实。", actor=fund.publisher,
            at=noon(PUBLISHED),
        )  # fmt: skip
        assert pair_of(fund) == (2, 3)  # drafted is not decided
        with pytest.raises(SamePerson):
            confirm_answer(objection_id=one.public_id, actor=fund.publisher, at=noon(PUBLISHED))
        confirm_answer(objection_id=one.public_id, actor=fund.checker, at=noon(PUBLISHED))
        assert pair_of(fund) == (3, 3)
        (told,) = Notice.objects.filter(title__contains="异议已答复：予以调整")
        assert told.institution == fund.bank

    def test_excluded_leaves_the_denominator_and_upheld_changes_nothing(self, fund: Year) -> None:
        fund.published()
        ruled(fund, objection(fund), Verdict.CHANGED, Ruling.EXCLUDED)
        assert pair_of(fund) == (2, 2)
        other = Application.objects.filter(bank=fund.bank).exclude(pk=fund.late.pk).first()
        ruled(fund, objection(fund, other), Verdict.UPHELD)
        assert pair_of(fund) == (2, 2)

    def test_it_is_the_banks_own_application_of_that_year_once_within_the_window(self, fund: Year) -> None:
        year = fund.published()
        with pytest.raises(NotVisible):
            objection(fund, by=fund.rival_banker)
        with pytest.raises(NotOfTheYear):
            objection(fund, applied(fund.bank, on=date(2025, 1, 6)))
        assert year.dispute_deadline is not None
        with pytest.raises(NotInDispute):
            objection(fund, on=year.dispute_deadline.due_on + timedelta(days=1))
        ruled(fund, objection(fund), Verdict.UPHELD)
        with pytest.raises(ObjectedBefore):
            objection(fund)

    def test_an_answer_says_as_what_it_counts_and_may_be_given_back(self, fund: Year) -> None:
        fund.published()
        one = objection(fund)
        for verdict, ruled_as in ((Verdict.CHANGED, ""), (Verdict.UPHELD, Ruling.IN_TIME)):
            with pytest.raises(RulingMissing):
                propose_answer(
                    objection_id=one.public_id, verdict=verdict, ruled_as=ruled_as, answer="…", actor=fund.publisher, at=noon(PUBLISHED)
                )
        propose_answer(objection_id=one.public_id, verdict=Verdict.UPHELD, answer="不属实。", actor=fund.publisher, at=noon(PUBLISHED))
        send_back_answer(objection_id=one.public_id, reason="请附核实材料", actor=fund.checker, at=noon(PUBLISHED))
        one.refresh_from_db()
        assert (one.state, one.answer, one.sent_back_reason) == (ObjectionState.FILED, "", "请附核实材料")


@pytest.mark.clause("FP 1.6.5")
class TestOnScreen:
    def page(self, browser: Client, fund: Year) -> str:
        answer = browser.get(page_of(ResponseYear.objects.get(year=2024)))
        assert answer.status_code == 200
        return answer.content.decode()

    def test_the_city_reads_all_banks_and_each_figure_opens_to_as_many_rows(self, fund: Year, login: Login) -> None:
        fund.submitted()
        browser = login(fund.publisher)
        with time_machine.travel(noon(OVER), tick=False):
            page = self.page(browser, fund)
            assert {fund.bank.short_name, fund.rival.short_name, "全基金"} <= set(re.findall(r"<span[^>]*>|>([^<>]+)<", page)) | {
                name for name in (fund.bank.short_name, fund.rival.short_name, "全基金") if name in page
            }
            links = re.findall(r'href="([^"]+cohort/\?[^"]+)"[^>]*>(\d+)<', page)
            assert len(links) > 10
            for address, count in links:
                listed = browser.get(address.replace("&amp;", "&")).content.decode()
                assert re.search(rf"：{count}</h2>", listed), address

    def test_a_bank_reads_its_own_alone(self, fund: Year, login: Login) -> None:
        fund.submitted()
        mine, theirs = applied(fund.bank, on=date(2025, 2, 20)), applied(fund.rival, on=date(2025, 2, 20))
        keep_response_years(at=noon(OVER))
        browser = login(fund.banker)
        with time_machine.travel(noon(OVER), tick=False):
            page = self.page(browser, fund)
            assert "2/2" in page
            assert fund.rival.short_name not in page
            assert ">全基金<" not in page
            running = browser.get(page_of(ResponseYear.objects.get(year=2025))).content.decode()
            assert mine.number in running
            assert theirs.number not in running
            assert "达到放款条件，响应率将为100.00%" in running
            address = reverse("admin:reporting_responseyear_cohort")
            assert theirs.number not in browser.get(f"{address}?year=2025").content.decode()
            foreign = browser.get(f"{address}?year=2025&bank={fund.rival.pk}").content.decode()
            assert theirs.number not in foreign
            assert "qf-field-error" in foreign

    def test_the_fund_manager_reads_the_trust_mode_and_others_nothing(self, fund: Year, login: Login) -> None:
        fund.submitted()
        with time_machine.travel(noon(OVER), tick=False):
            page = self.page(login(fund.manager), fund)
            assert fund.rival.short_name in page
            assert fund.bank.short_name not in page
            county = login(MemberFactory.serving("county_industry", district="晋江市"))
            assert county.get(page_of(ResponseYear.objects.get())).status_code == 403
            assert county.get(reverse("admin:reporting_responseyear_cohort")).status_code == 403

    def test_the_whole_way_by_buttons(self, fund: Year, login: Login) -> None:
        year = fund.submitted()
        base = page_of(year).removesuffix("change/") + "do/"

        def take(member: Member, step: str, on: date, at: str = base, **given: Any) -> None:
            with time_machine.travel(noon(on), tick=False):
                answer = login(member).post(f"{at}{step}/", given)
            assert answer.status_code == 302, answer.content.decode()[-3000:]

        take(fund.manager, "sign-trust", OVER)
        take(fund.publisher, "publish", PUBLISHED)
        take(fund.banker, "object", PUBLISHED, application=fund.late.pk, asked="in_time", reason="网络中断，附证明。")
        one = RateObjection.objects.get()
        on_it = page_of(one).removesuffix("change/") + "do/"
        take(fund.publisher, "propose", PUBLISHED, on_it, verdict="changed", ruled_as="in_time", answer="属实。")
        take(fund.checker, "confirm", PUBLISHED, on_it)
        take(fund.checker, "lock", LOCKABLE)
        with time_machine.travel(noon(LOCKABLE), tick=False):
            page = self.page(login(fund.banker), fund)
        assert "与锁定时一致" in page
        assert "100.00%" in page

    def test_the_drafted_answer_is_the_citys_own(self, fund: Year, login: Login) -> None:
        fund.published()
        one = objection(fund)
        given = {"verdict": Verdict.UPHELD, "answer": "拟维持不变", "actor": fund.publisher, "at": noon(PUBLISHED)}
        propose_answer(objection_id=one.public_id, **given)
        with time_machine.travel(noon(PUBLISHED), tick=False):
            for reader in (fund.banker, fund.manager):
                assert "拟维持不变" not in login(reader).get(page_of(one)).content.decode()
            address = page_of(one).removesuffix("change/") + "do/confirm/"
            assert "拟维持不变" in login(fund.checker).get(address).content.decode()
            assert login(fund.rival_banker).get(page_of(one)).status_code == 404

    def test_a_figure_goes_out_as_a_file(self, fund: Year, login: Login) -> None:
        fund.submitted()
        address = reverse("admin:reporting_responseyear_cohort")
        with time_machine.travel(noon(OVER), tick=False):
            file = login(fund.publisher).get(f"{address}?year=2024&mode=both&size=all&listing=matured&export=1")
        rows = list(openpyxl.load_workbook(BytesIO(file.content)).active.values)
        assert len(rows) == 5
        assert rows[0][0] == "申请编号"
