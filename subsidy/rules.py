"""The interest subsidy of one loan and period, and who bears it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter, itemgetter

from common.dates import Period, add_years
from common.errors import DomainError
from common.money import RATE_PLACES, ZERO, round_down, round_half_up

BANK_RATE_BELOW_ENTERPRISE_RATE = "bank_rate_below_enterprise_rate"
_WIDE = Context(prec=60)
_RATE_UNIT = Decimal(1).scaleb(-RATE_PLACES)


class RepaymentExceedsBalance(DomainError):
    """More principal was repaid than was lent."""

    code = "repayment_exceeds_balance"
    sentence = "截至 {on} 归还的本金超过已发放金额 {excess:,.2f} 元，请核对放款与还款记录。"
    clause = "FP 1.4.1"
    status = 400


class NoBankRate(DomainError):
    """A day with principal outstanding has no bank return rate."""

    code = "no_bank_rate"
    sentence = "{on} 有贷款余额但没有适用的银行回报利率，请补充自该日或更早生效的利率。"
    clause = "FP 1.4.2"
    status = 400


class BankRateTwice(DomainError):
    """Two return rates from one day."""

    code = "bank_rate_twice"
    sentence = "{on} 有两个银行回报利率，请保留一个。"
    clause = "FP 1.4.2"
    status = 400


class NoWeights(DomainError):
    """A blended rate cannot be computed without weights."""

    code = "no_weights"
    sentence = "综合利率需要至少一个大于零的权重，请补充各类贷款的计划规模。"
    clause = "FP 1.4.2"
    status = 400


@dataclass(frozen=True, slots=True)
class PrincipalMovement:
    """A change of the performing balance on a day: drawdowns above zero, repayments and principal gone overdue below. Yuan."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A bank return rate and the day from which it holds; an annual fraction."""

    from_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Segment:
    """Days with one balance and one rate: ``from_on`` included, ``until_on`` excluded."""

    from_on: date
    until_on: date
    balance: Decimal  # yuan, 2 places, above zero
    bank_rate: Decimal  # annual fraction

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.until_on - self.from_on).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """Both interests of a period, exact and not yet rounded. Yuan."""

    bank: Fraction
    enterprise: Fraction

    def __add__(self, other: "Accrual") -> "Accrual":
        return Accrual(bank=self.bank + other.bank, enterprise=self.enterprise + other.enterprise)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanInterest:
    """Both interests of one loan and period, each rounded once. Yuan, 2 places."""

    bank: Decimal  # at the bank return rate
    enterprise: Decimal  # at the fixed enterprise rate

    @property
    def subsidy(self) -> Decimal:
        """Yuan owed by the two treasuries together, never negative. Source: FP 1.4.1; D11."""
        return max(self.bank - self.enterprise, ZERO)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what an officer should look at. Source: D11."""
        return (BANK_RATE_BELOW_ENTERPRISE_RATE,) if self.bank < self.enterprise else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryShares:
    """What the two treasuries bear; both below zero when money is due back. Yuan, 2 places."""

    city: Decimal
    county: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CountySum:
    """One county's line of a settlement: what is paid now and what its next settlement begins with. Yuan."""

    shares: TreasuryShares
    carried: Decimal  # zero or below


@dataclass(frozen=True, slots=True)
class WeightedRate:
    """A tendered rate of one loan kind and its weight, usually the planned volume in yuan."""

    rate: Decimal
    weight: Decimal


def earning_end(*, first_drawdown_on: date, matures_on: date | None, stopped_on: date | None, max_years: int) -> date:
    """
    Return the first day that earns no subsidy: maturity, the end of the longest term or a stop for misuse, whichever is first.

    Five years from 29 February end on 28 February, which earns nothing.

    Source: FP 1.4.1; D11.
    """
    ends = [add_years(first_drawdown_on, max_years), matures_on, stopped_on]
    return min(end for end in ends if end is not None)


def segments(
    movements: Sequence[PrincipalMovement], bank_rates: Sequence[DatedRate], period: Period, *, earns_until: date | None = None
) -> list[Segment]:
    """
    Return the days of the period that earn subsidy, cut where balance or rate changes; days without balance are left out.

    The drawdown day counts, the repayment day does not. Movements may come in any order and count as one sum per day; those before the
    period make its opening balance. ``earns_until`` is the first day that earns nothing.

    Raises:
        RepaymentExceedsBalance: at the end of some day more was repaid than drawn.
        NoBankRate: a day that earns has no rate.
        BankRateTwice: two rates from the same day.

    Source: FP 1.4.1; D10, D11, D14.
    """
    balances = _balances(movements)
    rates = sorted(bank_rates, key=attrgetter("from_on"))
    for one, next_one in pairwise(rates):
        if one.from_on == next_one.from_on:
            raise BankRateTwice(on=one.from_on)
    until_on = period.until_on if earns_until is None else min(period.until_on, earns_until)
    cuts = {period.from_on, *(on for on, _ in balances), *(rate.from_on for rate in rates)}
    starts = sorted(cut for cut in cuts if period.from_on <= cut < until_on)
    found: list[Segment] = []
    for from_on, to_on in zip(starts, [*starts[1:], until_on], strict=False):
        before = bisect_right(balances, from_on, key=itemgetter(0))
        balance = balances[before - 1][1] if before else ZERO
        if balance:
            _append(found, Segment(from_on, to_on, balance, _rate_on(rates, from_on)))
    return found


def accrual(parts: Sequence[Segment], *, enterprise_rate: Decimal, base_share: Decimal, day_count: int) -> Accrual:
    """
    Return both interests of the segments, exact: Σ balance × base share × rate × days / day count.

    Source: FP 1.4.1; D10, D11, D35.
    """
    bank = sum((Fraction(part.balance) * Fraction(part.bank_rate) * part.days for part in parts), Fraction(0))
    enterprise = sum((Fraction(part.balance) * Fraction(enterprise_rate) * part.days for part in parts), Fraction(0))
    share = Fraction(base_share) / day_count
    return Accrual(bank=bank * share, enterprise=enterprise * share)


def loan_interest(parts: Sequence[Segment], *, enterprise_rate: Decimal, base_share: Decimal, day_count: int) -> LoanInterest:
    """
    Return both interests of one loan and period, each rounded half up once.

    ``base_share`` is the part of the balance that is subsidised: public money earns no subsidy from public money.

    Source: FP 1.4.1; D11, D35.
    """
    exact = accrual(parts, enterprise_rate=enterprise_rate, base_share=base_share, day_count=day_count)
    return LoanInterest(bank=_cents(exact.bank), enterprise=_cents(exact.enterprise))


def split_between_treasuries(total: Decimal, *, county_share: Decimal) -> TreasuryShares:
    """
    Return what city and county bear; they sum to ``total`` exactly.

    The county's part is rounded toward zero, so the odd cent is the city's.

    Source: FP 1.4.1; D12.
    """
    county = round_down(total * county_share)
    return TreasuryShares(city=total - county, county=county)


def county_sum(total: Decimal, *, carried: Decimal, county_share: Decimal) -> CountySum:
    """
    Return one county's line of a settlement from its loans' sum and what the last settlement carried over.

    A sum below zero is paid by nobody and carried to that county's next settlement.

    Source: FP 1.4.1; D12.
    """
    due = total + carried
    if due < 0:
        return CountySum(shares=TreasuryShares(city=ZERO, county=ZERO), carried=due)
    return CountySum(shares=split_between_treasuries(due, county_share=county_share), carried=ZERO)


def blended_rate(bids: Sequence[WeightedRate]) -> Decimal:
    """
    Return the one rate of all banks from the tendered rates of the loan kinds, an annual fraction with 6 places, half up.

    Raises:
        NoWeights: no weight is above zero.

    Source: FP 1.4.2; D14.
    """
    weights = sum((Fraction(bid.weight) for bid in bids), Fraction(0))
    if weights <= 0:
        raise NoWeights
    exact = sum((Fraction(bid.rate) * Fraction(bid.weight) for bid in bids), Fraction(0)) / weights
    return _decimal(exact).quantize(_RATE_UNIT, rounding=ROUND_HALF_UP)


def _balances(movements: Sequence[PrincipalMovement]) -> list[tuple[date, Decimal]]:
    """Return the balance after each day on which principal moved, in order."""
    sums: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for movement in movements:
        sums[movement.on] += movement.amount
    balances, balance = [], ZERO
    for on in sorted(sums):
        balance += sums[on]
        if balance < 0:
            raise RepaymentExceedsBalance(on=on, excess=-balance)
        balances.append((on, balance))
    return balances


def _rate_on(rates: Sequence[DatedRate], on: date) -> Decimal:
    """Return the rate that holds on a day; ``rates`` in order."""
    before = bisect_right(rates, on, key=attrgetter("from_on"))
    if not before:
        raise NoBankRate(on=on)
    return rates[before - 1].rate


def _append(found: list[Segment], segment: Segment) -> None:
    """Add the segment, or lengthen the last one when nothing changed between them."""
    last = found[-1] if found else None
    if last and (last.until_on, last.balance, last.bank_rate) == (segment.from_on, segment.balance, segment.bank_rate):
        found[-1] = Segment(last.from_on, segment.until_on, last.balance, last.bank_rate)
    else:
        found.append(segment)


def _cents(exact: Fraction) -> Decimal:
    return round_half_up(_decimal(exact))


def _decimal(exact: Fraction) -> Decimal:
    """Return the fraction with enough digits that no half cent is missed or made up."""
    return _WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))
