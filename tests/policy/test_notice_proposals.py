"""A notice of days off by two persons: of the whole year, or amending some days of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common.errors import ReasonMissing
from parties.access import RoleMissing, SamePerson
from parties.models import Member
from policy.models import CalendarNotice, Deadline, DeadlineChange, NoticeProposal
from policy.notice_merging import STATUTORY, check_whole_year, difference, merged
from policy.notices import InvalidNotice, MakeupDay, OffRange, YearNotice
from policy.selectors.calendar import working_calendar
from policy.services.deadlines import open_deadline
from policy.services.notice_proposals import (
    NothingToAmend,
    NoticeChecked,
    NoticeOutdated,
    NoticeWaits,
    PublishedEarlier,
    confirm_notice,
    effect_of,
    propose_notice,
    propose_notice_file,
    refuse_notice,
)
from tests.factories import MemberFactory
from tests.policy.test_notice_files import json_of

pytestmark = pytest.mark.clause("D6")
AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)

# Made up, in the manner of the real ones: 32 days off, and the Sunday before 国庆 worked.
WHOLE = YearNotice(
    year=2027,
    document_number="国办发明电〔2026〕9号",
    published_on=date(2026, 11, 4),
    off=(
        OffRange(date(2027, 1, 1), date(2027, 1, 3), "元旦"),
        OffRange(date(2027, 2, 5), date(2027, 2, 12), "春节"),
        OffRange(date(2027, 4, 3), date(2027, 4, 5), "清明节"),
        OffRange(date(2027, 5, 1), date(2027, 5, 5), "劳动节"),
        OffRange(date(2027, 6, 9), date(2027, 6, 11), "端午节"),
        OffRange(date(2027, 9, 15), date(2027, 9, 17), "中秋节"),
        OffRange(date(2027, 10, 1), date(2027, 10, 7), "国庆节"),
    ),
    makeup=(MakeupDay(date(2027, 2, 14)), MakeupDay(date(2027, 9, 26))),
)
ONE_LINE = YearNotice(
    year=2027,
    document_number="国办发明电〔2027〕2号",
    published_on=date(2027, 3, 1),
    off=(OffRange(date(2027, 4, 30), date(2027, 5, 4), "劳动节"),),
    makeup=(),
    amends=True,
)


@pytest.fixture
def keeper(db: None) -> Member:
    return MemberFactory.serving("city_industry")


@pytest.fixture
def checker(db: None) -> Member:
    return MemberFactory.serving("city_treasury", checker=True)


@pytest.fixture
def published(keeper: Member, checker: Member) -> CalendarNotice:
    """The year's notice, entered by two persons."""
    return confirm_notice(proposal_id=propose_notice(WHOLE, actor=keeper, at=AT).public_id, actor=checker, at=AT).notice


class TestRules:
    @pytest.mark.parametrize("left_out", [holiday.name for holiday in STATUTORY])
    def test_a_whole_year_names_every_holiday(self, left_out: str) -> None:
        check_whole_year(WHOLE)
        with pytest.raises(InvalidNotice) as refused:
            check_whole_year(replace(WHOLE, off=tuple(off for off in WHOLE.off if off.name != left_out)))
        assert [problem.detail for problem in refused.value.errors] == [
            f"全年安排须列出全部法定节日，缺少：{left_out}。通知只调整个别节日的，请将性质选为“调整原安排”。"
        ]

    def test_a_name_without_its_fixed_days_is_missing_too(self) -> None:
        short = tuple(replace(off, first_on=date(2027, 10, 4)) if off.name == "国庆节" else off for off in WHOLE.off)
        with pytest.raises(InvalidNotice):
            check_whole_year(replace(WHOLE, off=short))

    def test_two_holidays_may_share_a_line_and_2007_knew_fewer(self) -> None:
        shared = tuple(replace(off, name="国庆节、中秋节") if off.name == "国庆节" else off for off in WHOLE.off if off.name != "中秋节")
        check_whole_year(replace(WHOLE, off=shared))
        old = YearNotice(
            year=2007, document_number="国办发明电〔2006〕45号", published_on=date(2006, 12, 16), makeup=(),
            off=(
                OffRange(date(2007, 1, 1), date(2007, 1, 3), "元旦"), OffRange(date(2007, 2, 18), date(2007, 2, 24), "春节"),
                OffRange(date(2007, 5, 1), date(2007, 5, 7), "“五一”"), OffRange(date(2007, 10, 1), date(2007, 10, 7), "“十一”国庆"),
            ),
        )  # fmt: skip
        check_whole_year(old)

    def test_an_amendment_moves_its_own_holiday_and_no_other(self) -> None:
        before = {on: (is_off, name) for on, is_off, name in WHOLE.days()}
        after = merged(before, ONE_LINE)
        assert [(one.on.isoformat(), one.before, one.after) for one in difference(before, after)] == [
            ("2027-04-30", "正常上班", "放假（劳动节）"),
            ("2027-05-05", "放假（劳动节）", "正常上班"),
        ]
        restored = merged(after, replace(ONE_LINE, off=(), restored=(MakeupDay(date(2027, 9, 26)),)))
        assert [(one.on, one.after) for one in difference(after, restored)] == [(date(2027, 9, 26), "周末休息")]

    def test_a_line_for_one_of_two_holidays_leaves_the_days_they_share(self) -> None:
        before = {date(2028, 10, day): (True, "国庆节、中秋节") for day in range(1, 9)}
        line = replace(ONE_LINE, year=2028, off=(OffRange(date(2028, 10, 9), date(2028, 10, 9), "中秋节"),))
        assert merged(before, line).keys() == {date(2028, 10, day) for day in range(1, 10)}

    @given(st.integers(0, 364), st.integers(0, 6), st.sampled_from([holiday.name for holiday in STATUTORY]))
    def test_what_a_line_does_not_speak_of_stands(self, start: int, length: int, name: str) -> None:
        before = {on: (is_off, holiday) for on, is_off, holiday in WHOLE.days()}
        first = date(2027, 1, 1) + timedelta(days=start)
        line = replace(ONE_LINE, off=(OffRange(first, first + timedelta(days=length), name),))
        named = {on for on, _, _ in line.days()}
        after = merged(before, line)
        others = {on: said for on, said in before.items() if on not in named and said[1] != name}
        assert {on: said for on, said in after.items() if on not in named} == others


class TestTwoPersons:
    def test_nothing_counts_before_it_is_checked(self, keeper: Member, checker: Member) -> None:
        proposal = propose_notice(WHOLE, actor=keeper, at=AT)
        assert working_calendar().is_provisional(date(2027, 5, 6))
        entered = confirm_notice(proposal_id=proposal.public_id, actor=checker, at=AT)
        proposal.refresh_from_db()
        assert (proposal.state, proposal.notice, proposal.checked_by) == ("confirmed", entered.notice, checker)
        assert not working_calendar().is_provisional(date(2027, 5, 6))
        assert list(Event.objects.filter(verb__startswith="calendar").values_list("verb", flat=True)) == [
            "calendar.notice_proposed", "calendar.notice_entered", "calendar.notice_confirmed",
        ]  # fmt: skip

    def test_its_maker_does_not_check_it_nor_does_a_handler_or_a_bank(self, checker: Member) -> None:
        proposal = propose_notice(WHOLE, actor=checker, at=AT)
        for actor, refusal in (
            (checker, SamePerson),
            (MemberFactory.serving("city_industry"), RoleMissing),
            (MemberFactory(checker=True), RoleMissing),
        ):
            with pytest.raises(refusal):
                confirm_notice(proposal_id=proposal.public_id, actor=actor, at=AT)
        assert not CalendarNotice.objects.filter(year=2027, is_provisional=False).exists()

    def test_it_is_refused_with_a_reason_once(self, keeper: Member, checker: Member) -> None:
        key = {"proposal_id": propose_notice(WHOLE, actor=keeper, at=AT).public_id, "actor": checker, "at": AT}
        with pytest.raises(ReasonMissing):
            refuse_notice(**key, reason=" ")
        assert refuse_notice(**key, reason="国庆节末日有误").refusal == "国庆节末日有误"
        for again in (lambda: confirm_notice(**key), lambda: refuse_notice(**key, reason="x")):
            with pytest.raises(NoticeChecked):
                again()

    def test_one_waits_per_year(self, keeper: Member) -> None:
        propose_notice(WHOLE, actor=keeper, at=AT)
        with pytest.raises(NoticeWaits, match="2027年已有待复核的放假安排《国办发明电〔2026〕9号》"):
            propose_notice(WHOLE, actor=keeper, at=AT)

    def test_one_entered_on_a_notice_that_is_no_longer_the_last_is_void(self, keeper: Member, checker: Member, published: Any) -> None:
        proposal = propose_notice(ONE_LINE, actor=keeper, at=AT)
        CalendarNotice.objects.create(year=2027, document_number="另一通知", published_on=date(2027, 2, 1))
        with pytest.raises(NoticeOutdated):
            confirm_notice(proposal_id=proposal.public_id, actor=checker, at=AT)


class TestAmending:
    def test_one_line_leaves_the_other_holidays(self, keeper: Member, checker: Member, published: CalendarNotice) -> None:
        assert working_calendar().due(date(2027, 9, 20), 10).on == date(2027, 10, 8)
        proposal = propose_notice(ONE_LINE, actor=keeper, at=AT)
        notice = confirm_notice(proposal_id=proposal.public_id, actor=checker, at=AT).notice
        calendar = working_calendar()
        assert calendar.due(date(2027, 9, 20), 10).on == date(2027, 10, 8)  # as one line for a year it was 10-04
        assert (notice.days.filter(is_off=True).count(), notice.days.filter(is_off=False).count()) == (32, 2)
        assert not calendar.is_working_day(date(2027, 4, 30))
        assert calendar.is_working_day(date(2027, 5, 5))

    def test_the_same_line_as_a_whole_year_is_refused_with_what_is_missing(self, keeper: Member, published: CalendarNotice) -> None:
        with pytest.raises(InvalidNotice) as refused:
            propose_notice(replace(ONE_LINE, amends=False), actor=keeper, at=AT)
        assert "缺少：元旦、春节、清明节、端午节、中秋节、国庆节" in refused.value.errors[0].detail
        with pytest.raises(InvalidNotice):
            propose_notice_file(filename="2027.json", content=json_of(), actor=keeper, at=AT)
        assert not NoticeProposal.objects.filter(state="waiting").exists()

    def test_a_provisional_year_has_nothing_to_amend(self, keeper: Member) -> None:
        with pytest.raises(NothingToAmend):
            propose_notice(ONE_LINE, actor=keeper, at=AT)
        with pytest.raises(NothingToAmend):
            propose_notice_file(filename="2027.json", content=json_of(), amends=True, actor=keeper, at=AT)

    def test_an_older_notice_is_asked_about(self, keeper: Member, published: CalendarNotice) -> None:
        older = replace(ONE_LINE, published_on=date(2026, 11, 3))
        with pytest.raises(PublishedEarlier, match="2027年已录入2026-11-04发布的《国办发明电〔2026〕9号》") as asked:
            propose_notice(older, actor=keeper, at=AT)
        assert asked.value.is_question
        assert propose_notice(older, confirmed=True, actor=keeper, at=AT).state == "waiting"

    def test_what_is_shown_before_is_what_moves(self, keeper: Member, checker: Member, published: CalendarNotice) -> None:
        moved = open_deadline(started_on=date(2027, 4, 26), working_days=4, clause="FP 1.6.3", purpose="融资申请批复")
        open_deadline(started_on=date(2027, 9, 20), working_days=10, clause="FP 1.6.3", purpose="不动")
        proposal = propose_notice(ONE_LINE, actor=keeper, at=AT)
        effect = effect_of(proposal)
        shown = [(one.purpose, one.old_due_on, one.new_due_on) for one in effect.deadlines]
        assert shown == [("融资申请批复", date(2027, 4, 30), date(2027, 5, 5))]
        assert [one.on for one in effect.days] == [date(2027, 4, 30), date(2027, 5, 5)]
        confirm_notice(proposal_id=proposal.public_id, actor=checker, at=AT)
        changes = DeadlineChange.objects.filter(notice__year=2027, notice__document_number=ONE_LINE.document_number)
        assert [(one.deadline.purpose, one.old_due_on, one.new_due_on) for one in changes.order_by("new_due_on")] == shown
        assert Deadline.objects.get(pk=moved.pk).due_on == date(2027, 5, 5)
