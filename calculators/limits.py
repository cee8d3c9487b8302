"""Calculators of how much may be lent."""

from dataclasses import dataclass
from decimal import Decimal

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output, money
from calculators.fields import Kind, asked, blamed_on
from common.money import ZERO
from whitelist.limits import project_limit, rd_limit

NO_RD_EXPENSE = "上年度研发费用为零，存量企业的可贷额度为零。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLimitAsked(Asked):
    """A project's investment and what is committed to it by all banks in both modes."""

    total_investment: Decimal = asked("项目总投资", Kind.MONEY, hint="元")
    committed_fixed_asset: Decimal = asked("已承诺固定资产投资贷款", Kind.MONEY, default=ZERO, hint="累计放款加已批未放，元")
    committed_working_capital: Decimal = asked("已承诺流动资金贷款", Kind.MONEY, default=ZERO, hint="累计放款加已批未放，元")


@dataclass(frozen=True, slots=True, kw_only=True)
class RdLimitAsked(Asked):
    """An enterprise's R&D expense and what is committed to it by all banks in both modes."""

    newly_registered: bool = asked("新注册企业", Kind.FLAG)
    last_year_rd_expense: Decimal | None = asked("上年度研发费用", Kind.MONEY, default=None, hint="税务口径，元；存量企业必填")
    committed: Decimal = asked("已承诺研发贷款", Kind.MONEY, default=ZERO, hint="贷款余额加已批未放，元")


def answer_project_limit(given: ProjectLimitAsked, basis: Basis) -> Answer:
    """Return limits and headroom of the project. Source: FP 1.2.1; D2, D33."""
    limit = project_limit(
        basis.terms,
        total_investment=given.total_investment,
        committed_fixed_asset=given.committed_fixed_asset,
        committed_working_capital=given.committed_working_capital,
    )
    values = {output.name: money(getattr(limit, output.name)) for output in PROJECT_LIMIT.outputs}
    return Answer(values=values, clauses=("FP 1.2.1",), interpretations=("D2", "D33"))


def answer_rd_limit(given: RdLimitAsked, basis: Basis) -> Answer:
    """
    Return limit and headroom of the enterprise.

    Raises:
        RdExpenseMissing: an existing enterprise without last year's figure.

    Source: FP 1.2.2; D3, D4, D33.
    """
    with blamed_on("last_year_rd_expense"):
        limit = rd_limit(
            basis.terms,
            newly_registered=given.newly_registered,
            last_year_rd_expense=given.last_year_rd_expense,
            committed=given.committed,
        )
    values = {"max_total": money(limit.max_total), "headroom_total": money(limit.headroom_total)}
    if limit.without_rd_expense:
        values["message"] = NO_RD_EXPENSE
    return Answer(values=values, clauses=("FP 1.2.2",), interpretations=("D3", "D4") if given.newly_registered else ("D3", "D33"))


PROJECT_LIMIT = Calculator(
    name="project-limit",
    label="项目额度测算",
    summary="测算单个项目的放款上限和剩余额度，所有银行和两种模式合并计算。",
    asks=ProjectLimitAsked,
    answer=answer_project_limit,
    outputs=(
        Output(name="max_total", label="放款上限", kind=AnswerKind.MONEY),
        Output(name="max_fixed_asset", label="固定资产投资贷款上限", kind=AnswerKind.MONEY),
        Output(name="max_working_capital", label="流动资金贷款上限", kind=AnswerKind.MONEY),
        Output(name="headroom_total", label="剩余额度", kind=AnswerKind.MONEY),
        Output(name="headroom_fixed_asset", label="固定资产投资贷款剩余额度", kind=AnswerKind.MONEY),
        Output(name="headroom_working_capital", label="流动资金贷款剩余额度", kind=AnswerKind.MONEY),
    ),
)
RD_LIMIT = Calculator(
    name="rd-limit",
    label="研发贷款额度测算",
    summary="测算单家企业研发贷款的放款上限和剩余额度。",
    asks=RdLimitAsked,
    answer=answer_rd_limit,
    outputs=(
        Output(name="max_total", label="放款上限", kind=AnswerKind.MONEY),
        Output(name="headroom_total", label="剩余额度", kind=AnswerKind.MONEY),
        Output(name="message", label="说明", kind=AnswerKind.TEXT, optional=True),
    ),
)
