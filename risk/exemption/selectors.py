"""What the system itself recorded about how a loan was dealt with: facts per line of the checklist, events, officers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Model, Q, QuerySet

from audit.models import Event
from audit.services import OPENED, object_id_of
from common.enums import Category
from common.money import ZERO, display
from documents.selectors import all_documents_of
from loans.models import Guarantee, Loan, Movement, Proposal, UseOfFundsCheck
from policy.selectors.calendar import working_calendar
from policy.selectors.versions import version_for
from risk.models import BadDebt, Claim, Classification, Exemption, Recovery, Return


def events_about(bad_debt: BadDebt) -> QuerySet[Event]:
    """
    Return every event about a bad debt in order: who saw and did what when.

    Of the bad debt, its loan and application, claims, recoveries and returns, classes and suggestions, checks of the use of funds, every
    paper of theirs, and the question of exemption. Not of its packs, so that the same case gives the same pack again.

    Source: FP 1.7.
    """
    exemptions: Iterable[Model] = Exemption.objects.filter(bad_debt=bad_debt)
    return Event.objects.filter(_about([*_dealings_with(bad_debt), *exemptions])).order_by("id")


def owners_of_papers(bad_debt: BadDebt) -> list[Model]:
    """Return the cases whose papers belong to a bad debt: application, loan, the debt itself, its claims. Source: FP 1.7."""
    return [bad_debt.loan.application, bad_debt.loan, bad_debt, *bad_debt.claims.all()]


def officers_of(loan: Loan) -> set[int]:
    """
    Return the keys of the members who dealt with a loan: whoever changed or proposed anything of it, its application or its bad debt.

    Reading alone makes nobody an officer.

    Source: FP 1.7.
    """
    bad_debt = BadDebt.objects.filter(loan=loan).first()
    cases = [loan, loan.application] if bad_debt is None else _dealings_with(bad_debt)
    found: set[int | None] = set(Event.objects.filter(_about(cases)).exclude(verb=OPENED).values_list("actor_id", flat=True))
    for rows in (Movement.objects.filter(loan=loan), Proposal.objects.filter(loan=loan), Recovery.objects.filter(bad_debt__loan=loan)):
        for signatures in rows.values_list("made_by", "checked_by"):
            found.update(signatures)
    found.update(Classification.objects.filter(loan=loan).values_list("decided_by", flat=True))
    found.update(UseOfFundsCheck.objects.filter(loan=loan).values_list("checked_by", flat=True))
    for people in Claim.objects.filter(loan=loan).values_list("opened_by", "proposed_by", "certified_by"):
        found.update(people)
    return {key for key in found if key is not None}


def _dealings_with(bad_debt: BadDebt) -> list[Model]:
    """Return everything through which somebody deals with a bad debt."""
    loan = bad_debt.loan
    papers = [document for owner in owners_of_papers(bad_debt) for document in all_documents_of(owner)]
    cases: list[Model] = [*owners_of_papers(bad_debt), *papers, *bad_debt.recoveries.all(), *loan.classifications.all()]
    cases += [*loan.classification_suggestions.all(), *loan.movements.all(), *loan.use_checks.all()]
    return [*cases, *Return.objects.filter(recovery__bad_debt=bad_debt)]


def _about(cases: Iterable[Model]) -> Q:
    """Return the condition on events about any of the cases, by kind of case."""
    keys: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        keys[case._meta.label_lower].append(object_id_of(case))
    condition = Q(pk__in=[])
    for kind, known in keys.items():
        condition |= Q(object_type=kind, object_id__in=known)
    return condition


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
