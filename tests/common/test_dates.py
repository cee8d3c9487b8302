"""Days and half-open periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dates import (
    BEGINS,
    ENDS,
    FOUNDED,
    HAPPENED,
    Days,
    Period,
    PeriodReversed,
    add_months,
    add_years,
    calendar_quarter,
    require_day,
    settlement_quarter,
    settlement_quarter_of,
)
from common.errors import InvalidInput

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.clause("D10")
@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        pytest.param(date(2023, 12, 20), (2023, 4), id="the 20th is the last day"),
        pytest.param(date(2023, 12, 21), (2024, 1), id="the 21st begins the next year's first quarter"),
        pytest.param(date(2024, 3, 20), (2024, 1), id="20 March"),
        pytest.param(date(2024, 3, 21), (2024, 2), id="21 March"),
        pytest.param(date(2024, 4, 1), (2024, 2), id="a calendar quarter changes nothing"),
    ],
)
def test_settlement_quarter_of_a_day(day: date, quarter: tuple[int, int]) -> None:
    assert settlement_quarter_of(day) == quarter


@pytest.mark.clause("D10")
def test_settlement_quarter_runs_from_the_21st_to_the_20th() -> None:
    period = settlement_quarter(2024, 1)
    assert (period.from_on, period.until_on, period.last_on, period.days) == (date(2023, 12, 21), date(2024, 3, 21), date(2024, 3, 20), 91)


@given(days)
def test_every_day_lies_in_its_settlement_quarter(day: date) -> None:
    assert settlement_quarter(*settlement_quarter_of(day)).contains(day)


@pytest.mark.clause("D11")
def test_the_29th_of_february_becomes_the_28th() -> None:
    assert add_years(date(2020, 2, 29), 5) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 1, 31), -2) == date(2023, 11, 30)


def test_a_calendar_quarter_ends_with_its_third_month() -> None:
    assert calendar_quarter(2024, 4) == Period(date(2024, 10, 1), date(2025, 1, 1))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodReversed, match="2024-02-01"):
        Period(date(2024, 2, 1), date(2024, 1, 31))


@given(days, st.integers(0, 900), days, st.integers(0, 900), days)
def test_intersection_holds_exactly_the_common_days(a: date, m: int, b: date, n: int, day: date) -> None:
    one, two = Period(a, a + timedelta(m)), Period(b, b + timedelta(n))
    both = one.intersection(two)
    assert (both is not None and both.contains(day)) == (one.contains(day) and two.contains(day))
    assert both == two.intersection(one)


TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        pytest.param(HAPPENED, date(2023, 1, 1), TODAY, id="what happened"),
        pytest.param(BEGINS, date(2023, 1, 1), date(2027, 11, 28), id="terms begin at most a year ahead"),
        pytest.param(ENDS, date(2023, 1, 1), date(2056, 11, 28), id="terms end"),
        pytest.param(FOUNDED, date(1949, 1, 1), TODAY, id="founding"),
    ],
)
def test_a_day_lies_between_its_bounds(days: Days, first: date, last: date) -> None:
    for day in (first, last):
        require_day(day, days, field="on", today=TODAY)
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    for day, named in ((before, first), (after, last), (date(26, 11, 28), first), (date(2206, 1, 1), last)):
        with pytest.raises(InvalidInput) as refused:
            require_day(day, days, field="on", today=TODAY)
        (problem,) = refused.value.errors
        assert (problem.field, problem.code) == ("on", "day_out_of_bounds")
        assert named.isoformat() in problem.detail
    require_day(None, days, field="on", today=TODAY)
