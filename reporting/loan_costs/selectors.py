"""What an enterprise reads of its own loans: what each costs it so far, and what the treasuries bear of the interest."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common.dates import Period, settlement_quarter, settlement_quarter_of
from common.enums import Mode
from common.money import ZERO
from loans.models import Loan, Movement
from parties.models import Member
from policy.selectors.versions import version_for
from reporting.loan_costs.rules import InterestPeriod, QuarterInterest, clipped, cost_as_annual_rate, interest_by_quarter
from risk.claims.rules.sharing import is_covered
from risk.enums import MoneyStep
from risk.fees.rules import NoEnhancementFeeRate
from risk.fees.selectors import TotalCost, enhancement_fee_of, enhancement_fee_segments, fee_rates, total_cost_of
from risk.visibility import enhancement_fees_visible_to, guarantee_fees_visible_to
from subsidy.models import Line
from subsidy.rules import PrincipalMovement
from subsidy.selectors.segments import OpenedLine
from subsidy.selectors.visibility import lines_visible_to

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One fee for cover: collected, or due for days not collected yet. ``interest_periods``: where it runs by the day."""

    name: str
    amount: Decimal
    clause: str
    said: str  # for what, in Chinese
    state: str
    interest_periods: tuple[InterestPeriod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanCost:
    """
    What a loan has cost its enterprise up to and including a day. Yuan.

    ``agreed`` is what it costs a year by its rates; ``None`` where the table of fees has no rate yet. ``subsidies`` are the quarters' lines
    of which the treasuries bear the sum; the enterprise pays none of it.
    """

    on: date
    quarters: tuple[QuarterInterest, ...]
    fees: tuple[Fee, ...]
    subsidies: tuple[Line, ...]
    agreed: TotalCost | None

    @property
    def interest(self) -> Decimal:
        """Return the interest so far. Source: FP 1.4.1; D10."""
        return sum((one.interest for one in self.quarters), ZERO)

    @property
    def fee_total(self) -> Decimal:
        """Return the fees for cover so far. Source: FP 1.5.2; D23."""
        return sum((fee.amount for fee in self.fees), ZERO)

    @property
    def total(self) -> Decimal:
        """Return interest and fees together. Source: FP 1.4.1, FP 1.5.2; D23."""
        return self.interest + self.fee_total

    @property
    def annual_rate(self) -> Decimal | None:
        """Return the total over the balance it was paid for, a year; ``None`` before the first day with a balance."""
        return cost_as_annual_rate(self.total, [interest_period for one in self.quarters for interest_period in one.interest_periods])

    @property
    def subsidy(self) -> Decimal:
        """Return what the settlements say the treasuries bear. Source: FP 1.4.1; D11."""
        return sum((line.subsidy for line in self.subsidies), ZERO)


def cost_of(loan: Loan, *, on: date, actor: Member) -> LoanCost:
    """
    Return what a loan has cost its enterprise up to and including a day.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D10, D23.
    """
    try:
        agreed = total_cost_of(loan, on=on)
    except NoEnhancementFeeRate:
        agreed = None
    lines = lines_visible_to(actor).filter(loan=loan).select_related("revision__settlement").order_by("year", "quarter", "pk")
    return LoanCost(
        on=on,
        quarters=tuple(_interest(loan, on=on)),
        fees=(*(_enhancement_fees(loan, on=on, actor=actor) if agreed is not None else ()), *_guarantee_fees(loan, actor=actor)),
        subsidies=tuple(lines),
        agreed=agreed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A day to come that matters to the enterprise, why, and by which clause."""

    on: date
    name: str
    clause: str


def days_ahead(loan: Loan, *, on: date) -> list[Ahead]:
    """
    Return the days to come of a loan, the nearest first: the ends of the running settlement quarter, of drawing, of subsidy and loan.

    Ends that the data hold as the first day after are told as the last day before. Source: FP 1.4.1, FP 1.6.3; D10, D11, D37, D39.
    """
    first_day = version_for(loan.policy_version).terms.subsidy.settlement_day
    quarter = settlement_quarter(*settlement_quarter_of(on, first_day=first_day), first_day=first_day)
    found = [Ahead(on=loan.matures_on, name="贷款到期，还清本金", clause="FP 1.4.1, D39")]
    if loan.drawn < loan.contract_amount:
        found.append(Ahead(on=loan.available_until - DAY, name="最后一个可以提款的日子", clause="FP 1.6.3, D37"))
    if loan.balance.outstanding:
        found.append(Ahead(on=quarter.last_on, name="本结息季度的最后一天，付息日以合同为准", clause="FP 1.4.1, D10"))
    if loan.earns_until is not None:
        found.append(Ahead(on=loan.earns_until - DAY, name="享受财政贴息的最后一天", clause="FP 1.4.1, D11"))
    return sorted((one for one in found if one.on >= on), key=lambda one: one.on)


def _interest(loan: Loan, *, on: date) -> list[QuarterInterest]:
    if loan.first_drawdown_on is None or loan.first_drawdown_on > on:
        return []
    known = Movement.objects.filter(loan=loan, value_on__lte=on).order_by("value_on", "id")
    movements = [PrincipalMovement(on=day, amount=amount) for day, amount in known.values_list("value_on", "performing")]
    terms = version_for(loan.policy_version).terms.subsidy
    return interest_by_quarter(
        movements,
        rate=loan.enterprise_rate,
        period=Period(loan.first_drawdown_on, on + DAY),
        day_count=terms.day_count,
        first_day=terms.settlement_day,
    )


def _enhancement_fees(loan: Loan, *, on: date, actor: Member) -> list[Fee]:
    """
    Return what was collected, then what the days since owe; days before the first rate owe nothing. The table has a rate by now.

    Source: FP 1.5.2(2); D23.
    """
    collected = list(enhancement_fees_visible_to(actor).filter(loan=loan).exclude(step=MoneyStep.RETURNED).order_by("from_on"))
    if loan.first_drawdown_on is None or not (collected or _owes_enhancement_fee(loan)):
        return []
    from_on = max(loan.first_drawdown_on, fee_rates()[0].from_on)
    until_on = max([on + DAY, *(one.until_on for one in collected)])
    days = _fee_periods(loan, Period(from_on, until_on)) if from_on < until_on else ()
    fees = [
        Fee(
            name="增信服务费",
            amount=one.amount,
            clause="FP 1.5.2(2), D23",
            said=f"{one.from_on} 至 {Period(one.from_on, one.until_on).last_on}，{one.collected_on} 收取，凭证号 {one.voucher}",
            state="已收取" if one.is_checked else "已收取，待复核",
            interest_periods=clipped(days, Period(one.from_on, one.until_on)),
        )
        for one in collected
    ]
    since = collected[-1].until_on if collected else from_on
    return [*fees, *_uncollected(loan, days, since=since, on=on)]


def _uncollected(loan: Loan, days: tuple[InterestPeriod, ...], *, since: date, on: date) -> list[Fee]:
    """Return the credit-enhancement fee of the days since the last collection, nothing where none is owed. Source: FP 1.5.2(2); D23."""
    interest_periods = clipped(days, Period(since, on + DAY)) if since <= on and _owes_enhancement_fee(loan) else ()
    if not interest_periods:
        return []
    said = f"{interest_periods[0].from_on} 至 {interest_periods[-1].last_on}，尚未收取"
    amount = enhancement_fee_of(loan, Period(since, on + DAY))
    return [Fee(name="增信服务费", amount=amount, clause="FP 1.5.2(2), D23", said=said, state="未收取", interest_periods=interest_periods)]


def _owes_enhancement_fee(loan: Loan) -> bool:
    terms = version_for(loan.policy_version).terms
    return loan.mode == Mode.TRUST and is_covered(terms, category=loan.category, security=loan.security)


def _guarantee_fees(loan: Loan, *, actor: Member) -> list[Fee]:
    charged = guarantee_fees_visible_to(actor).filter(guarantee__loan=loan).exclude(step=MoneyStep.RETURNED).order_by("charged_on")
    return [
        Fee(
            name="担保费",
            amount=one.amount,
            clause="FP 1.5.2(1), D23",
            said=f"{one.guarantor.name}，担保 {one.guarantee.number}，{one.charged_on} 收取，凭证号 {one.voucher}",
            state="已收取" if one.is_checked else "已收取，待复核",
        )
        for one in charged
    ]


def _fee_periods(loan: Loan, period: Period) -> tuple[InterestPeriod, ...]:
    parts = enhancement_fee_segments(loan, period)
    return tuple(
        InterestPeriod(from_on=one.from_on, until_on=one.until_on, balance=one.outstanding, rate=one.rate, day_count=_day_count(loan))
        for one in parts
    )


def _day_count(loan: Loan) -> int:
    return version_for(loan.policy_version).terms.subsidy.day_count


def subsidy_interest_periods(opened: OpenedLine, *, at_bank_rate: bool) -> list[InterestPeriod]:
    """Return the days × balance × rate of a quarter's subsidy, at the bank's or the enterprise's rate. Source: FP 1.4.1; D10, D11, D35."""
    return [
        InterestPeriod(
            from_on=part.from_on,
            until_on=part.until_on,
            balance=part.balance,
            rate=part.bank_rate if at_bank_rate else opened.enterprise_rate,
            day_count=opened.day_count,
            share=opened.base_share,
        )
        for part in opened.segments
    ]
