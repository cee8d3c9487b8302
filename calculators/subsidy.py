"""The calculator of one loan's interest subsidy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output, money, rate
from calculators.fields import Kind, asked, blamed_on, refused
from common.dates import Period
from common.enums import Mode
from common.errors import DomainError
from common.money import MAX_AMOUNT
from subsidy.rules import (
    DatedRate,
    LoanInterest,
    PrincipalMovement,
    RepaymentExceedsBalance,
    Segment,
    earning_end,
    loan_interest,
    segments,
    split_between_treasuries,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementAsked:
    """A drawdown (above zero) or a repayment of principal (below)."""

    on: date = asked("日期", Kind.DATE)
    amount: Decimal = asked("金额", Kind.SIGNED_MONEY, hint="元；放款为正，归还本金为负")


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRateAsked:
    """A bank return rate and its first day."""

    from_on: date = asked("生效日期", Kind.DATE, name="from")
    rate: Decimal = asked("银行回报利率", Kind.RATE, hint="年利率小数")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodAsked:
    """A half-open period."""

    from_on: date = asked("起始日（含）", Kind.DATE, name="from")
    until_on: date = asked("截止日（不含）", Kind.DATE, name="until")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyAsked(Asked):
    """One loan's movements of performing principal, the bank return rates, and the period to settle."""

    movements: tuple[MovementAsked, ...] = asked("放款与还本", Kind.TABLE, of=MovementAsked)
    bank_rates: tuple[BankRateAsked, ...] = asked("银行回报利率", Kind.TABLE, of=BankRateAsked)
    period: PeriodAsked = asked("结息期间", Kind.GROUP, of=PeriodAsked)
    matures_on: date | None = asked("合同到期日", Kind.DATE, default=None)
    stopped_on: date | None = asked("停止贴息日", Kind.DATE, default=None, hint="发现挪用之日起不再贴息")
    mode: str = asked("运作模式", Kind.CHOICE, choices=tuple((m.value, str(m.label)) for m in Mode), default=Mode.SPECIAL.value)


def answer_subsidy(given: SubsidyAsked, basis: Basis) -> Answer:
    """
    Return the segments of the period, both interests, the subsidy and its two shares.

    Raises:
        InvalidInput: no drawdown, or the period ends before it begins.
        RepaymentExceedsBalance, NoBankRate, BankRateTwice: the loan's figures contradict each other.

    Source: FP 1.4.1, FP 1.4.2; D10, D11, D12, D14, D35.
    """
    terms = basis.terms
    parts = _segments(given, max_years=terms.loan.max_term_years)
    interest = loan_interest(
        parts,
        enterprise_rate=terms.loan.enterprise_rate,
        base_share=terms.subsidy.base_share.of(given.mode),
        day_count=terms.subsidy.day_count,
    )
    return Answer(
        values=_values(parts, interest, county_share=terms.subsidy.county_share),
        clauses=("FP 1.4.1", "FP 1.4.2"),
        interpretations=("D10", "D11", "D12", "D14", "D35"),
    )


def _segments(given: SubsidyAsked, *, max_years: int) -> list[Segment]:
    """Return the days that earn, after the checks that only the whole input allows."""
    drawn_on = [movement.on for movement in given.movements if movement.amount > 0]
    if not drawn_on:
        raise refused("movements", "no_drawdown", "至少应有一笔放款（金额大于零）。")
    if sum(movement.amount for movement in given.movements if movement.amount > 0) > MAX_AMOUNT:
        raise refused("movements", "too_large", "放款合计超出系统可记录的范围。")
    with blamed_on("period"):
        period = Period(given.period.from_on, given.period.until_on)
    until = earning_end(first_drawdown_on=min(drawn_on), matures_on=given.matures_on, stopped_on=given.stopped_on, max_years=max_years)
    movements = [PrincipalMovement(movement.on, movement.amount) for movement in given.movements]
    rates = [DatedRate(bank_rate.from_on, bank_rate.rate) for bank_rate in given.bank_rates]
    try:
        return segments(movements, rates, period, earns_until=until)
    except DomainError as refusal:
        with blamed_on("movements" if isinstance(refusal, RepaymentExceedsBalance) else "bank_rates"):
            raise


def _values(parts: list[Segment], interest: LoanInterest, *, county_share: Decimal) -> dict[str, object]:
    """Return the answer in JSON."""
    shares = split_between_treasuries(interest.subsidy, county_share=county_share)
    return {
        "segments": [
            {
                "from": part.from_on.isoformat(),
                "until": part.until_on.isoformat(),
                "days": part.days,
                "balance": money(part.balance),
                "bank_rate": rate(part.bank_rate),
            }
            for part in parts
        ],
        "eligible_days": sum(part.days for part in parts),
        "bank_interest": money(interest.bank),
        "enterprise_interest": money(interest.enterprise),
        "subsidy": money(interest.subsidy),
        "city": money(shares.city),
        "county": money(shares.county),
        "flags": list(interest.flags),
    }


SUBSIDY = Calculator(
    name="subsidy",
    label="贴息测算",
    summary="测算一笔贷款在一个结息期间的银行利息、企业利息、财政贴息及市县分担。",
    asks=SubsidyAsked,
    answer=answer_subsidy,
    outputs=(
        Output(name="segments", label="计息分段", kind=AnswerKind.SEGMENTS),
        Output(name="eligible_days", label="贴息天数", kind=AnswerKind.COUNT),
        Output(name="bank_interest", label="按银行回报利率计息", kind=AnswerKind.MONEY),
        Output(name="enterprise_interest", label="按企业支付利率计息", kind=AnswerKind.MONEY),
        Output(name="subsidy", label="财政贴息", kind=AnswerKind.MONEY),
        Output(name="city", label="市级财政承担", kind=AnswerKind.MONEY),
        Output(name="county", label="县级财政承担", kind=AnswerKind.MONEY),
        Output(name="flags", label="提示", kind=AnswerKind.TEXTS),
    ),
)
