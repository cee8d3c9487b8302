"""The calculator of what a loan costs in a year, and what the treasuries bear of it."""

from dataclasses import dataclass
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output, money, rate
from calculators.fields import Kind, asked, refused
from common.enums import Mode
from common.money import ZERO
from reporting.loan_costs.rules import yearly_cost
from subsidy.rules import split_between_treasuries

NO_COVER = Decimal("0.000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyCostAsked(Asked):
    """An amount drawn on ``as_of`` and not repaid for a year."""

    amount: Decimal = asked("贷款金额", Kind.MONEY, hint="元")
    bank_rate: Decimal = asked("银行回报利率", Kind.RATE, hint="年利率小数")
    cover_rate: Decimal = asked("担保费率或增信服务费率", Kind.RATE, default=NO_COVER, hint="年费率小数；没有的不填")
    mode: str = asked("运作模式", Kind.CHOICE, choices=tuple((m.value, str(m.label)) for m in Mode), default=Mode.SPECIAL.value)


def answer_yearly_cost(given: YearlyCostAsked, basis: Basis) -> Answer:
    """
    Return interest, fee and subsidy of one year from the day asked about.

    Raises:
        InvalidInput: the amount is zero.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.5.2(2); D10, D11, D12, D23, D35.
    """
    if given.amount == ZERO:
        raise refused("amount", "zero", "贷款金额应大于零。")
    terms = basis.terms
    found = yearly_cost(
        terms,
        amount=given.amount,
        mode=given.mode,
        bank_rate=given.bank_rate,
        cover_rate=given.cover_rate,
        from_on=basis.as_of,
    )
    shares = split_between_treasuries(found.subsidy, county_share=terms.subsidy.county_share)
    return Answer(
        values={
            "days": found.days,
            "enterprise_rate": rate(terms.loan.enterprise_rate),
            "enterprise_interest": money(found.enterprise_interest),
            "cover_fee": money(found.cover_fee),
            "total": money(found.total),
            "total_rate": rate(found.total_rate),
            "subsidy": money(found.subsidy),
            "city": money(shares.city),
            "county": money(shares.county),
        },
        clauses=("FP 1.4.1", "FP 1.5.2(1)", "FP 1.5.2(2)"),
        interpretations=("D10", "D11", "D12", "D23", "D35"),
    )


YEARLY_COST = Calculator(
    name="yearly-cost",
    label="年度融资成本测算",
    summary="测算一笔贷款放款后一年的企业利息、担保费或增信服务费，以及财政贴息。",
    asks=YearlyCostAsked,
    answer=answer_yearly_cost,
    outputs=(
        Output(name="days", label="计息天数", kind=AnswerKind.COUNT),
        Output(name="enterprise_rate", label="企业支付利率", kind=AnswerKind.RATE),
        Output(name="enterprise_interest", label="企业支付利息", kind=AnswerKind.MONEY),
        Output(name="cover_fee", label="担保费或增信服务费", kind=AnswerKind.MONEY),
        Output(name="total", label="一年总成本", kind=AnswerKind.MONEY),
        Output(name="total_rate", label="年化总成本", kind=AnswerKind.RATE),
        Output(name="subsidy", label="财政贴息", kind=AnswerKind.MONEY),
        Output(name="city", label="市级财政承担", kind=AnswerKind.MONEY),
        Output(name="county", label="县级财政承担", kind=AnswerKind.MONEY),
    ),
)
