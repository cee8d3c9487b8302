"""Submission: day 0 of the 30 working days, so nothing that is required may be missing."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.timezone import localdate

from common.enums import Mode, Size
from common.errors import DomainError, FieldProblem
from common.money import ZERO, display
from documents.models import Document
from documents.requirements import facts_named, papers_asked
from loans.application_transitions import Party
from loans.enums import ApplicationState, Paper, SubmittedFor
from loans.models import Application, Intent
from loans.papers import APPLICATION_PAPERS
from loans.services.applications import EntryNotOpen
from loans.services.notices import notify_bank
from loans.services.steps import WrongState, begun_step, run_step, save_and_log
from parties.enums import FactSource
from parties.models import EnterpriseYear, Member
from parties.selectors import participations
from policy.enterprise_size import enterprise_size
from policy.selectors.versions import require_open_version, version_for
from policy.services.deadlines import open_deadline
from policy.terms.model import Terms
from whitelist.selectors.eligibility import technology_credits, upgrade_subsidies
from whitelist.selectors.entries import is_open_for_application

SOURCES = [FactSource.TAX, FactSource.COUNTY, FactSource.ENTERPRISE]  # the first that has both figures counts
BEHALF: dict[Party, SubmittedFor] = {
    Party.ENTERPRISE: SubmittedFor.ENTERPRISE,
    Party.BANK: SubmittedFor.BANK,
    Party.COUNTY: SubmittedFor.COUNTY,
}
SUBMITTED_FIELDS = ["submitted_on", "submitted_for", "enterprise_size", "policy_version_id"]


class SubmissionIncomplete(DomainError):
    """A required field or paper is missing; refused here so that nobody can delay day 0 later. ``errors`` lists all of them."""

    code = "submission_incomplete"
    sentence = "申请尚不完整：{missing}。补齐后再提交；提交当日起计算批复时限。"
    clause = "FP 1.6.3"


class BankNotParticipating(DomainError):
    """The bank takes no new business in the mode."""

    code = "bank_not_participating"
    sentence = "{bank}当前未参与{mode}模式的新业务，请选择其他合作银行或模式。"
    clause = "FP 1.3"


class StackedSupport(DomainError):
    """What the fund cannot be combined with is there already."""

    code = "stacked_support"
    sentence = "{who}已享受{support}，按方案不可与本基金叠加，不能办理融资；如有异议，请向市工信局核实名单。"
    clause = "FP 3.2"


class StackedWithUpgradeSubsidy(StackedSupport):
    """The project has the technical-upgrade interest subsidy."""

    code = "stacked_with_upgrade_subsidy"
    clause = "FP 3.1"


# What a line of ``loans.papers`` may ask: of the application, and of who hands it in.
FACTS: Mapping[str, Callable[[Application, str], str]] = {
    "mode": lambda application, submitted_for: application.mode,  # common.enums.Mode
    "category": lambda application, submitted_for: application.category,  # common.enums.Category
    "security": lambda application, submitted_for: application.security,  # common.enums.Security
    "submitted_for": lambda application, submitted_for: submitted_for,  # loans.enums.SubmittedFor
    "other_credit": lambda application, submitted_for: "yes" if application.other_technology_credit else "no",
}


def required_papers(application: Application, submitted_for: str, *, on: date) -> list[Paper]:
    """Return the papers its submission on a day needs, by one for another or for itself. Source: FP 1.6.2(1); D7."""
    facts = {name: FACTS[name](application, submitted_for) for name in facts_named(APPLICATION_PAPERS)}
    return [Paper(line.code) for line in papers_asked(APPLICATION_PAPERS, on=on, **facts)]


@transaction.atomic
def submit_application(*, application_id: UUID, actor: Member, at: datetime) -> Application:
    """
    Submit: the bank's 30 working days begin, size and policy version are frozen.

    Raises:
        NotVisible, RoleMissing.
        WrongState: no draft any more, so a second call changes nothing.
        PlanEnded: no version is in force that day.
        EntryNotOpen, BankNotParticipating, StackedSupport, SubmissionIncomplete.

    Source: FP 1.6.2(1), FP 1.6.2(2), FP 1.6.3, FP 3.1, FP 3.2, FP 3.4; D7, D24, D25, D29, D38.
    """
    day = localdate(at)
    application, as_whom = begun_step(application_id, "submit", actor=actor, reading=_required_on(day) | stacking_on(day))
    if application.state != ApplicationState.DRAFT:
        raise WrongState(number=application.number, state=application.get_state_display(), step="提交申请")
    version = require_open_version(day)
    terms = version_for(version).terms
    submitted_for = BEHALF[as_whom]
    _require_open(application, on=day)
    require_unstacked(application, terms)
    size = _complete(application, terms, submitted_for, on=day)
    deadline = open_deadline(
        started_on=day,
        working_days=terms.clock.approval_working_days,
        clause="FP 1.6.3",
        purpose=f"融资申请 {application.number} 批复",
    )
    run_step(application, "submit", on=day, by=actor, submitted_for=submitted_for, size=size, version=version, deadline=deadline)
    application.intent_id = application.intent_found  # type: ignore[attr-defined]
    body = f"{application.enterprise.name}申请{application.get_category_display()} {display(application.amount_requested)} 元。"
    body += f"批复时限至 {application.deadline}。"
    notify_bank(application, event="submitted", title=f"新的融资申请 {application.number}", body=body, at=at)
    return save_and_log(application, "submit", actor=actor, at=at, before=ApplicationState.DRAFT, fields=SUBMITTED_FIELDS)


def size_on(application: Application, terms: Terms, *, on: date) -> Size | None:
    """
    Return the enterprise's size by its newest yearly figures before the year of ``on``, else by those of that year; ``None`` without any.

    Source: FP 2.2.2; D29.
    """
    complete = EnterpriseYear.objects.filter(
        enterprise=application.enterprise_id, year__lte=on.year, employees__isnull=False, revenue__isnull=False
    )
    rows = sorted(complete, key=lambda row: (row.year < on.year, row.year, -SOURCES.index(FactSource(row.source))))
    if not rows:
        return None
    newest = rows[-1]
    return enterprise_size(terms, employees=newest.employees or 0, revenue=newest.revenue or ZERO)


def _required_on(day: date) -> dict[str, Any]:
    """Return what a submission needs besides, to be read with the application: the bank's part, the papers, the intent recorded."""
    of_it = {"bank": OuterRef("bank"), "entry": OuterRef("entry")}
    papers = Document.objects.filter(owner_type=Application._meta.label_lower, owner_id=OuterRef("public_id"), withdrawn_at__isnull=True)
    return {
        "bank_participates": Exists(participations(OuterRef("bank"), OuterRef("mode"), on=day)),
        "papers": ArraySubquery(papers.order_by().values("kind")),
        "intent_found": Subquery(Intent.objects.filter(**of_it).order_by().values("pk")),  # one per bank and entry
    }


def stacking_on(day: date, *, contract_number: str = "") -> dict[str, Any]:
    """Return whether the imported lists speak of an application, to be read with it, for ``require_unstacked``. Source: D24."""
    code = OuterRef("enterprise__credit_code")
    return {
        "has_upgrade_subsidy": Exists(upgrade_subsidies(project_code=OuterRef("project__code"), credit_code=code)),
        "has_technology_credit": Exists(technology_credits(credit_code=code, year=day.year, contract_number="")),
        "is_contract_stacked": Exists(technology_credits(credit_code=code, year=day.year, contract_number=contract_number)),
    }


def _require_open(application: Application, *, on: date) -> None:
    if not is_open_for_application(application.entry, on=on):
        raise EntryNotOpen(entry=application.entry)
    if not application.bank_participates:  # type: ignore[attr-defined]
        raise BankNotParticipating(bank=application.bank.name, mode=Mode(application.mode).label)


def require_unstacked(application: Application, terms: Terms) -> None:
    """
    Refuse what the plan does not combine, by declaration and by the imported list; held again wherever the bank commits itself.

    The application was read with ``stacking_on`` the day.

    Raises:
        StackedWithUpgradeSubsidy, StackedSupport.

    Source: FP 3.1, FP 3.2; D24.
    """
    listed: Any = application
    if application.project is not None:
        stacked = application.entry.holds_technical_upgrade_subsidy or listed.has_upgrade_subsidy
        if stacked and not terms.eligibility.technical_upgrade_subsidy_combinable:
            raise StackedWithUpgradeSubsidy(who=f"项目“{application.project}”", support="技改贴息")
        return
    stacked = application.other_technology_credit or listed.has_technology_credit
    if stacked and not terms.eligibility.other_technology_credit_combinable:
        raise StackedSupport(who=f"企业“{application.enterprise.name}”的该笔贷款", support="其他科技信贷扶持政策")


def _complete(application: Application, terms: Terms, submitted_for: SubmittedFor, *, on: date) -> Size:
    """Return the enterprise's size once every required field and paper is there; all that is missing is named at once."""
    problems = []
    if not application.purpose:
        problems.append(FieldProblem("purpose", "required", "贷款用途"))
    if not 0 < application.term_months <= 12 * terms.loan.max_term_years:
        problems.append(FieldProblem("term_months", "too_long", f"期限（1 至 {12 * terms.loan.max_term_years} 个月）"))
    size = size_on(application, terms, on=on)
    if size is None:
        problems.append(FieldProblem("enterprise_size", "required", "企业上年度营业收入和从业人员数"))
    present: list[str] = application.papers  # type: ignore[attr-defined]
    missing = [paper for paper in required_papers(application, submitted_for, on=on) if paper not in present]
    problems += [FieldProblem(f"papers.{paper.value}", "required", paper.label) for paper in missing]
    if problems or size is None:
        raise SubmissionIncomplete(missing="、".join(problem.detail for problem in problems), errors=problems)
    return size
