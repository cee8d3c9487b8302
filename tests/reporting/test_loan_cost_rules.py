"""Interest by settlement quarter, and a cost as an annual rate."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dates import Period
from reporting.loan_costs.rules import InterestPeriod, cost_as_annual_rate, interest_by_quarter
from subsidy.rules import PrincipalMovement, RepaymentExceedsBalance

TWO = Decimal("0.02")


def interest(movements: list[tuple[date, str]], period: Period) -> list[tuple[int, int, Decimal]]:
    moved = [PrincipalMovement(on=on, amount=Decimal(amount)) for on, amount in movements]
    return [
        (one.year, one.quarter, one.interest) for one in interest_by_quarter(moved, rate=TWO, period=period, day_count=360, first_day=21)
    ]


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("D10")
def test_quarters_run_from_the_21st_and_the_repayment_day_earns_nothing() -> None:
    found = interest([(date(2024, 3, 11), "1800000"), (date(2024, 4, 20), "-900000")], Period(date(2024, 3, 11), date(2024, 6, 21)))
    # until 20 March: 10 days of 1.8 M; then 30 days of 1.8 M to 19 April and 62 days of 0.9 M to 20 June
    assert found == [(2024, 1, Decimal("1000.00")), (2024, 2, Decimal("6100.00"))]


def test_each_quarter_is_rounded_once_and_empty_ones_are_left_out() -> None:
    movements = [(date(2024, 1, 1), "0.90"), (date(2024, 3, 1), "-0.90"), (date(2024, 12, 21), "100000.33")]
    found = interest(movements, Period(date(2024, 1, 1), date(2024, 12, 22)))
    assert found == [(2024, 1, Decimal("0.00")), (2025, 1, Decimal("5.56"))]


def test_more_repaid_than_drawn_is_an_error() -> None:
    with pytest.raises(RepaymentExceedsBalance):
        interest([(date(2024, 1, 1), "1"), (date(2024, 2, 1), "-2")], Period(date(2024, 1, 1), date(2024, 3, 1)))


def interest_period(days: int, balance: str) -> InterestPeriod:
    first = date(2024, 1, 1)
    return InterestPeriod(from_on=first, until_on=first + timedelta(days=days), balance=Decimal(balance), rate=TWO, day_count=360)


@pytest.mark.clause("D23")
def test_a_cost_over_the_balance_it_was_paid_for() -> None:
    assert cost_as_annual_rate(Decimal("29000.00"), [interest_period(360, "1000000.00")]) == Decimal("0.029000")
    assert cost_as_annual_rate(Decimal("5000.00"), [interest_period(90, "1000000.00"), interest_period(180, "500000.00")]) == Decimal(
        "0.010000"
    )
    assert cost_as_annual_rate(Decimal("5000.00"), []) is None
    assert interest_period(31, "1000000.00").exact == Decimal("1722.222222")


@pytest.mark.clause("FP 1.4.1")
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 10**9)), min_size=1, max_size=6), st.integers(1, 1200))
def test_the_quarters_sum_to_two_per_cent_but_for_their_rounding(drawn: list[tuple[int, int]], length: int) -> None:
    first = date(2024, 1, 15)
    movements = [(first + timedelta(days=after), f"{cents / 100:.2f}") for after, cents in drawn]
    period = Period(first, first + timedelta(days=length))
    moved = [PrincipalMovement(on=on, amount=Decimal(amount)) for on, amount in movements]
    found = interest_by_quarter(moved, rate=TWO, period=period, day_count=360, first_day=21)
    days = [one for quarter in found for one in quarter.interest_periods]
    assert all(
        quarter.period.from_on <= one.from_on < one.until_on <= quarter.period.until_on
        for quarter in found
        for one in quarter.interest_periods
    )
    exact = sum((one.balance * one.rate * one.days / 360 for one in days), Decimal(0))
    whole = sum(max(0, (period.until_on - on).days) * Decimal(amount) for on, amount in movements) * TWO / 360
    assert abs(exact - whole) < Decimal("0.000001")
    assert abs(sum(one.interest for one in found) - exact) <= Decimal("0.005") * len(found) + Decimal("0.000001")
