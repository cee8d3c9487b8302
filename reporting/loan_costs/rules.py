"""What a loan costs its enterprise so far: interest by settlement quarter, and the cost as an annual rate. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from common.dates import Period, add_years, settlement_quarter, settlement_quarter_of
from common.enums import Mode
from common.money import RATE_PLACES, round_half_up
from policy.terms.model import Terms
from risk.fees.rules import DatedFeeRate, DayBalance, enhancement_fee, total_cost_rate
from subsidy.rules import DatedRate, PrincipalMovement, loan_interest, segments

WHOLE = Decimal(1)
_WIDE = Context(prec=60)
_RATE_UNIT = Decimal(1).scaleb(-RATE_PLACES)
_EXACT_UNIT = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestPeriod:
    """
    Days with one balance and one rate: ``from_on`` included, ``until_on`` excluded. Yuan, annual fraction.

    ``share`` is the part of the balance that counts: where public money is in a loan, it earns no subsidy from public money.
    """

    from_on: date
    until_on: date
    balance: Decimal
    rate: Decimal
    day_count: int
    share: Decimal = WHOLE

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.until_on - self.from_on).days

    @property
    def last_on(self) -> date:
        """Return the last day, which counts."""
        return Period(self.from_on, self.until_on).last_on

    @property
    def exact(self) -> Decimal:
        """Return balance × share × rate × days ÷ day count in yuan with 6 places, for reading; sums are rounded elsewhere. Source: D10."""
        product = Fraction(self.balance) * Fraction(self.share) * Fraction(self.rate) * self.days / self.day_count
        return _decimal(product).quantize(_EXACT_UNIT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterInterest:
    """What the enterprise pays for one settlement quarter, rounded once, and the interest_periods it is made of."""

    year: int
    quarter: int
    period: Period
    interest_periods: tuple[InterestPeriod, ...]
    interest: Decimal


def interest_by_quarter(
    movements: Sequence[PrincipalMovement], *, rate: Decimal, period: Period, day_count: int, first_day: int
) -> list[QuarterInterest]:
    """
    Return the enterprise's interest per settlement quarter of a period, each rounded half up once; quarters without balance are left out.

    ``first_day`` is the day of the month on which a settlement quarter begins. ``movements`` change the performing balance; the drawdown
    day counts, the repayment day does not.

    Raises:
        RepaymentExceedsBalance: more was repaid than drawn.

    Source: FP 1.4.1; D10, D11.
    """
    found = []
    for year, quarter, part in _quarters(period, first_day):
        parts = segments(movements, [DatedRate(from_on=date.min, rate=rate)], part)
        if parts:
            interest = loan_interest(parts, enterprise_rate=rate, base_share=WHOLE, day_count=day_count).enterprise
            interest_periods = tuple(
                InterestPeriod(from_on=one.from_on, until_on=one.until_on, balance=one.balance, rate=rate, day_count=day_count)
                for one in parts
            )
            found.append(QuarterInterest(year=year, quarter=quarter, period=part, interest_periods=interest_periods, interest=interest))
    return found


def cost_as_annual_rate(cost: Decimal, interest_periods: Sequence[InterestPeriod]) -> Decimal | None:
    """
    Return a cost in yuan over the balance it was paid for, an annual fraction with 6 places; ``None`` without balance.

    Source: FP 1.4.1; D10, D23.
    """
    base = sum((Fraction(one.balance) * one.days / one.day_count for one in interest_periods), Fraction(0))
    if not base:
        return None
    return _decimal(Fraction(cost) / base).quantize(_RATE_UNIT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyCost:
    """What an amount costs its enterprise over the year from a day on, were nothing repaid, and what the treasuries bear. Yuan."""

    days: int
    enterprise_interest: Decimal
    cover_fee: Decimal
    subsidy: Decimal
    total_rate: Decimal  # annual fraction: the fixed rate and the fee for cover

    @property
    def total(self) -> Decimal:
        """Return interest and fee together. Source: FP 1.4.1, FP 1.5.2; D23."""
        return self.enterprise_interest + self.cover_fee


def yearly_cost(terms: Terms, *, amount: Decimal, mode: Mode | str, bank_rate: Decimal, cover_rate: Decimal, from_on: date) -> YearlyCost:
    """
    Return what an amount drawn on a day and not repaid costs over a year.

    Interest runs by days as in a settlement; in trust mode the subsidy is that of the bank's share, and the credit-enhancement fee runs by
    days too. A guarantee fee is charged on the amount by the year.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D10, D11, D23, D35.
    """
    year = Period(from_on, add_years(from_on, 1))
    day_count, enterprise_rate = terms.subsidy.day_count, terms.loan.enterprise_rate
    parts = segments([PrincipalMovement(on=from_on, amount=amount)], [DatedRate(from_on=from_on, rate=bank_rate)], year)
    whole = loan_interest(parts, enterprise_rate=enterprise_rate, base_share=WHOLE, day_count=day_count)
    base_share = terms.subsidy.base_share.of(mode)
    subsidised = loan_interest(parts, enterprise_rate=enterprise_rate, base_share=base_share, day_count=day_count)
    if mode == Mode.TRUST:
        fee = enhancement_fee([DayBalance(from_on, amount)], [DatedFeeRate(from_on, cover_rate)], year, day_count=day_count)
    else:
        fee = round_half_up(amount * cover_rate)
    return YearlyCost(
        days=sum(part.days for part in parts),
        enterprise_interest=whole.enterprise,
        cover_fee=fee,
        subsidy=subsidised.subsidy,
        total_rate=total_cost_rate(enterprise_rate=enterprise_rate, cover_rate=cover_rate),
    )


def clipped(interest_periods: Sequence[InterestPeriod], period: Period) -> tuple[InterestPeriod, ...]:
    """Return what of the interest_periods lies in a period. Source: D10."""
    parts = ((one, Period(one.from_on, one.until_on).intersection(period)) for one in interest_periods)
    return tuple(replace(one, from_on=part.from_on, until_on=part.until_on) for one, part in parts if part is not None)


def _quarters(period: Period, first_day: int) -> Iterator[tuple[int, int, Period]]:
    """Yield the settlement quarters that a period touches, each cut to it."""
    year, quarter = settlement_quarter_of(period.from_on, first_day=first_day)
    while (whole := settlement_quarter(year, quarter, first_day=first_day)).from_on < period.until_on:
        part = whole.intersection(period)
        if part is not None:
            yield year, quarter, part
        year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)


def _decimal(exact: Fraction) -> Decimal:
    return _WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))
