"""What the system itself recorded about how a loan was dealt with: facts per line of the checklist, events, officers."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from audit.models import Event
from common.enums import Category
from common.money import ZERO, display
from loans.models import Guarantee, Loan, Movement, UseOfFundsCheck
from policy.selectors import version_for, working_calendar
from risk.models import BadDebt, Claim, Classification, Recovery

OFFICER_VERBS_EXCLUDED = ("opened",)


def events_about(bad_debt: BadDebt) -> QuerySet[Event]:
    """Return every event about the bad debt, its loan, application, claims and recoveries, in order: who saw and did what when."""
    loan = bad_debt.loan
    objects: list[Any] = [loan, loan.application, bad_debt, *bad_debt.claims.all(), *bad_debt.recoveries.all()]
    objects += [*loan.classifications.all(), *loan.movements.all(), *loan.use_checks.all()]
    condition = Q(pk__in=[])
    for item in objects:
        condition |= Q(object_type=item._meta.label_lower, object_id=str(item.public_id))
    return Event.objects.filter(condition).order_by("id")


def officers_of(loan: Loan) -> set[int]:
    """
    Return the keys of the members who dealt with a loan: whoever changed it or its application, moved, classified, claimed or recovered.

    Reading alone makes nobody an officer.

    Source: FP 1.7.
    """
    found: set[int | None] = set()
    for made_by, checked_by in Movement.objects.filter(loan=loan).values_list("made_by", "checked_by"):
        found |= {made_by, checked_by}
    found |= set(Classification.objects.filter(loan=loan).values_list("decided_by", flat=True))
    found |= set(UseOfFundsCheck.objects.filter(loan=loan).values_list("checked_by", flat=True))
    for claim in Claim.objects.filter(loan=loan):
        found |= {claim.opened_by_id, claim.proposed_by_id, claim.certified_by_id}
    for made_by, checked_by in Recovery.objects.filter(bad_debt__loan=loan).values_list("made_by", "checked_by"):
        found |= {made_by, checked_by}
    found |= set(BadDebt.objects.filter(loan=loan).values_list("recognised_by", flat=True))
    about = Q(object_type="loans.loan", object_id=str(loan.public_id))
    about |= Q(object_type="loans.application", object_id=str(loan.application.public_id))
    found |= set(Event.objects.filter(about).exclude(verb__in=OFFICER_VERBS_EXCLUDED).values_list("actor_id", flat=True))
    return {key for key in found if key is not None}


def checklist_facts(bad_debt: BadDebt, *, on: date) -> dict[str, str]:
    """Return what the records say to each line of the checklist, in Chinese sentences. Source: FP 1.7."""
    loan = bad_debt.loan
    return {
        "listed": f"白名单条目：{loan.application.entry}，公布日期 {loan.application.entry.published_on}。",
        "reviewed": _review(loan),
        "within_caps": f"合同金额 {display(loan.contract_amount)} 元，累计放款 {display(loan.drawn)} 元；额度在批复和放款时由系统核对。",
        "rate_and_term": f"企业利率 {loan.enterprise_rate * 100:.2f}%，首次放款 {loan.first_drawdown_on}，到期 {loan.matures_on}。",
        "cover": _cover(loan),
        "use_of_funds": _checks(loan),
        "no_stacking": _stacking(loan),
        "classified": _classes(loan, bad_debt),
        "pursued": _pursuit(bad_debt),
        "no_fault": "由机构核查认定，系统不作判断。",
    }


def _review(loan: Loan) -> str:
    application = loan.application
    if application.submitted_on is None or application.decided_on is None:
        return "没有批复记录。"
    days = working_calendar().elapsed(application.submitted_on, application.decided_on)
    limit = version_for(loan.policy_version).terms.clock.approval_working_days
    return f"{application.submitted_on} 提交，{application.decided_on} 批复，用时 {days} 个工作日（时限 {limit} 个工作日）。"


def _cover(loan: Loan) -> str:
    guarantee = Guarantee.objects.filter(loan=loan).select_related("guarantor").first()
    if guarantee is not None:
        return f"{guarantee.guarantor.name}担保，编号 {guarantee.number}，{guarantee.recorded_on} 登记，首次放款 {loan.first_drawdown_on}。"
    return "该笔贷款须有担保记录，但系统中没有。" if loan.needs_guarantee else "该笔贷款不需要担保记录。"


def _checks(loan: Loan) -> str:
    checks = list(UseOfFundsCheck.objects.filter(loan=loan).order_by("checked_on"))
    if not checks:
        return "没有资金用途检查记录。"
    misuse = sum(check.is_misuse for check in checks)
    return f"资金用途检查 {len(checks)} 次，最近一次 {checks[-1].checked_on}，发现挪用 {misuse} 次。"


def _stacking(loan: Loan) -> str:
    if loan.category == Category.RD:
        return "申请时声明已享受其他科技信贷扶持。" if loan.application.other_technology_credit else "申请时声明未享受其他科技信贷扶持。"
    return "项目列入白名单时已核对技改贴息。"


def _classes(loan: Loan, bad_debt: BadDebt) -> str:
    rows = loan.classifications.order_by("from_on")
    history = "、".join(f"{row.from_on} {row.get_grade_display()}" for row in rows)
    return f"分类记录：{history}；{bad_debt.recognised_on} 认定坏账 {display(bad_debt.principal)} 元。"


def _pursuit(bad_debt: BadDebt) -> str:
    rows = [row for row in bad_debt.recoveries.all() if row.is_checked]
    if not rows:
        return "没有追偿收回记录。"
    total = sum((row.net for row in rows), ZERO)
    return f"追偿收回 {len(rows)} 笔，净额合计 {display(total)} 元。"
