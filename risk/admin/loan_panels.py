"""What risk shows on a loan's page: its class, its bad debt, its claims; and what the bank does there."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from common.admin.display_values import joined, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Row, table
from common.admin.steps import Step, StepContext, allowed_for
from loans.models import Loan
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for
from risk.admin import forms
from risk.admin.shared import claim_state, grade_badge, is_of_bank
from risk.classification.rules import suggested_grade
from risk.classification.selectors import overdue_days_of
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.enums import Grade, SuggestionState
from risk.models import Classification
from risk.visibility import bad_debts_visible_to, claims_visible_to, classifications_visible_to, suggestions_visible_to

CLASSIFY_SENTENCE = "风险分类由银行认定；与按逾期天数的建议不一致的，须写明理由。认定记录只增不改。"


def risk_of_loan(request: HttpRequest, loan: Loan) -> Facts | None:
    """Return class, overdue days, bad debt and claims of a loan; nothing for an enterprise, whose bank's affair they are."""
    member = acting_member(request)
    if member is None or member.enterprise_id is not None or not loan.drawn:
        return None
    today = timezone.localdate()
    days = overdue_days_of([loan.pk], on=today)[loan.pk]
    held = classifications_visible_to(member).filter(loan=loan, from_on__lte=today).order_by("-from_on").first()
    open_suggestion = suggestions_visible_to(member).filter(loan=loan, state=SuggestionState.OPEN).first()
    bad_debt = bad_debts_visible_to(member).filter(loan=loan).first()
    claims = list(claims_visible_to(member).filter(loan=loan)) if bad_debt else []
    least = suggested_grade(version_for(loan.policy_version).terms, days)
    rows = [
        Fact("风险分类", grade_badge(held.grade if held else Grade.NORMAL), f"自{held.from_on}起" if held else "未作认定的为正常"),
        Fact("连续逾期", f"{days}天", f"按逾期天数至少归为{least.label}" if days else ""),
        Fact("待认定建议", link_to(request, open_suggestion, f"建议{open_suggestion.get_grade_display()}") if open_suggestion else None),
        Fact("坏账", link_to(request, bad_debt, f"{bad_debt.recognised_on} 认定"), f"本金{bad_debt.principal:,.2f}元") if bad_debt
        else Fact("坏账", "未认定"),
        Fact("补偿申请", joined(joined((link_to(request, one), claim_state(one))) for one in claims) if claims else None),
    ]  # fmt: skip
    return Facts(title="风险情况", facts=rows, clause="FP 1.5.3")


def classes_of_loan(request: HttpRequest, loan: Loan) -> Any:
    """Return the history of a loan's class; ``None`` where nothing was decided."""
    member = acting_member(request)
    if member is None or member.enterprise_id is not None:
        return None
    found = list(classifications_visible_to(member).filter(loan=loan).select_related("decided_by__institution").order_by("-from_on"))
    return history_of_classes(request, found) if found else None


def history_of_classes(request: HttpRequest, found: list[Classification]) -> Any:
    """Return decisions on a loan's class, latest first."""
    rows = [
        Row(
            cells=(
                link_to(request, one, one.from_on),
                grade_badge(one.grade),
                f"{one.overdue_days}天",
                one.get_suggested_display(),
                one.reason,
                link_to(request, one.decided_by, one.decided_by.name),
                one.decided_at,
            )
        )
        for one in found
    ]
    heads = ("生效日期", "风险分类", "当日连续逾期", "按逾期天数", "认定理由", "认定人", "认定时间")
    return table("风险分类沿革", heads, rows, clause="FP 1.5.3", empty="尚未认定，按正常类管理。")


def _own(member: Member, loan: Loan) -> bool:
    return is_of_bank(member, loan.bank_id)


def _not_bad_yet(member: Member, loan: Loan) -> bool:
    return _own(member, loan) and not hasattr(loan, "bad_debt")


CLASSIFY = Step(
    name="classify",
    label="认定风险分类",
    who=allowed_for(InstitutionKind.BANK),
    may=_own,
    when=lambda loan: loan.outstanding > 0,
    form=forms.ClassifyForm,
    run=lambda context: classify_loan(loan_id=context.obj.public_id, actor=context.member, at=context.at, **context.given),
    clause="FP 1.5.3",
    sentence=CLASSIFY_SENTENCE,
)


def _recognise(context: StepContext) -> Any:
    return recognise_bad_debt(loan_id=context.obj.public_id, actor=context.member, at=context.at, **context.given)


RECOGNISE = Step(
    name="recognise",
    label="认定坏账",
    who=allowed_for(InstitutionKind.BANK),
    may=_not_bad_yet,
    when=lambda loan: loan.outstanding > 0,
    form=forms.RecogniseForm,
    run=_recognise,
    clause="FP 1.5.3",
    sentence="按认定当日全部未还本金认定坏账，计入本行坏账率，只认定一次；此后收回的款项登记为追偿收回。分类须为次级、可疑或损失。",
    tone="danger",
)
