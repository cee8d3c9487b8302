"""A holiday notice: what it may say, and how it moves open deadlines."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from pytest_django import DjangoAssertNumQueries

from audit.models import Event
from common.errors import NotAllowed
from parties.access import SamePerson
from parties.models import Member
from policy.calendar_scope import calendar_scope
from policy.models import CalendarDay, CalendarNotice, Deadline, DeadlineChange
from policy.notices import InvalidNotice, MakeupDay, OffRange, YearNotice, check_notice
from policy.selectors.calendar import working_calendar
from policy.services.deadlines import close_deadline, open_deadline
from policy.services.notice_proposals import confirm_notice, propose_notice, propose_notice_file
from policy.services.notices import EnteredNotice, NoticeKnown, YearNotAdjacent, put_in_force
from tests.factories import MemberFactory

AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)

# Made up, in the manner of the real ones: New Year bridged by a Sunday worked, eight days of Spring Festival.
NOTICE_2027 = YearNotice(
    year=2027,
    document_number="国办发明电〔2026〕9号",
    published_on=date(2026, 11, 4),
    off=(
        OffRange(date(2026, 12, 31), date(2027, 1, 2), "元旦"),
        OffRange(date(2027, 2, 5), date(2027, 2, 12), "春节"),
    ),
    makeup=(MakeupDay(date(2027, 1, 3)), MakeupDay(date(2027, 2, 20))),
)

LATER = (
    OffRange(date(2027, 4, 5), date(2027, 4, 5), "清明节"),
    OffRange(date(2027, 5, 1), date(2027, 5, 2), "劳动节"),
    OffRange(date(2027, 6, 9), date(2027, 6, 9), "端午节"),
    OffRange(date(2027, 9, 15), date(2027, 9, 15), "中秋节"),
    OffRange(date(2027, 10, 1), date(2027, 10, 3), "国庆节"),
)
WHOLE_2027 = replace(NOTICE_2027, off=NOTICE_2027.off + LATER)

pytestmark = pytest.mark.clause("D6")


def changed(**changes: Any) -> YearNotice:
    return replace(NOTICE_2027, **changes)


# What a notice may say


def test_a_true_notice_passes() -> None:
    check_notice(NOTICE_2027)


@pytest.mark.parametrize(
    ("notice", "field", "code"),
    [
        pytest.param(changed(document_number=" "), "document_number", "required", id="no number"),
        pytest.param(changed(off=()), "off", "required", id="no holiday"),
        pytest.param(changed(published_on=date(2025, 11, 4)), "published_on", "out_of_range", id="published two years before"),
        pytest.param(changed(off=(OffRange(date(2027, 2, 5), date(2027, 2, 4), "春节"),)), "off.0.last_on", "reversed", id="reversed"),
        pytest.param(changed(off=(OffRange(date(2027, 2, 1), date(2027, 2, 16), "春节"),)), "off.0.last_on", "too_long", id="16 days"),
        pytest.param(changed(off=(OffRange(date(2028, 2, 1), date(2028, 2, 2), "春节"),)), "off.0.first_on", "other_year", id="2028"),
        pytest.param(changed(off=(OffRange(date(2027, 2, 5), date(2027, 2, 5), ""),)), "off.0.name", "required", id="no name"),
        pytest.param(changed(makeup=(MakeupDay(date(2027, 2, 19)),)), "makeup.0.on", "not_a_weekend", id="a Friday worked"),
        pytest.param(changed(makeup=(MakeupDay(date(2026, 11, 29)),)), "makeup.0.on", "other_year", id="a day of November before"),
        pytest.param(changed(makeup=(MakeupDay(date(2027, 2, 6)),)), "makeup.0", "named_twice", id="off and worked"),
        pytest.param(
            changed(off=(*NOTICE_2027.off, OffRange(date(2027, 2, 12), date(2027, 2, 13), "元宵"))), "off.2", "named_twice", id="off twice"
        ),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_row(notice: YearNotice, field: str, code: str) -> None:
    with pytest.raises(InvalidNotice) as refused:
        check_notice(notice)
    assert [(problem.field, problem.code) for problem in refused.value.errors] == [(field, code)]


# Entering


@pytest.fixture
def keeper() -> Member:
    return MemberFactory.serving("city_industry")


@pytest.fixture
def checker() -> Member:
    return MemberFactory.serving("city_treasury", checker=True)


def enter(notice: YearNotice, keeper: Member, checker: Member) -> EnteredNotice:
    """Let a notice count, by two persons."""
    return confirm_notice(proposal_id=propose_notice(notice, actor=keeper, at=AT).public_id, actor=checker, at=AT)


def opened(started_on: date, working_days: int = 30) -> Deadline:
    return open_deadline(started_on=started_on, working_days=working_days, clause="FP 1.6.3", purpose="融资申请批复")


@pytest.mark.django_db
@pytest.mark.clause("FP 1.6.3")
def test_a_notice_moves_the_open_deadlines_it_touches_and_keeps_old_and_new_day(keeper: Member, checker: Member) -> None:
    moved = opened(date(2026, 12, 31))
    settled = opened(date(2026, 11, 20), 20)  # due 2026-12-18: no day of it is named
    closed = opened(date(2026, 12, 31))
    close_deadline(closed, on=date(2027, 1, 5))
    assert (moved.due_on, moved.is_provisional) == (date(2027, 2, 18), True)

    entered = enter(WHOLE_2027, keeper, checker)

    # 30 working days from 31 December: 3 January (worked Sunday) and 4 to 8, 11 to 15, 18 to 22, 25 to 29 January, 1 to 4 February are 25,
    # then 15 to 19 February are 30.
    for deadline in (moved, settled, closed):
        deadline.refresh_from_db()
    assert (moved.due_on, moved.is_provisional, moved.calendar_version) == (date(2027, 2, 19), False, entered.notice.pk)
    assert settled.due_on == date(2026, 12, 18)
    assert closed.due_on == date(2027, 2, 18)
    change = DeadlineChange.objects.get()
    assert entered.changes == (change,)
    assert (change.deadline, change.notice, change.old_due_on, change.new_due_on) == (
        moved,
        entered.notice,
        date(2027, 2, 18),
        date(2027, 2, 19),
    )
    event = Event.objects.get(verb="deadline.moved")
    assert (event.object_id, event.before, event.after) == (str(moved.pk), {"due_on": "2027-02-18"}, {"due_on": "2027-02-19"})
    assert Event.objects.get(verb="calendar.notice_entered").actor_id == checker.pk


@pytest.mark.django_db
def test_a_deadline_that_keeps_its_day_is_no_longer_provisional(keeper: Member, checker: Member) -> None:
    deadline = opened(date(2026, 11, 20))
    assert (deadline.due_on, deadline.is_provisional) == (date(2027, 1, 4), True)
    off = (OffRange(date(2027, 1, 1), date(2027, 1, 3), "元旦"), *WHOLE_2027.off[1:])
    enter(changed(off=off, makeup=()), keeper, checker)
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.is_provisional) == (date(2027, 1, 4), False)
    assert not DeadlineChange.objects.exists()


@pytest.mark.django_db
def test_the_notice_takes_the_place_of_the_provisional_year(keeper: Member, checker: Member) -> None:
    with calendar_scope():
        assert working_calendar().is_provisional(date(2027, 5, 6))
        enter(WHOLE_2027, keeper, checker)
        calendar = working_calendar()
    assert not calendar.is_provisional(date(2027, 5, 6))
    assert calendar.is_working_day(date(2027, 1, 3))
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2027, 5, 3))  # off by the statutory rule, not named by the notice
    assert calendar.is_provisional(date(2028, 5, 8))


@pytest.mark.django_db
def test_the_same_notice_again_is_refused_and_a_corrected_one_counts(keeper: Member, checker: Member) -> None:
    enter(WHOLE_2027, keeper, checker)
    days, events = CalendarDay.objects.count(), Event.objects.count()
    with pytest.raises(NoticeKnown, match="《国办发明电〔2026〕9号》已录入且内容相同"):
        propose_notice(WHOLE_2027, actor=keeper, at=AT)
    assert (CalendarDay.objects.count(), Event.objects.count()) == (days, events)
    enter(replace(WHOLE_2027, makeup=()), keeper, checker)
    assert not working_calendar().is_working_day(date(2027, 1, 3))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("notice", "refusal"),
    [
        pytest.param(changed(makeup=(MakeupDay(date(2027, 2, 19)),)), InvalidNotice, id="invalid"),
        pytest.param(
            YearNotice(
                year=2037,
                document_number="国办发明电〔2036〕1号",
                published_on=date(2036, 11, 1),
                off=tuple(
                    replace(off, first_on=off.first_on.replace(year=2037), last_on=off.last_on.replace(year=2037))
                    for off in (OffRange(date(2027, 1, 1), date(2027, 1, 1), "元旦"), *WHOLE_2027.off[1:])
                ),
                makeup=(),
            ),
            YearNotAdjacent,
            id="2036 is missing",
        ),
    ],
)
def test_a_refused_notice_leaves_no_trace(keeper: Member, checker: Member, notice: YearNotice, refusal: type[Exception]) -> None:
    opened(date(2026, 12, 31))
    before = CalendarNotice.objects.count(), CalendarDay.objects.count()
    with pytest.raises(refusal):
        enter(notice, keeper, checker)
    assert (CalendarNotice.objects.count(), CalendarDay.objects.count()) == before
    assert not Event.objects.exclude(verb="calendar.notice_proposed").exists()


@pytest.mark.django_db
def test_a_bank_enters_no_notice_not_even_a_broken_file() -> None:
    bank = MemberFactory()
    with pytest.raises(NotAllowed):
        propose_notice_file(filename="x.pdf", content=b"", actor=bank, at=AT)
    with pytest.raises(NotAllowed):
        propose_notice(WHOLE_2027, actor=bank, at=AT)


@pytest.mark.django_db
def test_nothing_counts_by_one_person_alone(keeper: Member) -> None:
    proposal = propose_notice(WHOLE_2027, actor=keeper, at=AT)
    with pytest.raises(SamePerson):
        put_in_force(proposal, checker=keeper, at=AT)
    assert not CalendarNotice.objects.filter(document_number=WHOLE_2027.document_number).exists()


@pytest.mark.django_db
def test_many_deadlines_move_in_as_many_statements_as_few(
    keeper: Member, checker: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        opened(date(2026, 12, 31))
    proposal = propose_notice(WHOLE_2027, actor=keeper, at=AT)
    with django_assert_max_num_queries(25):
        entered = put_in_force(proposal, checker=checker, at=AT)
    assert len(entered.changes) == 60


def two_persons() -> tuple[UUID, Member]:
    """Return a notice that waits, and who checks it."""
    proposal = propose_notice(WHOLE_2027, actor=MemberFactory.serving("city_industry"), at=AT)
    return proposal.public_id, MemberFactory.serving("city_treasury", checker=True)


@pytest.mark.django_db(transaction=True)
def test_a_deadline_opened_while_a_notice_is_entered_counts_by_the_new_calendar() -> None:
    proposal, checker = two_persons()
    entering, done = threading.Event(), threading.Event()

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    def enter() -> None:
        with transaction.atomic():
            confirm_notice(proposal_id=proposal, actor=checker, at=AT)
            entering.set()
            done.wait(timeout=1)  # the other is waiting for the lock now

    def open_in_between() -> None:
        entering.wait(timeout=10)
        working_calendar()
        open_deadline(started_on=date(2026, 12, 31), working_days=30, clause="FP 1.6.3", purpose="批复")
        done.set()

    threads = [threading.Thread(target=run, args=(work,)) for work in (enter, open_in_between)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    deadline = Deadline.objects.get()
    assert (deadline.due_on, deadline.is_provisional) == (date(2027, 2, 19), False)


@pytest.mark.django_db(transaction=True)
def test_a_deadline_opened_before_a_notice_is_entered_is_moved_by_it() -> None:
    proposal, checker = two_persons()
    opening, results = threading.Event(), []

    def enter() -> None:
        try:
            opening.wait(timeout=10)
            results.append(confirm_notice(proposal_id=proposal, actor=checker, at=AT))
        finally:
            connections.close_all()

    thread = threading.Thread(target=enter)
    thread.start()
    with transaction.atomic():
        opened(date(2026, 12, 31))
        opening.set()
        thread.join(timeout=0.5)
        assert not results  # it waits for this transaction
    thread.join(timeout=20)
    assert [change.new_due_on for change in results[0].changes] == [date(2027, 2, 19)]
