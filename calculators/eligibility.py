"""Calculators of who and what may be listed."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output
from calculators.fields import Kind, asked, blamed_on, refused
from whitelist.enums import ProjectType
from whitelist.rules import Eligibility, ProjectFacts, RdFacts, is_newly_registered, not_in_force, project_eligibility, rd_eligibility

INDUSTRY_HINT = "GB/T 4754-2017，例如 C1951"
OUTPUTS = (
    Output(name="eligible", label="是否符合条件", kind=AnswerKind.FLAG),
    Output(name="checks", label="逐项核对", kind=AnswerKind.CHECKS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEligibilityAsked(Asked):
    """A project and its enterprise."""

    industry_code: str = asked("行业代码", Kind.TEXT, hint=INDUSTRY_HINT)
    registered_in_city: bool = asked("企业在本市注册", Kind.FLAG)
    project_type: str = asked("项目类型", Kind.CHOICE, choices=tuple((kind.value, str(kind.label)) for kind in ProjectType))
    is_key_project: bool = asked("省市重大重点工业投资项目", Kind.FLAG)
    is_named_by_city: bool = asked("市政府确定的其他项目", Kind.FLAG)
    holds_technical_upgrade_subsidy: bool = asked("已享受技改贴息", Kind.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class RdEligibilityAsked(Asked):
    """An enterprise; ``as_of`` is the application date."""

    industry_code: str = asked("行业代码", Kind.TEXT, hint=INDUSTRY_HINT)
    is_little_giant: bool = asked("国家级专精特新“小巨人”企业", Kind.FLAG)
    is_municipal_key: bool = asked("市重点工业企业", Kind.FLAG)
    last_year_rd_expense: Decimal = asked("上年度研发费用", Kind.MONEY, hint="税务口径，元")
    registered_capital: Decimal = asked("注册资本", Kind.MONEY, hint="元")
    registered_on: date = asked("注册日期", Kind.DATE)
    registered_in_city: bool = asked("在本市注册", Kind.FLAG, default=True)
    other_technology_credit: bool = asked("同一笔融资已享受其他科技信贷扶持", Kind.FLAG)


def answer_project_eligibility(given: ProjectEligibilityAsked, basis: Basis) -> Answer:
    """
    Return whether the project may be listed, line by line.

    Raises:
        UnknownIndustryCode: not a code of the standard.

    Source: FP 1.1.1, FP 3.1, FP 3.4; D5, D24, D30.
    """
    facts = ProjectFacts(
        industry_code=given.industry_code,
        registered_in_city=given.registered_in_city,
        project_type=given.project_type,
        is_key_project=given.is_key_project,
        is_named_by_city=given.is_named_by_city,
        holds_technical_upgrade_subsidy=given.holds_technical_upgrade_subsidy,
    )
    with blamed_on("industry_code"):
        found = project_eligibility(basis.terms, facts)
    return _answer(found, basis, decisions=("D5", "D24", "D30"))


def answer_rd_eligibility(given: RdEligibilityAsked, basis: Basis) -> Answer:
    """
    Return whether the enterprise may be listed, line by line.

    Raises:
        InvalidInput: registered after the application date.
        UnknownIndustryCode: not a code of the standard.

    Source: FP 1.1.2, FP 3.2, FP 3.4; D4, D5, D24, D30.
    """
    if given.registered_on > basis.as_of:
        raise refused("registered_on", "after_application", f"注册日期不能晚于申请日期（{basis.as_of}）。")
    facts = RdFacts(
        industry_code=given.industry_code,
        is_little_giant=given.is_little_giant,
        is_municipal_key=given.is_municipal_key,
        last_year_rd_expense=given.last_year_rd_expense,
        registered_capital=given.registered_capital,
        registered_on=given.registered_on,
        registered_in_city=given.registered_in_city,
        other_technology_credit=given.other_technology_credit,
    )
    with blamed_on("industry_code"):
        found = rd_eligibility(basis.terms, facts, on=basis.as_of)
    answer = _answer(found, basis, decisions=("D4", "D5", "D24", "D30"))
    newly = is_newly_registered(basis.terms, registered_on=given.registered_on, on=basis.as_of)
    return replace(answer, values={**answer.values, "newly_registered": newly})


def _answer(found: Eligibility, basis: Basis, *, decisions: tuple[str, ...]) -> Answer:
    """Return the lines, with a failed one more when the plan takes no new cases. Source: FP 3.4; D25, D38."""
    ended = not_in_force(basis.version)
    if ended is not None:
        found, decisions = found.with_check(ended), (*decisions, "D25", "D38")
    clauses = tuple(dict.fromkeys(check.clause for check in found.checks))
    values = {"eligible": found.eligible, "checks": [check.as_json() for check in found.checks]}
    return Answer(values=values, clauses=clauses, interpretations=decisions)


PROJECT_ELIGIBILITY = Calculator(
    name="project-eligibility",
    label="项目白名单条件核对",
    summary="逐项核对固定资产投资项目是否符合白名单条件。",
    asks=ProjectEligibilityAsked,
    answer=answer_project_eligibility,
    outputs=OUTPUTS,
)
RD_ELIGIBILITY = Calculator(
    name="rd-eligibility",
    label="研发企业白名单条件核对",
    summary="逐项核对企业是否符合研发投入融资白名单条件；政策适用日期即申请日期。",
    asks=RdEligibilityAsked,
    answer=answer_rd_eligibility,
    outputs=(*OUTPUTS, Output(name="newly_registered", label="按新注册企业办理", kind=AnswerKind.FLAG)),
)
