"""A bank objects to how one of its applications counts; 市工信局 answers by two persons within a term."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from common.database import refused_as
from common.errors import DomainError, ReasonMissing
from loans.selectors.visible import applications_visible_to
from parties.access import checker_differs, require_institution
from parties.models import Member
from policy.services.deadlines import close_if_open, open_deadline
from reporting.access import require_step
from reporting.enums import ObjectionState, Ruling, Verdict, YearState
from reporting.models import RateObjection, ResponseYear
from reporting.response_rates.services.notices import notify_bank_of_answer, notify_city_of_objection
from reporting.response_rates.services.years import response_terms_of
from reporting.response_rates.transitions import OBJECTION_STEP
from reporting.visibility import rate_objections_visible_to, response_years_visible_to, visible_or_404


class NotInDispute(DomainError):
    """The year is not open to objections."""

    code = "rates_not_in_dispute"
    sentence = "{year}年度响应率当前不在银行核对期内，不能提出异议；核对期由市工信局发送核对时开始。"
    clause = "FP 1.6.5"


class NotOfTheYear(DomainError):
    """The application was submitted in another year."""

    code = "not_of_the_year"
    sentence = "申请 {number} 不是{year}年度提交的，请在其提交年度提出异议。"
    clause = "FP 1.6.5"


class ObjectedBefore(DomainError):
    """One objection per application and year."""

    code = "rate_objected_before"
    sentence = "申请 {number} 本年度已提出异议，请待答复；答复后不再受理同一申请的异议。"
    clause = "FP 1.6.5"


class RulingMissing(DomainError):
    """A change says as what the application counts; what is upheld says nothing of it."""

    code = "ruling_missing"
    sentence = "予以调整的须选择“调整为”，维持原结果的不选。"
    clause = "FP 1.6.5"
    status = 400


@transaction.atomic
def file_objection(*, application_id: UUID, year_id: UUID, asked: Ruling, reason: str, actor: Member, at: datetime) -> RateObjection:
    """
    Record that a bank objects to how one of its applications counts; the term for the answer begins.

    Raises:
        NotVisible, RoleMissing: not the bank's own application.
        NotInDispute, NotOfTheYear, ObjectedBefore, ReasonMissing.

    Source: FP 1.6.5; D43.
    """
    year, day = visible_or_404(response_years_visible_to(actor), year_id), localdate(at)
    year = ResponseYear.objects.select_for_update(of=("self",), no_key=True).select_related("dispute_deadline").get(pk=year.pk)
    application = visible_or_404(applications_visible_to(actor).select_related("bank"), application_id)
    require_institution(actor, application.bank)
    if year.state != YearState.DISPUTED or year.dispute_deadline is None or day > year.dispute_deadline.due_on:
        raise NotInDispute(year=year.year)
    if application.submitted_on is None or application.submitted_on.year != year.year:
        raise NotOfTheYear(number=application.number, year=year.year, field="application")
    if not reason.strip():
        raise ReasonMissing(field="reason")
    days = response_terms_of(year.year).objection_answer_working_days
    deadline = open_deadline(started_on=day, working_days=days, clause="FP 1.6.5", purpose=f"响应率异议答复 {application.number}")
    with refused_as(lambda: ObjectedBefore(number=application.number, field="application"), "rate_objection_once_per_application"):
        objection = RateObjection.objects.create(
            year=year,
            application=application,
            bank=application.bank,
            asked=Ruling(asked),
            reason=reason.strip(),
            filed_by=actor,
            filed_at=at,
            deadline=deadline,
        )
    _log(objection, "rate_objection.filed", actor=actor, at=at, remark=objection.reason)
    notify_city_of_objection(objection, at=at)
    return objection


@transaction.atomic
def withdraw_objection(*, objection_id: UUID, actor: Member, at: datetime) -> RateObjection:
    """
    Take the bank's own objection back.

    Raises:
        NotVisible, RoleMissing.
        TransitionNotAllowed: answered, or an answer is drafted.

    Source: FP 1.6.5; D43.
    """
    objection = visible_or_404(rate_objections_visible_to(actor), objection_id, lock=True)
    require_step(actor, OBJECTION_STEP["withdraw"], bank=objection.bank)
    objection.withdraw()
    close_if_open(objection.deadline, on=localdate(at))
    return _save_and_log(objection, "withdraw", actor=actor, at=at)


@transaction.atomic
def propose_answer(*, objection_id: UUID, verdict: Verdict, answer: str, actor: Member, at: datetime, ruled_as: str = "") -> RateObjection:
    """
    Draft 市工信局's answer for a second person to confirm.

    Raises:
        NotVisible, RoleMissing, ReasonMissing, RulingMissing.
        TransitionNotAllowed: drafted or answered already.

    Source: FP 1.6.5; D43.
    """
    objection = visible_or_404(rate_objections_visible_to(actor), objection_id, lock=True)
    require_step(actor, OBJECTION_STEP["propose"])
    if not answer.strip():
        raise ReasonMissing(field="answer")
    if (verdict == Verdict.CHANGED) != bool(ruled_as):
        raise RulingMissing(field="ruled_as")
    objection.propose(by=actor, verdict=Verdict(verdict), ruled_as=ruled_as, answer=answer.strip())
    return _save_and_log(objection, "propose", actor=actor, at=at)


@transaction.atomic
def send_back_answer(*, objection_id: UUID, reason: str, actor: Member, at: datetime) -> RateObjection:
    """
    Give a drafted answer back, as another person of 市工信局.

    Raises:
        NotVisible, RoleMissing, ReasonMissing.
        SamePerson and the like: who drafted it.
        TransitionNotAllowed: no answer is drafted.

    Source: FP 1.6.5; D43.
    """
    objection = visible_or_404(rate_objections_visible_to(actor), objection_id, lock=True)
    require_step(actor, OBJECTION_STEP["send_back"])
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if objection.proposed_by is not None:
        checker_differs(maker=objection.proposed_by, checker=actor, at=at)
    objection.send_back(reason=reason.strip())
    return _save_and_log(objection, "send_back", actor=actor, at=at, remark=reason)


@transaction.atomic
def confirm_answer(*, objection_id: UUID, actor: Member, at: datetime) -> RateObjection:
    """
    Confirm a drafted answer as another person of 市工信局; a change counts from now on.

    Raises:
        NotVisible, RoleMissing.
        SamePerson and the like: who drafted it.
        TransitionNotAllowed: no answer is drafted.

    Source: FP 1.6.5; D43.
    """
    objection = visible_or_404(rate_objections_visible_to(actor), objection_id, lock=True)
    require_step(actor, OBJECTION_STEP["confirm"])
    if objection.state == ObjectionState.PROPOSED and objection.proposed_by is not None:
        checker_differs(maker=objection.proposed_by, checker=actor, at=at)
    objection.confirm(by=actor, at=at)
    close_if_open(objection.deadline, on=localdate(at))
    saved = _save_and_log(objection, "confirm", actor=actor, at=at, remark=objection.answer)
    notify_bank_of_answer(objection, at=at)
    return saved


def _save_and_log(objection: RateObjection, step: str, *, actor: Member, at: datetime, remark: str = "") -> RateObjection:
    objection.save()
    _log(objection, OBJECTION_STEP[step].verb, actor=actor, at=at, remark=remark)
    return objection


def _log(objection: RateObjection, verb: str, *, actor: Member, at: datetime, remark: str = "") -> None:
    after = {"state": objection.state, "verdict": objection.verdict, "ruled_as": objection.ruled_as}
    scope = Scope(bank_id=objection.bank_id)
    record(verb=verb, obj=objection, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)
