"""Applications: the clock, the caps, the decision."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Money, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, facts, table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from common.enums import Category, Mode, Security
from loans.admin import forms
from loans.admin.steps import CASE_STEPS
from loans.enums import Paper
from loans.models import Application
from loans.selectors.caps import case_of_application, headroom
from loans.selectors.clock import approval_clock
from loans.selectors.visible import applications_visible_to, quotas_visible_to, scope_of
from loans.services.applications import draft_application
from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Member
from policy.admin.deadlines import left
from policy.selectors.calendar import working_calendar

SEEN_BY = frozenset(InstitutionKind.values) - {InstitutionKind.CONTRIBUTOR, InstitutionKind.GUARANTOR}
SHOWS = (
    "number", "bank", "enterprise", "project", "entry", "mode", "category", "security", "amount_requested", "term_months", "purpose",
    "other_technology_credit", "enterprise_size", "policy_version", "bank_reference", "submitted_for", "submitted_by", "submitted_on",
)  # fmt: skip
DECISION = (
    "accepted_on", "review_began_on", "decided_on", "decision_recorded_on", "decision_late_reason", "amount_approved", "refusal_reason",
    "refusal_remark", "conditions_met_on", "conditions_recorded_on", "conditions_late_reason", "lapses_on", "contracted_on",
    "withdrawn_on", "withdrawal_reason", "lapsed_on",
)  # fmt: skip


def applications_listed(member: Member) -> QuerySet[Application]:
    """Return what the member sees, with all that lists show."""
    return applications_visible_to(member).select_related("bank", "enterprise", "project", "deadline", "entry")


def _draft(context: StepContext) -> Application:
    given = dict(context.given)
    return draft_application(
        entry_id=given.pop("entry").public_id,
        bank_id=given.pop("bank").public_id,
        mode=Mode(given.pop("mode")),
        category=Category(given.pop("category")),
        security=Security(given.pop("security")),
        actor=context.member,
        at=context.at,
        **given,
    )


NEW = Step(
    name="draft",
    label="代填融资申请",
    who=allowed_for(InstitutionKind.BANK, InstitutionKind.COUNTY_INDUSTRY),
    form=forms.DraftForm,
    run=_draft,
    clause="FP 1.6.2",
    sentence="银行或县级工信部门可代企业填报，提交时须附企业委托书；一份申请对应一家银行、一种模式、一类贷款。",
)


def remaining(application: Application) -> Badge | None:
    """Return what is left of the 30 working days."""
    return left(application.deadline) if application.deadline else None


@admin.register(Application)
class ApplicationAdmin(VisibleAdmin):
    """Applications by their state and clock."""

    visible_to = staticmethod(applications_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "number", "enterprise", "bank", "mode", "category", "amount_requested", "amount_approved", "state", "submitted_on",
        Column("批复期限", remaining, order="deadline__due_on", name="deadline"),
    )  # fmt: skip
    shows = SHOWS
    papers = tuple(Paper.choices)
    search_fields = ("number", "enterprise__name", "enterprise__credit_code", "project__name", "bank_reference")
    list_filter = ("state", "mode", "category", "bank", "entry__district", "enterprise_size")
    date_hierarchy = "submitted_on"
    ordering = ("-id",)
    case_related = ("entry__district", "policy_version", "submitted_by__institution", "submitted_by__enterprise", "loan")
    steps = CASE_STEPS
    new_steps = (NEW,)

    def opening_scope(self, case: Application) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case)}

    def preview(self, request: HttpRequest, case: Application, step: Step) -> list[Any]:
        """Return the caps above an approval, and what was asked for."""
        asked = facts(request, case, "申请", "enterprise", "category", "amount_requested", "term_months", "amount_approved")
        return [asked, caps(case, acting_member(request))] if step.name in ("approve", "contract") else [asked]

    def parts(self, request: HttpRequest, case: Application) -> list[Any]:
        """Return the clock, the decision, the caps, supplements and the loan."""
        names = [name for name in DECISION if getattr(case, name)]
        loan = getattr(case, "loan", None)
        contract = [Fact("贷款", link_to(request, loan))] if loan else []
        decision = facts(request, case, "审查与批复", *names, *contract, clause="FP 1.6.3") if names else None
        asked = [(one.asked_on, one.what, one.answered_on) for one in case.supplements.all()]
        supplements = table("补充材料", ("要求日期", "内容", "补充日期"), asked, note="要求补充材料不中止期限计算。") if asked else None
        return [clock(case), decision, caps(case, acting_member(request)), supplements]


def clock(application: Application) -> Facts | None:
    """Return how the 30 working days stand."""
    shown = approval_clock(application, on=timezone.localdate(), calendar=working_calendar())
    deadline = application.deadline
    if shown is None or deadline is None:
        return None
    rows = [
        Fact("剩余", left(deadline)),
        Fact("到期日", shown.due_on),
        Fact("暂定", Badge("暂定", "warn") if shown.is_provisional else "否"),
        Fact("第0日（提交日）", deadline.started_on),
        Fact("已用", f"{shown.used}个工作日"),
        Fact("其中等待补充材料", f"{shown.waited_for_supplements}个工作日"),
        Fact("批复日", deadline.closed_on),
        Fact("达到放款条件用时", f"{shown.to_conditions}个工作日" if shown.to_conditions is not None else None),
    ]
    note = "到期日涉及尚未公布放假安排的年度，公布后自动重算。" if shown.is_provisional else ""
    return Facts(title="批复期限（30个工作日）", facts=rows, clause=deadline.clause, note=note)


def caps(application: Application, member: Member) -> Any:
    """
    Return what is left under every cap today; ``None`` before submission.

    What other banks hold under a shared cap is theirs: a party reads whether this application fits, no more than it asks for, and
    what is left of less as lenders are told it; and a bank's quota is read by whoever sees its quotas.
    """
    if application.policy_version is None:
        return None
    found = headroom(case_of_application(application), on=timezone.localdate())
    if not sees_all(member):
        asked = application.amount_approved or application.amount_requested
        sees_quota = quotas_visible_to(member).filter(bank=application.bank_id, mode=application.mode).exists()
        told = [cap for cap in found.caps if cap.name != "bank_quota" or sees_quota]
        fits = [(cap.label, Money(cap.maximum), Money(asked if asked <= cap.headroom else cap.told)) for cap in told]
        note = "上限按各银行、各模式合并计算；“本笔可用”最多列示到本笔金额，不足的共用额度向下取整到百万元。批复和放款时在锁定下重新核对。"
        return table("额度核对", ("额度", "上限", "本笔可用"), fits, clause="FP 1.2, 1.3", note=note)
    rows = [(cap.label, Money(cap.maximum), Money(cap.maximum - cap.headroom), Money(cap.headroom)) for cap in found.caps]
    note = "按今日已放款和已批未放计算，各银行、各模式合并；批复和放款时在锁定下重新核对。"
    return table("额度占用", ("额度", "上限", "已占用", "剩余"), rows, clause="FP 1.2, 1.3", note=note)
