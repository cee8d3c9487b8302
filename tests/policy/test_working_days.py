"""Working days by the State Council's notices."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policy.working_days import (
    CalendarNotCovered,
    Due,
    EndBeforeStart,
    Festivals,
    NoWorkingDays,
    WorkingCalendar,
    statutory_days_off,
)
from tests.translations import calendar, vectors

WORKDAYS = vectors("workdays")
days = st.dates(min_value=date(2023, 1, 1), max_value=date(2026, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.clause("D6")
@pytest.mark.parametrize("case", WORKDAYS["plus_30"], ids=lambda case: f"{case['start']} {case['why']}")
def test_thirty_working_days_do_not_count_the_start_day(case: dict[str, str]) -> None:
    assert calendar().due(day(case["start"]), 30) == Due(day(case["deadline_A"]), provisional=False)
    assert calendar().is_working_day(day(case["start"])) is case["start_is_workday"]


@pytest.mark.clause("D6")
@pytest.mark.parametrize("case", WORKDAYS["crosses_unpublished_2027"], ids=lambda case: case["start"])
def test_a_deadline_in_an_unpublished_year_is_provisional(case: dict[str, object]) -> None:
    assert calendar().due(day(str(case["start"])), 30) == Due(day(str(case["deadline_A"])), provisional=bool(case["provisional"]))


@pytest.mark.clause("D7")
@pytest.mark.parametrize("case", WORKDAYS["elapsed_A"], ids=lambda case: f"{case['start']} to {case['end']}")
def test_elapsed_working_days(case: dict[str, str]) -> None:
    start, end = day(case["start"]), day(case["end"])
    assert calendar().elapsed(start, end) == case["working_days"]
    assert calendar().elapsed_is_provisional(start, end) is False


@pytest.mark.clause("D28")
@pytest.mark.parametrize(
    "case", WORKDAYS["quarterly_report_15_days"] + WORKDAYS["tax_final_settlement"], ids=lambda case: case["due_nominal"]
)
def test_a_report_due_on_a_day_off_moves_to_the_next_working_day(case: dict[str, str]) -> None:
    assert calendar().next_working_day(day(case["due_nominal"])) == day(case["due_rolled"])


@pytest.mark.parametrize("year", WORKDAYS["years"])
def test_a_year_has_its_number_of_working_days(year: str) -> None:
    first = date(int(year), 1, 1)
    worked = sum(calendar().is_working_day(first + timedelta(n)) for n in range((date(int(year) + 1, 1, 1) - first).days))
    assert worked == WORKDAYS["years"][year]["workdays"]


@given(days)
def test_the_calendar_agrees_with_an_independent_package(on: date) -> None:
    assert calendar().is_working_day(on) == chinese_calendar.is_workday(on)


@pytest.mark.clause("FP 1.6.3")
@given(days, st.integers(1, 250))
def test_a_due_date_is_a_working_day_and_counts_back_to_its_days(start: date, term: int) -> None:
    assume(start + timedelta(days=term * 2 + 30) < date(2027, 12, 31))
    due = calendar().due(start, term)
    assert calendar().is_working_day(due.on)
    assert calendar().elapsed(start, due.on) == term
    assert due.provisional == (due.on.year == 2027)


@given(days, st.integers(0, 400), st.integers(0, 400))
def test_elapsed_days_add_up(start: date, first: int, second: int) -> None:
    middle = start + timedelta(first)
    end = middle + timedelta(second)
    assume(end < date(2028, 1, 1))
    assert calendar().elapsed(start, end) == calendar().elapsed(start, middle) + calendar().elapsed(middle, end)


def test_a_count_that_only_starts_on_the_last_day_of_a_provisional_year_is_not_provisional() -> None:
    known = WorkingCalendar(
        version=1, days_off=frozenset(), makeup=frozenset(), published_years=frozenset({2028}), provisional_years=frozenset({2027})
    )
    assert known.due(date(2027, 12, 31), 1) == Due(date(2028, 1, 3), provisional=False)
    assert known.due(date(2027, 12, 30), 1) == Due(date(2027, 12, 31), provisional=True)
    assert known.elapsed_is_provisional(date(2027, 12, 31), date(2027, 12, 31)) is False


@pytest.mark.parametrize(
    ("start", "term"),
    [
        pytest.param(date(2021, 12, 31), 1, id="before"),
        pytest.param(date(2027, 12, 31), 1, id="after"),
        pytest.param(date(2027, 12, 1), 30, id="end after"),
    ],
)
def test_days_outside_the_known_years_are_refused(start: date, term: int) -> None:
    with pytest.raises(CalendarNotCovered, match="2022 年至 2027 年"):
        calendar().due(start, term)


def test_counting_backwards_or_by_nothing_is_refused() -> None:
    with pytest.raises(EndBeforeStart):
        calendar().elapsed(date(2024, 1, 2), date(2024, 1, 1))
    with pytest.raises(NoWorkingDays):
        calendar().due(date(2024, 1, 2), 0)


@pytest.mark.clause("D6")
def test_the_statutory_rule_gives_the_provisional_year() -> None:
    festivals = Festivals(
        spring_festival=date(2027, 2, 6), qingming=date(2027, 4, 5), dragon_boat=date(2027, 6, 9), mid_autumn=date(2027, 9, 15)
    )
    off = statutory_days_off(2027, festivals)
    assert [on.isoformat() for on in off] == WORKDAYS["provisional_2027"]["off"]
    assert (off[date(2027, 2, 5)], off[date(2027, 2, 9)], off[date(2027, 10, 5)]) == ("春节", "春节补假", "国庆节补假")


def test_two_festivals_on_one_day_give_a_day_more() -> None:
    festivals = Festivals(
        spring_festival=date(2028, 1, 26), qingming=date(2028, 4, 4), dragon_boat=date(2028, 5, 28), mid_autumn=date(2028, 10, 3)
    )
    october = [on.isoformat() for on in statutory_days_off(2028, festivals) if on.month == 10]
    assert october == ["2028-10-01", "2028-10-02", "2028-10-03", "2028-10-04", "2028-10-05"]
