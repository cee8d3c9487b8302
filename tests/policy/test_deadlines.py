"""Terms in working days: opened, read on a day, closed."""

from datetime import date

import pytest

from policy.models import Deadline
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import deadlines_due_within, is_overdue, remaining_working_days
from policy.services.deadlines import (
    DeadlineAlreadyClosed,
    DeadlineClosedBeforeStart,
    NewDeadline,
    close_deadline,
    open_deadline,
    open_deadlines,
)

pytestmark = pytest.mark.django_db


def opened(started_on: date = date(2024, 1, 15), working_days: int = 30) -> Deadline:
    return open_deadline(started_on=started_on, working_days=working_days, clause="FP 1.6.3", purpose="融资申请批复")


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.clause("D7")
def test_the_day_of_submission_is_not_counted_and_the_due_day_is_stored() -> None:
    deadline = Deadline.objects.get(pk=opened().pk)
    assert (deadline.due_on, deadline.is_provisional) == (date(2024, 2, 29), False)
    assert deadline.calendar_version == working_calendar().version


@pytest.mark.clause("D6")
def test_a_term_into_an_unpublished_year_is_marked_provisional() -> None:
    deadline = opened(date(2026, 11, 20))
    assert (deadline.due_on, deadline.is_provisional) == (date(2027, 1, 4), True)
    assert str(deadline) == "2027-01-04(暂定)"


def test_many_deadlines_keep_the_order_they_were_given_in() -> None:
    wanted = [NewDeadline(started_on=date(2024, 3, d), working_days=1, clause="FP 1.6.3", purpose="测试") for d in (20, 4, 11)]
    assert [d.due_on.day for d in open_deadlines(wanted)] == [21, 5, 12]
    assert open_deadlines([]) == []


@pytest.mark.parametrize(
    ("on", "left"),
    [
        pytest.param(date(2024, 1, 15), 30, id="on the start all are left"),
        pytest.param(date(2024, 2, 28), 1, id="the day before"),
        pytest.param(date(2024, 2, 29), 0, id="on the due day"),
        pytest.param(date(2024, 3, 2), -1, id="the weekend after the first day late"),
        pytest.param(date(2024, 3, 4), -2, id="and the Monday"),
    ],
)
def test_remaining_working_days(on: date, left: int) -> None:
    assert remaining_working_days(opened(), on=on, calendar=working_calendar()) == left


def test_overdue_from_the_day_after_the_due_day_and_by_the_day_it_ended() -> None:
    deadline = opened()
    assert not is_overdue(deadline, on=date(2024, 2, 29))
    assert is_overdue(deadline, on=date(2024, 3, 1))
    close_deadline(deadline, on=date(2024, 2, 29))
    assert not is_overdue(deadline, on=date(2024, 12, 31))


@pytest.mark.parametrize(("days", "found"), [(0, False), (9, False), (10, True)])
def test_reminders_find_deadlines_with_at_most_so_many_days_left(days: int, found: bool) -> None:
    deadline, on = opened(), date(2024, 2, 8)  # a Thursday; 9 February is worked, then the Spring Festival
    assert remaining_working_days(deadline, on=on, calendar=working_calendar()) == 11
    deadlines_on = date(2024, 2, 9)
    assert (deadline in deadlines_due_within(days, on=deadlines_on, calendar=working_calendar())) is found


def test_reminders_catch_up_and_leave_out_what_is_closed() -> None:
    deadline = opened()
    assert deadline in deadlines_due_within(1, on=date(2024, 5, 6), calendar=working_calendar())
    close_deadline(deadline, on=date(2024, 2, 20))
    assert deadline not in deadlines_due_within(10, on=date(2024, 5, 6), calendar=working_calendar())
    assert deadline in deadlines_due_within(10, on=date(2024, 2, 19), calendar=working_calendar())  # as it stood on that day


def test_closing_twice_on_the_same_day_changes_nothing_and_on_another_is_refused() -> None:
    deadline = opened()
    close_deadline(deadline, on=date(2024, 2, 20))
    assert close_deadline(deadline, on=date(2024, 2, 20)).closed_on == date(2024, 2, 20)
    with pytest.raises(DeadlineAlreadyClosed):
        close_deadline(deadline, on=date(2024, 2, 21))
    deadline.refresh_from_db()
    assert deadline.closed_on == date(2024, 2, 20)


def test_closing_before_the_start_leaves_no_trace() -> None:
    deadline = opened()
    with pytest.raises(DeadlineClosedBeforeStart):
        close_deadline(deadline, on=date(2024, 1, 14))
    deadline.refresh_from_db()
    assert deadline.closed_on is None
