"""Calculators of what can be told from a code or a figure alone: credit code, enterprise size, amount in words."""

from dataclasses import dataclass
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output
from calculators.fields import Kind, asked, blamed_on
from common.errors import DomainError
from common.money import in_words
from parties.rules import check_credit_code, is_industrial
from policy.enterprise_size import enterprise_size, is_sme


class NotIndustrial(DomainError):
    """The size table is that of industry."""

    code = "not_industrial"
    sentence = "行业代码 {industry_code} 不属于工业（大类{first}至{last}），本基金只按工业企业标准划型，请核对行业代码。"
    clause = "FP 2.2.2"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCodeAsked(Asked):
    """A unified social credit code as somebody typed it."""

    code: str = asked("统一社会信用代码", Kind.TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseSizeAsked(Asked):
    """The figures that decide an industrial enterprise's size."""

    industry_code: str | None = asked("行业代码", Kind.TEXT, default=None, hint="GB/T 4754-2017，例如 C1951")
    employees: int = asked("从业人员", Kind.COUNT, hint="期末人数")
    revenue: Decimal = asked("营业收入", Kind.MONEY, hint="上年度，元")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountInWordsAsked(Asked):
    """An amount in figures."""

    amount: Decimal = asked("金额", Kind.MONEY, hint="元")


def answer_credit_code(given: CreditCodeAsked, basis: Basis) -> Answer:
    """Return whether the code can be one. Source: GB 32100-2015."""
    verdict = check_credit_code(given.code)
    values = {"valid": verdict.valid, "normalized": verdict.normalized, "warnings": list(verdict.warnings)}
    return Answer(values=values | ({"reason": verdict.reason} if verdict.reason else {}))


def answer_enterprise_size(given: EnterpriseSizeAsked, basis: Basis) -> Answer:
    """
    Return the size of an industrial enterprise.

    Raises:
        NotIndustrial: the industry code is given and not one of industry.
        UnknownIndustryCode: it is no code of the standard.

    Source: FP 2.2.2; D29, D30.
    """
    decisions: tuple[str, ...] = ("D29",)
    if given.industry_code is not None:
        decisions = ("D29", "D30")
        bounds = basis.terms.eligibility
        first, last = bounds.first_industrial_division, bounds.last_industrial_division
        with blamed_on("industry_code"):
            if not is_industrial(given.industry_code, first=first, last=last):
                raise NotIndustrial(industry_code=given.industry_code, first=first, last=last)
    size = enterprise_size(basis.terms, employees=given.employees, revenue=given.revenue)
    return Answer(values={"size": size.value, "is_sme": is_sme(size)}, clauses=("FP 2.2.2",), interpretations=decisions)


def answer_amount_in_words(given: AmountInWordsAsked, basis: Basis) -> Answer:
    """Return the amount in capital numerals. Source: 支付结算办法 附一."""
    return Answer(values={"words": in_words(given.amount)})


CREDIT_CODE = Calculator(
    name="credit-code",
    label="统一社会信用代码校验",
    summary="校验长度、字符和第 18 位校验码；第 17 位不符时只提示。",
    asks=CreditCodeAsked,
    answer=answer_credit_code,
    uses_policy=False,
    outputs=(
        Output(name="valid", label="是否有效", kind=AnswerKind.FLAG),
        Output(name="normalized", label="规范写法", kind=AnswerKind.TEXT),
        Output(name="reason", label="无效原因", kind=AnswerKind.TEXT, optional=True),
        Output(name="warnings", label="提示", kind=AnswerKind.TEXTS),
    ),
)
ENTERPRISE_SIZE = Calculator(
    name="enterprise-size",
    label="工业企业划型",
    summary="按从业人员和营业收入划分大型、中型、小型、微型企业。",
    asks=EnterpriseSizeAsked,
    answer=answer_enterprise_size,
    outputs=(
        Output(name="size", label="企业规模", kind=AnswerKind.TEXT),
        Output(name="is_sme", label="是否中小微企业", kind=AnswerKind.FLAG),
    ),
)
AMOUNT_IN_WORDS = Calculator(
    name="amount-in-words",
    label="人民币大写",
    summary="把金额写成人民币大写。",
    asks=AmountInWordsAsked,
    answer=answer_amount_in_words,
    uses_policy=False,
    outputs=(Output(name="words", label="大写金额", kind=AnswerKind.TEXT),),
)
