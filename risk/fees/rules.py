"""What cover costs: the average guarantee fee, the credit-enhancement fee of a period, and the enterprise's total cost."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter

from common.dates import Period
from common.errors import DomainError
from common.money import RATE_PLACES, ZERO, round_half_up
from policy.terms.model import Terms

_WIDE = Context(prec=60)
_RATE_UNIT = Decimal(1).scaleb(-RATE_PLACES)


class NoEnhancementFeeRate(DomainError):
    """A day with principal outstanding has no fee rate."""

    code = "no_enhancement_fee_rate"
    sentence = "{on} 尚无增信服务费收费标准，请先由基金办公室录入自该日或更早生效的标准。"
    clause = "FP 1.5.2(2)"
    status = 400


@dataclass(frozen=True, slots=True)
class GuaranteedAmount:
    """One guarantee: yuan guaranteed and its yearly fee rate, an annual fraction."""

    amount: Decimal
    fee_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageFee:
    """The average fee rate weighted by amount; ``None`` without guarantees. ``is_above_limit`` compares exactly, not as shown."""

    rate: Decimal | None  # annual fraction, 6 places, half up
    is_above_limit: bool


@dataclass(frozen=True, slots=True)
class DatedFeeRate:
    """A credit-enhancement fee rate and its first day; an annual fraction."""

    from_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class DayBalance:
    """Principal outstanding from the end of a day on. Yuan."""

    on: date
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class FeeSegment:
    """Days with one balance and one fee rate: ``from_on`` included, ``until_on`` excluded. Yuan, annual fraction."""

    from_on: date
    until_on: date
    outstanding: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.until_on - self.from_on).days

    @property
    def exact(self) -> Fraction:
        """Return outstanding × rate × days, not yet divided by the days of the year. Source: D10, D23."""
        return Fraction(self.outstanding) * Fraction(self.rate) * self.days


def average_guarantee_fee(terms: Terms, guarantees: Sequence[GuaranteedAmount]) -> AverageFee:
    """
    Return the average fee rate of a guarantor's year, weighted by amount, and whether it lies above the limit.

    Source: FP 1.5.2(1); D23.
    """
    amount = sum((Fraction(one.amount) for one in guarantees), Fraction(0))
    if not amount:
        return AverageFee(rate=None, is_above_limit=False)
    exact = sum((Fraction(one.amount) * Fraction(one.fee_rate) for one in guarantees), Fraction(0)) / amount
    return AverageFee(
        rate=_decimal(exact).quantize(_RATE_UNIT, rounding=ROUND_HALF_UP),
        is_above_limit=exact > Fraction(terms.fees.guarantee_fee_limit_rate),
    )


def enhancement_fee(balances: Sequence[DayBalance], rates: Sequence[DatedFeeRate], period: Period, *, day_count: int) -> Decimal:
    """
    Return the credit-enhancement fee of a loan for a period, in yuan: Σ outstanding × rate × days / day count, rounded half up once.

    ``balances`` are the outstanding principal after each day on which it changed; the drawdown day counts, the repayment day does not.

    Raises:
        NoEnhancementFeeRate: principal was outstanding before the first rate.

    Source: FP 1.5.2(2); D10, D23.
    """
    exact = sum((part.exact for part in fee_segments(balances, rates, period)), Fraction(0))
    return round_half_up(_decimal(exact / day_count))


def fee_segments(balances: Sequence[DayBalance], rates: Sequence[DatedFeeRate], period: Period) -> list[FeeSegment]:
    """
    Return the days of a period with principal outstanding, cut where balance or rate changes.

    Raises:
        NoEnhancementFeeRate: principal was outstanding before the first rate.

    Source: FP 1.5.2(2); D10, D23.
    """
    changes = sorted(balances, key=attrgetter("on"))
    table = sorted(rates, key=attrgetter("from_on"))
    cuts = {period.from_on, period.until_on, *(b.on for b in changes), *(r.from_on for r in table)}
    days = sorted(day for day in cuts if period.from_on <= day <= period.until_on)
    found: list[FeeSegment] = []
    for from_on, until_on in pairwise(days):
        before = bisect_right(changes, from_on, key=attrgetter("on"))
        outstanding = changes[before - 1].outstanding if before else ZERO
        if outstanding:
            found.append(FeeSegment(from_on, until_on, outstanding, fee_rate_on(table, from_on)))
    return found


def fee_rate_on(rates: Sequence[DatedFeeRate], on: date) -> Decimal:
    """
    Return the credit-enhancement fee rate of a day, an annual fraction; ``rates`` in order.

    Raises:
        NoEnhancementFeeRate: none had begun.

    Source: FP 1.5.2(2); D23.
    """
    before = bisect_right(rates, on, key=attrgetter("from_on"))
    if not before:
        raise NoEnhancementFeeRate(on=on)
    return rates[before - 1].rate


def total_cost_rate(*, enterprise_rate: Decimal, cover_rate: Decimal) -> Decimal:
    """
    Return what a loan costs the enterprise a year: interest and the fee for cover, an annual fraction.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D23.
    """
    return enterprise_rate + cover_rate


def _decimal(exact: Fraction) -> Decimal:
    """Return the fraction with enough digits that no half unit is missed or made up."""
    return _WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))
