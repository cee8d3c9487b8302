"""Fees: the average guarantee fee, what a period costs, and what a loan costs its enterprise in all."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.dates import Period
from common.enums import Mode
from common.money import ZERO
from loans.models import Guarantee, Loan, Movement
from loans.models.loans import OUTSTANDING
from parties.models import Institution
from policy.selectors.versions import version_for, version_on
from risk.claims.rules.sharing import is_covered
from risk.fees.rules import (
    AverageFee,
    DatedFeeRate,
    DayBalance,
    FeeSegment,
    GuaranteedAmount,
    average_guarantee_fee,
    enhancement_fee,
    fee_rate_on,
    fee_segments,
    total_cost_rate,
)
from risk.models import EnhancementFeeRate


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorYear:
    """The average guarantee fee of one guarantor's year."""

    guarantor: Institution
    year: int
    count: int
    amount: Decimal
    average: AverageFee


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalCost:
    """What a loan costs its enterprise a year: the fixed rate, the fee for cover, both together. Annual fractions."""

    enterprise_rate: Decimal
    cover_rate: Decimal
    total_rate: Decimal
    cover_name: str


def average_guarantee_fees(*, on: date) -> list[GuarantorYear]:
    """
    Return the average guarantee fee per guarantor and year of recording, weighted by contract amount, latest year first.

    Source: FP 1.5.2(1); D23.
    """
    terms = version_on(on).terms
    groups: dict[tuple[Institution, int], list[GuaranteedAmount]] = defaultdict(list)
    for guarantee in Guarantee.objects.filter(recorded_on__lte=on).select_related("guarantor", "loan").order_by("guarantor", "id"):
        key = (guarantee.guarantor, guarantee.recorded_on.year)
        groups[key].append(GuaranteedAmount(guarantee.loan.contract_amount, guarantee.fee_rate))
    years = [
        GuarantorYear(
            guarantor=guarantor,
            year=year,
            count=len(amounts),
            amount=sum((one.amount for one in amounts), ZERO),
            average=average_guarantee_fee(terms, amounts),
        )
        for (guarantor, year), amounts in groups.items()
    ]
    return sorted(years, key=lambda one: (-one.year, one.guarantor.pk))


def fee_rates() -> list[DatedFeeRate]:
    """Return the dated table of the credit-enhancement fee in order. Source: FP 1.5.2(2); D23."""
    return [DatedFeeRate(row.from_on, row.rate) for row in EnhancementFeeRate.objects.order_by("from_on")]


def enhancement_fee_rate_on(day: date) -> Decimal | None:
    """Return the credit-enhancement fee rate of a day, an annual fraction; ``None`` before the first. Source: FP 1.5.2(2); D23."""
    row = EnhancementFeeRate.objects.filter(from_on__lte=day).order_by("-from_on").first()
    return row.rate if row is not None else None


def enhancement_fee_of(loan: Loan, period: Period) -> Decimal:
    """
    Return the credit-enhancement fee of a loan for a period, in yuan.

    Raises:
        NoEnhancementFeeRate: principal was outstanding before the first rate.

    Source: FP 1.5.2(2); D10, D23.
    """
    return enhancement_fee(
        _balances(loan, before=period.until_on), fee_rates(), period, day_count=version_for(loan.policy_version).terms.subsidy.day_count
    )


def enhancement_fee_segments(loan: Loan, period: Period) -> list[FeeSegment]:
    """
    Return the days × balance × rate that the fee of a loan for a period is made of.

    Raises:
        NoEnhancementFeeRate: principal was outstanding before the first rate.

    Source: FP 1.5.2(2); D10, D23.
    """
    return fee_segments(_balances(loan, before=period.until_on), fee_rates(), period)


def _balances(loan: Loan, *, before: date) -> list[DayBalance]:
    """Return the principal outstanding after each day before a day on which it changed."""
    balance, days = ZERO, []
    moved = Movement.objects.filter(loan=loan, value_on__lt=before).order_by("value_on", "id")
    sums: dict[date, Decimal] = {}
    for value_on, change in moved.values_list("value_on", OUTSTANDING):
        sums[value_on] = sums.get(value_on, ZERO) + change
    for on, change in sums.items():
        balance += change
        days.append(DayBalance(on, balance))
    return days


def total_cost_of(loan: Loan, *, on: date) -> TotalCost:
    """
    Return what a loan costs its enterprise a year on a day, the fee for cover beside the fixed rate.

    Raises:
        NoEnhancementFeeRate: a covered trust loan before the first rate.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D23.
    """
    cover, name = ZERO, "无"
    if is_covered(version_for(loan.policy_version).terms, category=loan.category, security=loan.security):
        if loan.mode == Mode.TRUST:
            cover, name = fee_rate_on(fee_rates(), on), "增信服务费"
        else:
            guarantee = Guarantee.objects.filter(loan=loan).first()
            cover, name = (guarantee.fee_rate, "担保费") if guarantee is not None else (ZERO, "担保费")
    return TotalCost(
        enterprise_rate=loan.enterprise_rate,
        cover_rate=cover,
        total_rate=total_cost_rate(enterprise_rate=loan.enterprise_rate, cover_rate=cover),
        cover_name=name,
    )
