"""The interest subsidy of one loan and period."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dates import Period
from subsidy.rules import (
    BankRateTwice,
    CountySum,
    DatedRate,
    LoanInterest,
    NoBankRate,
    NoWeights,
    PrincipalMovement,
    RepaymentExceedsBalance,
    Segment,
    TreasuryShares,
    WeightedRate,
    accrual,
    blended_rate,
    county_sum,
    earning_end,
    loan_interest,
    segments,
    split_between_treasuries,
)
from tests.translations import subsidy_cases, version_1

HALF = Decimal("0.50")
QUARTER = Period(date(2024, 3, 21), date(2024, 6, 21))
RATES = [DatedRate(date(2023, 1, 1), Decimal("0.0315"))]


def moved(on: date, amount: str | int | Decimal) -> PrincipalMovement:
    return PrincipalMovement(on, Decimal(amount))


def interest(parts: list[Segment], *, base_share: str = "1") -> LoanInterest:
    terms = version_1()
    return loan_interest(
        parts, enterprise_rate=terms.loan.enterprise_rate, base_share=Decimal(base_share), day_count=terms.subsidy.day_count
    )


def exact(parts: list[Segment]) -> Fraction:
    both = accrual(parts, enterprise_rate=Decimal("0.02"), base_share=Decimal("0.95"), day_count=360)
    return both.bank - both.enterprise


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("D11")
@pytest.mark.parametrize("case", subsidy_cases(), ids=lambda case: case["name"])
def test_subsidy_of_the_vectors(case: dict[str, Any]) -> None:
    asked, answer = case["asked"], case["answer"]
    movements = [moved(date.fromisoformat(m["on"]), m["amount"]) for m in asked["movements"]]
    until = earning_end(
        first_drawdown_on=movements[0].on,
        matures_on=date.fromisoformat(asked["matures_on"]) if "matures_on" in asked else None,
        stopped_on=date.fromisoformat(asked["stopped_on"]) if "stopped_on" in asked else None,
        max_years=5,
    )
    rates = [DatedRate(date.fromisoformat(r["from"]), Decimal(r["rate"])) for r in asked["bank_rates"]]
    period = Period(*(date.fromisoformat(asked["period"][end]) for end in ("from", "until")))
    parts = segments(movements, rates, period, earns_until=until)
    found = interest(parts)
    shares = split_between_treasuries(found.subsidy, county_share=HALF)
    assert [(p.from_on.isoformat(), p.until_on.isoformat(), p.days, str(p.balance), f"{p.bank_rate:.6f}") for p in parts] == [
        tuple(segment[key] for key in ("from", "until", "days", "balance", "bank_rate")) for segment in answer["segments"]
    ]
    assert sum(p.days for p in parts) == answer["eligible_days"]
    assert (str(found.bank), str(found.enterprise), str(found.subsidy)) == (
        answer["bank_interest"],
        answer["enterprise_interest"],
        answer["subsidy"],
    )
    assert (str(shares.city), str(shares.county), list(found.flags)) == (answer["city"], answer["county"], answer["flags"])


@pytest.mark.clause("D11")
@pytest.mark.parametrize(
    ("first", "matures", "stopped", "end"),
    [
        pytest.param("2020-02-29", None, None, "2025-02-28", id="five years from 29 February"),
        pytest.param("2020-03-01", "2025-03-01", None, "2025-03-01", id="maturity just five years on"),
        pytest.param("2020-03-01", "2025-03-02", None, "2025-03-01", id="maturity past five years"),
        pytest.param("2020-03-01", "2023-03-01", None, "2023-03-01", id="maturity first"),
        pytest.param("2020-03-01", "2023-03-01", "2022-01-01", "2022-01-01", id="misuse first"),
        pytest.param("2020-03-01", "2023-03-01", "2024-01-01", "2023-03-01", id="misuse found after maturity"),
    ],
)
def test_first_day_that_earns_nothing(first: str, matures: str | None, stopped: str | None, end: str) -> None:
    day = date.fromisoformat
    found = earning_end(
        first_drawdown_on=day(first),
        matures_on=day(matures) if matures else None,
        stopped_on=day(stopped) if stopped else None,
        max_years=5,
    )
    assert found == day(end)


@pytest.mark.clause("D10")
def test_drawdown_day_counts_and_repayment_day_does_not() -> None:
    parts = segments([moved(date(2024, 4, 1), 100), moved(date(2024, 4, 3), -100)], RATES, QUARTER)
    assert parts == [Segment(date(2024, 4, 1), date(2024, 4, 3), Decimal(100), Decimal("0.0315"))]
    assert parts[0].days == 2


@pytest.mark.clause("D10")
def test_the_20th_belongs_to_the_quarter_and_the_21st_does_not() -> None:
    assert sum(p.days for p in segments([moved(date(2024, 6, 20), 100)], RATES, QUARTER)) == 1
    assert segments([moved(date(2024, 6, 21), 100)], RATES, QUARTER) == []


def test_drawn_and_repaid_on_one_day_leaves_no_segment() -> None:
    assert segments([moved(date(2024, 4, 1), -100), moved(date(2024, 4, 1), 100)], RATES, QUARTER) == []


def test_nothing_is_earned_when_earning_ended_before_the_period() -> None:
    assert segments([moved(date(2024, 1, 1), 100)], RATES, QUARTER, earns_until=QUARTER.from_on) == []


@pytest.mark.clause("D14")
def test_a_rate_that_comes_later_cuts_a_segment_and_the_same_rate_again_does_not() -> None:
    rates = [*RATES, DatedRate(date(2024, 4, 1), Decimal("0.0315")), DatedRate(date(2024, 5, 1), Decimal("0.0295"))]
    parts = segments([moved(date(2024, 1, 1), 100)], rates, QUARTER)
    assert [(p.from_on, p.bank_rate) for p in parts] == [(date(2024, 3, 21), Decimal("0.0315")), (date(2024, 5, 1), Decimal("0.0295"))]


@pytest.mark.clause("D35")
def test_public_money_earns_no_subsidy_from_public_money() -> None:
    parts = segments([moved(date(2024, 3, 21), "10000000.00")], RATES, QUARTER)
    # 10,000,000 × 0.95 × 3.15 % × 92 / 360 = 76,475.00; at 2 %: 48,555.555… → 48,555.56
    assert interest(parts, base_share="0.95") == LoanInterest(bank=Decimal("76475.00"), enterprise=Decimal("48555.56"))


@pytest.mark.clause("D11")
def test_each_interest_is_rounded_half_up_once() -> None:
    # 36.00 × 5 % × 1 / 360 = 0.005 → 0.01; 36.00 × 2 % × 1 / 360 = 0.002 → 0.00
    part = Segment(date(2024, 1, 1), date(2024, 1, 2), Decimal("36.00"), Decimal("0.05"))
    assert (interest([part]).bank, interest([part]).enterprise) == (Decimal("0.01"), Decimal("0.00"))
    # five such days in segments of one day are still one rounding: 0.025 → 0.03, not 5 × 0.01
    five = [Segment(date(2024, 1, n), date(2024, 1, n + 1), Decimal("36.00"), Decimal("0.05")) for n in range(1, 6)]
    assert interest(five).bank == Decimal("0.03")


@pytest.mark.clause("D11")
def test_a_bank_rate_below_two_percent_gives_zero_with_a_flag() -> None:
    part = Segment(date(2024, 1, 1), date(2024, 4, 1), Decimal("1000000.00"), Decimal("0.019999"))
    found = interest([part])
    assert (found.subsidy, found.flags) == (0, ("bank_rate_below_enterprise_rate",))
    equal = interest([Segment(part.from_on, part.until_on, part.balance, Decimal("0.02"))])
    assert (equal.subsidy, equal.flags) == (0, ())


@pytest.mark.parametrize(
    ("movements", "rates", "error"),
    [
        pytest.param(
            [moved(date(2024, 4, 1), 100), moved(date(2024, 4, 2), "-100.01")], RATES, RepaymentExceedsBalance, id="a cent too much"
        ),
        pytest.param([moved(date(2024, 4, 1), -1), moved(date(2024, 4, 2), 100)], RATES, RepaymentExceedsBalance, id="repaid before drawn"),
        pytest.param([moved(date(2024, 4, 1), 100)], [DatedRate(date(2024, 4, 2), Decimal("0.03"))], NoBankRate, id="rate a day late"),
        pytest.param([moved(date(2024, 4, 1), 100)], [*RATES, *RATES], BankRateTwice, id="two rates from one day"),
    ],
)
def test_what_cannot_be_computed_is_refused(movements: list[PrincipalMovement], rates: list[DatedRate], error: type[Exception]) -> None:
    with pytest.raises(error):
        segments(movements, rates, QUARTER)


@pytest.mark.clause("D12")
@pytest.mark.parametrize(
    ("total", "city", "county"),
    [
        ("0.00", "0.00", "0.00"),
        ("0.01", "0.01", "0.00"),
        ("3375.85", "1687.93", "1687.92"),
        ("-0.01", "-0.01", "0.00"),
        ("-0.03", "-0.02", "-0.01"),
    ],
)
def test_the_county_rounds_toward_zero_and_the_city_takes_the_odd_cent(total: str, city: str, county: str) -> None:
    shares = split_between_treasuries(Decimal(total), county_share=HALF)
    assert (str(shares.city), str(shares.county)) == (city, county)


@pytest.mark.clause("D12")
@pytest.mark.parametrize(
    ("total", "carried", "city", "county", "left"),
    [
        pytest.param("100.01", "0.00", "50.01", "50.00", "0.00", id="nothing carried"),
        pytest.param("-30.00", "0.00", "0.00", "0.00", "-30.00", id="a negative sum is carried"),
        pytest.param("100.01", "-30.00", "35.01", "35.00", "0.00", id="and taken off the next"),
        pytest.param("20.00", "-30.00", "0.00", "0.00", "-10.00", id="as far as it goes"),
        pytest.param("30.00", "-30.00", "0.00", "0.00", "0.00", id="even"),
    ],
)
def test_a_negative_county_sum_is_carried(total: str, carried: str, city: str, county: str, left: str) -> None:
    found = county_sum(Decimal(total), carried=Decimal(carried), county_share=HALF)
    assert found == CountySum(shares=TreasuryShares(city=Decimal(city), county=Decimal(county)), carried=Decimal(left))


@pytest.mark.clause("FP 1.4.2")
@pytest.mark.parametrize(
    ("bids", "rate"),
    [
        pytest.param([("0.0300", "8000000000"), ("0.0360", "2000000000")], "0.031200", id="8 billion at 3.00 %, 2 billion at 3.60 %"),
        pytest.param([("0.03", "1"), ("0.04", "2")], "0.036667", id="rounded half up at the sixth place"),
        pytest.param([("0.03", "0"), ("0.04", "1")], "0.040000", id="a weight of zero does not count"),
    ],
)
def test_blended_rate_weighs_the_two_loan_kinds(bids: list[tuple[str, str]], rate: str) -> None:
    assert str(blended_rate([WeightedRate(Decimal(r), Decimal(w)) for r, w in bids])) == rate


def test_no_weights_no_blended_rate() -> None:
    with pytest.raises(NoWeights):
        blended_rate([WeightedRate(Decimal("0.03"), Decimal(0))])


# ---- properties ------------------------------------------------------------------------------------------------------------

START = date(2023, 1, 1)
cents = st.integers(1, 10**12).map(lambda n: Decimal(n).scaleb(-2))
offsets = st.integers(0, 900)
rates_of_life = st.lists(st.tuples(offsets, st.integers(0, 90_000)), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: (
        [DatedRate(START - timedelta(1), Decimal("0.0315"))]
        + [DatedRate(START + timedelta(n), Decimal(rate).scaleb(-6)) for n, rate in pairs]
    )
)


@st.composite
def loan_lives(draw: st.DrawFn) -> list[PrincipalMovement]:
    """Drawdowns, then repayments that never exceed what is left."""
    movements, balance, on = [], Decimal(0), START
    for _ in range(draw(st.integers(1, 6))):
        on += timedelta(draw(st.integers(0, 200)))
        if balance and draw(st.booleans()):
            amount = -Decimal(draw(st.integers(1, int(balance * 100)))).scaleb(-2)
        else:
            amount = draw(cents)
        balance += amount
        movements.append(PrincipalMovement(on, amount))
    return movements


@given(loan_lives(), rates_of_life, offsets, st.integers(0, 400), st.integers(0, 400))
def test_subsidy_is_additive_over_adjoining_periods_before_rounding(
    movements: list[PrincipalMovement], rates: list[DatedRate], start: int, first: int, second: int
) -> None:
    a = START + timedelta(start)
    b, c = a + timedelta(first), a + timedelta(first + second)
    whole = exact(segments(movements, rates, Period(a, c)))
    assert exact(segments(movements, rates, Period(a, b))) + exact(segments(movements, rates, Period(b, c))) == whole


@given(loan_lives(), rates_of_life, offsets, st.integers(0, 400))
def test_subsidy_is_never_negative_and_shares_sum(
    movements: list[PrincipalMovement], rates: list[DatedRate], start: int, days: int
) -> None:
    period = Period(START + timedelta(start), START + timedelta(start + days))
    found = interest(segments(movements, rates, period))
    shares = split_between_treasuries(found.subsidy, county_share=HALF)
    assert found.subsidy >= 0
    assert shares.city + shares.county == found.subsidy
    assert 0 <= shares.city - shares.county <= Decimal("0.01")


@given(loan_lives(), rates_of_life, st.data())
def test_splitting_a_movement_in_two_on_the_same_day_changes_nothing(
    movements: list[PrincipalMovement], rates: list[DatedRate], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(movements) - 1))
    whole = movements[index]
    part = Decimal(data.draw(st.integers(0, int(abs(whole.amount) * 100)))).scaleb(-2).copy_sign(whole.amount)
    split = [*movements[:index], moved(whole.on, part), moved(whole.on, whole.amount - part), *movements[index + 1 :]]
    order = data.draw(st.permutations(split))
    period = Period(START, START + timedelta(1500))
    assert segments(order, rates, period) == segments(movements, rates, period)


@given(loan_lives(), rates_of_life, offsets, st.integers(1, 400))
def test_segments_tile_the_days_with_balance(movements: list[PrincipalMovement], rates: list[DatedRate], start: int, days: int) -> None:
    period = Period(START + timedelta(start), START + timedelta(start + days))
    parts = segments(movements, rates, period)
    for offset in range(0, days, max(1, days // 20)):
        on = period.from_on + timedelta(offset)
        balance = sum((m.amount for m in movements if m.on <= on), Decimal(0))
        assert [p.balance for p in parts if p.from_on <= on < p.until_on] == ([balance] if balance else [])
