"""Classes of loans, what the overdue days suggest, and debts recognised as bad."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Money, link_to, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import Facts, Row, facts, table
from common.admin.steps import Step, allowed_for
from common.admin.visible import VisibleAdmin
from common.enums import Category
from loans.selectors.visible import scope_of
from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for
from risk.admin import forms
from risk.admin.loan_panels import CLASSIFY_SENTENCE, history_of_classes
from risk.admin.papers import checklist
from risk.admin.recoveries import recorded_recoveries
from risk.admin.shared import SEEN_BY, LatestFilter, claim_state, grade_badge, is_of_bank, suggestion_state
from risk.claims.rules.sharing import clause_of, is_covered
from risk.claims.services.opening import file_claim, open_pursuit
from risk.classification.services import classify_loan
from risk.enums import ClaimPaper, SuggestionState
from risk.models import BadDebt, Classification, ClassificationSuggestion
from risk.recoveries.services.records import record_recovery
from risk.visibility import bad_debts_visible_to, claims_visible_to, classifications_visible_to, suggestions_visible_to

LOAN_FILTERS = ("loan__bank", "loan__mode", "loan__category", "loan__district")
LOAN_SEARCH = ("loan__contract_number", "loan__enterprise__name", "loan__enterprise__credit_code")


def _enterprise(row: Any) -> Any:
    return row.loan.enterprise


def _bank(row: Any) -> str:
    return row.loan.bank.short_name


def suggestions_listed(member: Member) -> QuerySet[ClassificationSuggestion]:
    """Return what the member sees, with all that lists show."""
    return suggestions_visible_to(member).select_related("answer")


DECIDE = Step(
    name="decide",
    label="认定风险分类",
    who=allowed_for(InstitutionKind.BANK),
    may=lambda member, suggestion: is_of_bank(member, suggestion.loan.bank_id),
    when=lambda suggestion: suggestion.state == SuggestionState.OPEN,
    form=forms.ClassifyForm,
    run=lambda context: classify_loan(loan_id=context.obj.loan.public_id, actor=context.member, at=context.at, **context.given),
    clause="FP 1.5.3",
    sentence=CLASSIFY_SENTENCE,
    tone="main",
)


@admin.register(ClassificationSuggestion)
class SuggestionAdmin(VisibleAdmin):
    """What the overdue days suggest, until the bank decides."""

    visible_to = staticmethod(suggestions_listed)
    seen_by = SEEN_BY
    columns = (
        "loan", Column("企业", _enterprise, order="loan__enterprise__name"), Column("银行", _bank, order="loan__bank"),
        Column("建议分类", lambda one: grade_badge(one.grade), order="grade"), "overdue_days", "suggested_on",
        Column("状态", suggestion_state, order="state"),
        Column("银行认定", lambda one: grade_badge(one.answer.grade) if one.answer else None, name="decided"),
    )  # fmt: skip
    shows = ("loan", "loan__bank", "loan__enterprise", "grade", "suggested_on", "overdue_days", "answer")
    search_fields = LOAN_SEARCH
    list_filter = ("state", "grade", *LOAN_FILTERS)
    date_hierarchy = "suggested_on"
    ordering = ("-suggested_on", "-id")
    steps = (DECIDE,)
    list_intro = "系统每日按连续逾期天数给出最低应归类别，由银行认定；银行可认定更差的类别，认定较好的须写明理由。"

    def badges(self, case: ClassificationSuggestion) -> list[Badge]:
        """Return whether the suggestion waits."""
        return [suggestion_state(case)]

    def parts(self, request: HttpRequest, case: ClassificationSuggestion) -> list[Any]:
        """Return the loan's history of classes."""
        return [_history(request, case.loan)]

    def preview(self, request: HttpRequest, case: ClassificationSuggestion, step: Step) -> list[Any]:
        """Return what is suggested and how the loan was classed before."""
        return [self.first_panel(request, case), _history(request, case.loan)]


def _history(request: HttpRequest, loan: Any) -> Any:
    found = classifications_visible_to(acting_member(request)).filter(loan=loan).select_related("decided_by__institution")
    return history_of_classes(request, list(found.order_by("-from_on")))


@admin.register(Classification)
class ClassificationAdmin(VisibleAdmin):
    """Every decision on a class, with its history."""

    visible_to = staticmethod(classifications_visible_to)
    seen_by = SEEN_BY
    columns = (
        "loan", Column("企业", _enterprise, order="loan__enterprise__name"), Column("银行", _bank, order="loan__bank"),
        Column("风险分类", lambda one: grade_badge(one.grade), order="grade"),
        Column("生效日期", lambda one: one.from_on, order="from_on"), "overdue_days",
        Column("按逾期天数", lambda one: one.get_suggested_display(), order="suggested"), "reason", "decided_at",
    )  # fmt: skip
    shows = (
        "loan", "loan__bank", "loan__enterprise", "grade", "from_on", "overdue_days", "suggested", "reason", "decided_by", "decided_at",
    )  # fmt: skip
    search_fields = (*LOAN_SEARCH, "reason")
    list_filter = ("grade", LatestFilter, *LOAN_FILTERS)
    date_hierarchy = "from_on"
    ordering = ("-from_on", "-id")
    case_related = ("decided_by__institution",)
    list_intro = "银行在贷款页面或“分类建议”中认定；次级、可疑、损失为不良，可认定坏账。认定记录只增不改，最近一次为现行分类。"

    def heading(self, case: Classification) -> str:
        """Return contract and class."""
        return f"{case.loan.contract_number} · {case.get_grade_display()}"

    def badges(self, case: Classification) -> list[Badge]:
        """Return the class with its tone."""
        return [grade_badge(case.grade)]

    def parts(self, request: HttpRequest, case: Classification) -> list[Any]:
        """Return how the loan was classed before and after."""
        return [_history(request, case.loan)]


def bad_debts_listed(member: Member) -> QuerySet[BadDebt]:
    """Return what the member sees, with all that lists show."""
    return bad_debts_visible_to(member).select_related("classification", "loan__policy_version").prefetch_related("claims")


def open_claim(bad_debt: BadDebt) -> Any:
    """Return where the claim of a bad debt stands, the latest first."""
    claims = sorted(bad_debt.claims.all(), key=lambda one: -one.pk)
    return claim_state(claims[0]) if claims else None


def _own(member: Member, bad_debt: BadDebt) -> bool:
    return is_of_bank(member, bad_debt.bank_id)


def _is_rd(bad_debt: BadDebt) -> bool:
    return bad_debt.loan.category == Category.RD


def _may_file(bad_debt: BadDebt) -> bool:
    loan = bad_debt.loan
    return is_covered(version_for(loan.policy_version).terms, category=loan.category, security=loan.security) and not _claimed(bad_debt)


def _claimed(bad_debt: BadDebt) -> bool:
    return any(claim.state not in ("refused", "withdrawn") for claim in bad_debt.claims.all())


BAD_DEBT_STEPS = (
    Step(
        name="file",
        label="提交补偿申请",
        who=allowed_for(InstitutionKind.BANK),
        may=_own,
        when=_may_file,
        form=forms.FileForm,
        run=lambda context: file_claim(
            bad_debt_id=context.obj.public_id, amount=context.given["amount"], actor=context.member, at=context.at
        ),
        clause="FP 1.5.2(1), 1.5.2(2)",
        sentence="研发信用贷款先补偿后追偿。提交后由担保公司（专项贷款）或市工信局（信托服务）在审核期限内审核；材料须先上传齐备。",
        tone="main",
    ),
    Step(
        name="pursue",
        label="启动项目贷款追偿",
        who=allowed_for(InstitutionKind.BANK),
        may=_own,
        when=lambda bad_debt: not _is_rd(bad_debt) and not _claimed(bad_debt),
        run=lambda context: open_pursuit(bad_debt_id=context.obj.public_id, actor=context.member, at=context.at),
        clause="FP 1.5.1",
        sentence="项目贷款由银行先行追偿；确定无法收回的部分凭法院或破产文书申报，经另一人复核认定后按出资比例分担。",
        tone="main",
    ),
    Step(
        name="recover",
        label="登记追偿收回",
        who=allowed_for(InstitutionKind.BANK),
        may=_own,
        form=forms.RecoveryForm,
        run=lambda context: record_recovery(bad_debt_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
        clause="FP 1.5.2(2)",
        sentence="登记后由本行另一名复核人员复核，复核通过才计入；已补偿的，按各方实际承担逐笔退回。",
        done="已登记，请由本行复核人员复核。",
    ),
)


@admin.register(BadDebt)
class BadDebtAdmin(VisibleAdmin):
    """Debts recognised as bad; claims and recoveries begin here."""

    visible_to = staticmethod(bad_debts_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "loan", Column("企业", _enterprise, order="loan__enterprise__name"), "bank",
        Column("模式", lambda one: value_of(one, "loan__mode"), order="loan__mode"),
        Column("贷款类别", lambda one: value_of(one, "loan__category"), order="loan__category"), "principal", "recognised_on",
        Column("认定时分类", lambda one: grade_badge(one.classification.grade), name="grade"), Column("补偿申请", open_claim, name="claim"),
    )  # fmt: skip
    shows = (
        "loan", "bank", "loan__enterprise", "loan__mode", "loan__category", "loan__security", "principal", "recognised_on",
        "classification", "enterprise_rd_total", "reason", "recognised_by", "recognised_at",
    )  # fmt: skip
    papers = tuple(ClaimPaper.choices)
    search_fields = (*LOAN_SEARCH, "reason")
    list_filter = ("bank", "loan__mode", "loan__category", "loan__district", "classification__grade", "claims__state")
    date_hierarchy = "recognised_on"
    ordering = ("-recognised_on", "-id")
    case_related = ("loan__bank", "loan__district", "loan__application__entry", "recognised_by__institution")
    steps = BAD_DEBT_STEPS
    list_intro = "在贷款页面认定坏账；本金一次认定，计入本行坏账率。补偿申请、追偿收回在坏账页面办理。"

    def first_panel(self, request: HttpRequest, case: BadDebt) -> Facts:
        """Return the debt; the enterprise's total over all banks is read by those who see every case only. Source: D15."""
        everything = sees_all(acting_member(request))
        return facts(request, case, "基本情况", *(name for name in self.shows if everything or name != "enterprise_rd_total"))

    def heading(self, case: BadDebt) -> str:
        """Return contract and enterprise."""
        return f"{case.loan.contract_number} · {case.loan.enterprise.name}"

    def opening_scope(self, case: BadDebt) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case.loan)}

    def preview(self, request: HttpRequest, case: BadDebt, step: Step) -> list[Any]:
        """Return the debt, and the papers above a claim."""
        head = facts(request, case, "坏账", "loan", "loan__enterprise", "principal", "recognised_on")
        return [head, checklist(request, case)] if step.name == "file" else [head]

    def parts(self, request: HttpRequest, case: BadDebt) -> list[Any]:
        """Return the papers, the claims and what came back."""
        claims = claims_visible_to(acting_member(request)).filter(bad_debt=case).order_by("-id")
        rows = [
            Row(cells=(link_to(request, one), one.get_kind_display(), claim_state(one), Money(one.amount), one.opened_on, one.payable_on))
            for one in claims
        ]
        heads = ("补偿编号", "办理方式", "状态", "申请补偿的本金损失", "提交日期", "可支付日期")
        return [
            checklist(request, case),
            table("补偿申请", heads, rows, clause=clause_of(mode=case.loan.mode, category=case.loan.category), empty=_no_claim(case)),
            recorded_recoveries(request, case),
        ]


def _no_claim(bad_debt: BadDebt) -> str:
    loan = bad_debt.loan
    terms = version_for(loan.policy_version).terms
    if loan.category == Category.RD and not is_covered(terms, category=loan.category, security=loan.security):
        return "担保或抵质押的研发贷款不在方案的风险补偿范围内，损失由银行承担。"
    return "尚未申请补偿。"
