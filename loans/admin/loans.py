"""Loans: balance, rates, movements one by one, guarantee, use of funds."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Money, Rate, Small, joined, label_of, link_to, list_of, value_of
from common.admin.panels import Fact, Facts, Row, facts, table
from common.admin.visible import VisibleAdmin
from common.money import ZERO
from loans.admin.applications import SEEN_BY as APPLICATIONS_SEEN_BY
from loans.admin.steps import LOAN_STEPS
from loans.enums import LoanStage, ProposalState
from loans.models import Loan, Movement, Proposal
from loans.models.loans import CONTRACT_TERMS
from loans.movement_steps import FURTHER
from loans.selectors.visible import loans_visible_to, scope_of
from parties.enums import InstitutionKind
from parties.models import Member

SEEN_BY = APPLICATIONS_SEEN_BY | {InstitutionKind.GUARANTOR}
TONES = {LoanStage.CONTRACTED: "busy", LoanStage.DRAWN: "good", LoanStage.OVERDUE: "bad", LoanStage.SETTLED: "plain"}
SHOWS = ("contract_number", "application", "bank", "enterprise", "project", *CONTRACT_TERMS, "policy_version")


def loans_listed(member: Member) -> QuerySet[Loan]:
    """Return what the member sees, with the balances of today and all that lists show."""
    return loans_visible_to(member).select_related("bank", "enterprise", "district", "application")


def stage(loan: Loan) -> Badge:
    """Return where a loan stands, by the sums of all its movements."""
    found = loan.stage_on(timezone.localdate())
    return Badge(found.label, TONES[found])


COLUMNS = (
    "contract_number", "enterprise", "bank", "mode", "category", "contract_amount", "drawn",
    Column("贷款余额", lambda loan: Money(loan.outstanding), name="money_outstanding"),
    Column("状态", stage, name="stage"),
    "district", "matures_on",
)  # fmt: skip


@admin.register(Loan)
class LoanAdmin(VisibleAdmin):
    """Loans with what they owe."""

    visible_to = staticmethod(loans_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = COLUMNS
    exported = (*COLUMNS, *(name for name in CONTRACT_TERMS if name not in COLUMNS))
    shows = SHOWS
    papers = (("放款凭证", "放款凭证"), ("资金用途凭证", "资金用途凭证"), ("贷款合同", "贷款合同"))
    search_fields = ("contract_number", "enterprise__name", "enterprise__credit_code", "project__name", "application__number")
    list_filter = ("mode", "category", "security", "bank", "district")
    date_hierarchy = "signed_on"
    ordering = ("-id",)
    case_related = ("application__entry__district", "project", "policy_version", "return_rate", "guarantee__guarantor")
    steps = LOAN_STEPS

    def opening_scope(self, case: Loan) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case)}

    def badges(self, case: Loan) -> list[Badge]:
        """Return where the loan stands, and that its subsidy stopped."""
        stopped = [Badge("已停止贴息", "bad")] if case.subsidy_stopped_on else []
        return [stage(case), *stopped]

    def parts(self, request: HttpRequest, case: Loan) -> list[Any]:
        """Return balance, terms fixed at first drawdown, proposals, movements, guarantee, checks."""
        return [
            balance(request, case),
            terms(request, case),
            proposals(request, case),
            movements(request, case),
            guarantee(request, case),
            checks(request, case),
        ]


def balance(request: HttpRequest, loan: Loan) -> Facts:
    """Return what the loan owes by all its movements."""
    entry = Fact("白名单条目", link_to(request, loan.application.entry))
    rows = (
        Fact("贷款余额", Money(loan.outstanding)),
        Fact("其中正常本金", Money(loan.performing)),
        Fact("其中逾期本金", Money(loan.overdue)),
        Fact("累计放款", Money(loan.drawn)),
        Fact("尚可提款", Money(loan.contract_amount - loan.drawn)),
        entry,
    )
    return Facts(title="余额", facts=rows)


def terms(request: HttpRequest, loan: Loan) -> Facts:
    """Return rates, county and end of subsidy."""
    rates = [
        joined((Rate(one.rate), Small(f"自{one.from_on}起，{one.return_rate.document_number}")))
        for one in loan.rates.select_related("return_rate")
    ]
    rows = [
        Fact("企业支付利率", Rate(loan.enterprise_rate)),
        Fact("银行回报利率", joined(rates) if rates else "首次放款时核定"),
        Fact("首次放款日", loan.first_drawdown_on),
        Fact("贴息承担县(市、区)", link_to(request, loan.district) or "首次放款时按所得税归属核定"),
        Fact("贴息止日(不含)", loan.earns_until, "合同到期与首次放款满五年两者较早的一日"),
        Fact("停止贴息日", loan.subsidy_stopped_on),
    ]
    return Facts(title="利率与贴息归属（首次放款时核定）", facts=rows, clause="FP 1.4.1, 1.4.2")


def proposals(request: HttpRequest, loan: Loan) -> Any:
    """Return what waits for a colleague's check; ``None`` when nothing does."""
    waiting = list(loan.proposals.filter(state=ProposalState.WAITING).select_related("made_by__institution"))
    rows = [
        (
            link_to(request, one, one.get_kind_display()),
            Money(one.amount),
            one.value_on,
            one.bank_reference,
            link_to(request, one.made_by, one.made_by.name),
        )
        for one in waiting
    ]
    heads = ("类别", "金额", "起息日", "银行流水号", "经办")
    return table("待复核变动", heads, rows, more=("全部待复核", list_of(Proposal))) if rows else None


def movements(request: HttpRequest, loan: Loan) -> Any:
    """Return every movement with the balance after it; what was taken back is struck through."""
    rows: list[Any] = []
    found = list(loan.movements.select_related("made_by__institution", "checked_by__institution", "contribution"))
    drawn_back = {one.reverses_id for one in found if one.reverses_id}
    outstanding = ZERO
    for one in found:
        outstanding += one.change.outstanding
        paid_by = getattr(one, "contribution", None)
        shares = Small(f"政府方 {paid_by.government:,.2f} 元，银行 {paid_by.bank:,.2f} 元") if paid_by else None
        signed = joined(link_to(request, who, who.name) for who in (one.made_by, one.checked_by) if who)
        cells = (
            one.value_on, one.get_kind_display(), Money(one.amount), Money(one.performing), Money(one.overdue), Money(outstanding),
            joined(part for part in (one.bank_reference, shares, Small(one.reason) if one.reason else None) if part), signed,
            *(value_of(one, name) for name in FURTHER), one.recorded_at,
        )  # fmt: skip
        rows.append(Row(cells=cells, tone="void" if one.pk in drawn_back else ""))
    heads = ("起息日", "类别", "金额", "正常本金变动", "逾期本金变动", "变动后余额", "流水号与说明", "经办/复核",
             *(label_of(Movement, name) for name in FURTHER), "记录时间")  # fmt: skip
    return table("贷款变动", heads, rows, clause="FP 1.6.3", empty="尚未放款。")


def guarantee(request: HttpRequest, loan: Loan) -> Facts | None:
    """Return the guarantee, if there is one."""
    found = getattr(loan, "guarantee", None)
    if found is None:
        return None
    names = ("guarantor", "number", "fee_rate", "is_batch_scheme", "recorded_on")
    return facts(request, found, "担保", *names, clause="FP 1.5.2(1)")


def checks(request: HttpRequest, loan: Loan) -> Any:
    """Return what the bank found when it followed the money."""
    found = loan.use_checks.select_related("checked_by__institution")
    rows = [
        (
            link_to(request, one, str(one.checked_on)),
            Badge("发现挪用", "bad") if one.is_misuse else Badge("正常", "good"),
            one.finding,
            one.misuse_from,
            link_to(request, one.checked_by),
        )
        for one in found
    ]
    return table("资金用途检查", ("检查日期", "结论", "情况", "挪用起始日", "检查人"), rows, clause="FP 1.6.3", empty="尚未登记检查。")
