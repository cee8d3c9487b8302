"""Intent, draft, and the bank's steps up to the decision; approval and submission have files of their own."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from audit.services import record
from common.enums import Category, Mode, Security
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from common.money import MAX_AMOUNT, ZERO
from common.rows import one_or_none
from loans.access import require_may
from loans.enums import ApplicationState, RefusalReason
from loans.models import Application, Intent, SupplementRequest
from loans.selectors.visible import scope_of
from loans.services.notices import notify_bank, notify_enterprise, notify_of_decision
from loans.services.steps import WrongState, begun_step, business_day, locked_application, run_step, save_and_log, step_day
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.selectors import participates_in_any_mode
from parties.services.institutions import require_not_excluded
from policy.services.deadlines import close_if_open
from whitelist.enums import EntryKind
from whitelist.models import Entry
from whitelist.selectors.entries import entries_visible_to, is_open_for_application

DRAFT_FIELDS = ("amount_requested", "term_months", "purpose", "security", "other_technology_credit", "bank_reference")


class CategoryNotOfEntry(DomainError):
    """A project entry opens project loans, an R&D entry R&D loans."""

    code = "category_not_of_entry"
    sentence = "{entry}列入的是{kind}名单，不能申请{category}，请选择相应的贷款类别。"
    clause = "FP 1.2.1"


class NoSuchBank(DomainError):
    """The institution named is no bank."""

    code = "no_such_bank"
    sentence = "未找到该合作银行，请从名单中选择。"
    status = 400


class TakesNoBusiness(DomainError):
    """The bank takes no new business in any mode."""

    code = "bank_takes_no_business"
    sentence = "{bank}当前不参与本基金的新业务（没有参与期间、已终止或被取消参与资格），不能登记合作意向或受理新的申请。"
    clause = "FP 2.2.1"


class EntryNotOpen(DomainError):
    """The entry takes no new applications."""

    code = "entry_not_open"
    sentence = "白名单条目“{entry}”当前不接受新的融资申请（未发布、已到期或已移出）。"
    clause = "FP 1.6.1(3)"


class SupplementUnsaid(DomainError):
    """The enterprise must be told what is missing."""

    code = "supplement_unsaid"
    sentence = "请写明需要补充的内容。"
    clause = "FP 1.6.2(1)"
    status = 400


@transaction.atomic
def record_intent(*, entry_id: UUID, actor: Member, at: datetime, on: date | None = None) -> Intent:
    """
    Record that the actor's bank and the enterprise of an entry agreed to talk; said again, the first record stands.

    Raises:
        RoleMissing: the actor is no bank's working member.
        NotVisible: no such entry for this bank.
        EntryNotOpen: the entry takes no applications that day.
        TakesNoBusiness: the bank takes part in no mode that day.

    Source: FP 1.3, FP 2.2.1; D8, D9, D45.
    """
    require(actor, InstitutionKind.BANK)
    day = business_day(on, at=at)
    _require_business(actor.institution, on=day)
    entry = _visible_entry(entry_id, actor)
    if not is_open_for_application(entry, on=day):
        raise EntryNotOpen(entry=entry)
    given = {"recorded_on": day, "recorded_by": actor}
    intent, is_new = Intent.objects.get_or_create(bank=actor.institution, entry=entry, defaults=given)
    if is_new:
        record(verb="intent.recorded", obj=intent, actor=actor, occurred_at=at, after={"recorded_on": day, "entry": str(entry.public_id)})
    return intent


@transaction.atomic
def draft_application(
    *,
    entry_id: UUID,
    bank_id: UUID,
    mode: Mode,
    category: Category,
    security: Security,
    amount_requested: Decimal,
    term_months: int,
    actor: Member,
    at: datetime,
    purpose: str = "",
    other_technology_credit: bool = False,
    bank_reference: str = "",
) -> Application:
    """
    Begin an application: one bank, one mode, one category. The enterprise begins it, or bank or county on its behalf.

    Raises:
        NotVisible: no such entry for this actor.
        RoleMissing: the actor is not the enterprise, the bank or the county of the entry.
        CategoryNotOfEntry, NoSuchBank, InvalidInput.
        BankExcluded: by a decision the bank takes no new business.

    Source: FP 1.6.2(1), FP 1.6.2(2), FP 2.2.1; D39, D45.
    """
    entry = _visible_entry(entry_id, actor)
    bank = _active_bank(bank_id)
    require_not_excluded(bank, from_on=localdate(at), until_on=localdate(at) + timedelta(days=1))
    _require_category(entry, category)
    _require_sums(amount_requested, term_months)
    application = Application(
        number=_next_number(localdate(at)),
        entry=entry,
        enterprise=entry.enterprise,
        project=entry.project,
        bank=bank,
        mode=Mode(mode),
        category=Category(category),
        security=Security(security),
        amount_requested=amount_requested,
        term_months=term_months,
        purpose=purpose.strip(),
        other_technology_credit=other_technology_credit,
        bank_reference=bank_reference.strip(),
        drafted_by=actor,
        drafted_on=localdate(at),
    )
    require_may(actor, application, "submit")
    return _kept_draft(application, actor=actor, at=at)


def _kept_draft(application: Application, *, actor: Member, at: datetime) -> Application:
    """Store a new draft and write the event."""
    application.save(force_insert=True)
    after = {"state": application.state, "bank": application.bank.name}
    after |= {name: getattr(application, name) for name in ("mode", "category", "amount_requested")}
    record(verb="application.drafted", obj=application, actor=actor, occurred_at=at, after=after, scope=scope_of(application))
    return application


@transaction.atomic
def revise_draft(*, application_id: UUID, actor: Member, at: datetime, **changes: Any) -> Application:
    """
    Change what a draft says: sum, term, purpose, security, declaration, bank reference.

    Raises:
        NotVisible, RoleMissing.
        WrongState: submitted already.
        InvalidInput: a field that a draft does not have, or a sum that cannot be.

    Source: FP 1.6.2(1).
    """
    application = locked_application(application_id, actor=actor)
    require_may(actor, application, "submit")
    if application.state != ApplicationState.DRAFT:
        raise WrongState(number=application.number, state=application.get_state_display(), step="修改草稿")
    unknown = [FieldProblem(name, "unknown", "草稿没有此项内容。") for name in changes if name not in DRAFT_FIELDS]
    if unknown:
        raise InvalidInput(errors=unknown)
    before = {name: getattr(application, name) for name in changes}
    for name, value in changes.items():
        setattr(application, name, value)
    _require_sums(application.amount_requested, application.term_months)
    application.save(update_fields=list(changes))
    record(
        verb="application.revised", obj=application, actor=actor, occurred_at=at, before=before, after=changes, scope=scope_of(application)
    )
    return application


@transaction.atomic
def accept_application(*, application_id: UUID, actor: Member, at: datetime, on: date | None = None, late_reason: str = "") -> Application:
    """
    Record that the bank took the case up; moves no clock.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing.

    Source: FP 1.6.2(1); D7.
    """
    application, _ = begun_step(application_id, "accept", actor=actor)
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "accept", on=day.on)
    notify_enterprise(
        application, event="accepted", title=f"融资申请 {application.number} 已受理", body=f"{application.bank.name}已受理您的申请。", at=at
    )
    return save_and_log(application, "accept", actor=actor, at=at, before=before, fields=["accepted_on"], day=day)


@transaction.atomic
def ask_supplement(
    *, application_id: UUID, what: str, actor: Member, at: datetime, on: date | None = None, late_reason: str = ""
) -> Application:
    """
    Ask the enterprise for something more; the 30 working days go on.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing.
        SupplementUnsaid: without saying what.

    Source: FP 1.6.2(1); D7.
    """
    application, _ = begun_step(application_id, "ask_supplement", actor=actor)
    if not what.strip():
        raise SupplementUnsaid(field="what")
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "ask_supplement", on=day.on)
    asked = SupplementRequest.objects.create(application=application, asked_on=day.on, asked_by=actor, what=what.strip())
    body = f"{application.bank.name}要求补充：{asked.what}。等待补充期间，批复时限继续计算。"
    title = f"融资申请 {application.number} 需要补充材料"
    notify_enterprise(application, event=f"supplement:{asked.public_id}", title=title, body=body, at=at)
    return save_and_log(application, "ask_supplement", actor=actor, at=at, before=before, remark=asked.what, day=day)


@transaction.atomic
def answer_supplement(
    *, application_id: UUID, actor: Member, at: datetime, answer: str = "", on: date | None = None, late_reason: str = ""
) -> Application:
    """
    Record that what the bank asked for came in.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing.

    Source: D7.
    """
    application, _ = begun_step(application_id, "answer_supplement", actor=actor)
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "answer_supplement", on=day.on)
    asked = application.supplements.select_for_update().get(answered_on__isnull=True)
    asked.answered_on, asked.answered_by, asked.answer = day.on, actor, answer.strip()
    asked.save(update_fields=["answered_on", "answered_by", "answer"])
    title = f"融资申请 {application.number} 已补充材料"
    notify_bank(
        application, event=f"supplemented:{asked.public_id}", title=title, body=asked.answer or "企业已补充材料，请继续办理。", at=at
    )
    return save_and_log(application, "answer_supplement", actor=actor, at=at, before=before, remark=asked.answer, day=day)


@transaction.atomic
def begin_review(*, application_id: UUID, actor: Member, at: datetime, on: date | None = None, late_reason: str = "") -> Application:
    """
    Record that the bank's risk review began.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing.

    Source: FP 1.6.2(1).
    """
    application, _ = begun_step(application_id, "begin_review", actor=actor)
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "begin_review", on=day.on)
    return save_and_log(application, "begin_review", actor=actor, at=at, before=before, fields=["accepted_on", "review_began_on"], day=day)


@transaction.atomic
def refuse_application(
    *,
    application_id: UUID,
    reason: RefusalReason,
    actor: Member,
    at: datetime,
    remark: str = "",
    on: date | None = None,
    late_reason: str = "",
) -> Application:
    """
    Record the bank's no and tell the enterprise why; the clock ends.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing, RefusalUnexplained.

    Source: FP 1.6.2(1), FP 1.6.3.
    """
    application, _ = begun_step(application_id, "refuse", actor=actor)
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "refuse", on=day.on, reason=reason, remark=remark, recorded_on=day.recorded_on, late_reason=day.late_reason)
    end_clock(application, on=day.on)
    notify_of_decision(application, at=at)
    fields = ["decided_on", "refusal_reason"]
    return save_and_log(application, "refuse", actor=actor, at=at, before=before, fields=fields, remark=remark, day=day)


@transaction.atomic
def withdraw_application(*, application_id: UUID, reason: str, actor: Member, at: datetime) -> Application:
    """
    Take the application back before the contract; what was approved is free again.

    It counts on the day it is done: dated back, it could take a late case out of the response rate.

    Raises:
        NotVisible, RoleMissing, WrongState.

    Source: FP 1.6.3; D8.
    """
    application, _ = begun_step(application_id, "withdraw", actor=actor)
    before, day = application.state, localdate(at)
    run_step(application, "withdraw", on=day, reason=reason)
    end_clock(application, on=day)
    if application.submitted_on is not None:
        body = application.withdrawal_reason or "企业已撤回申请。"
        notify_bank(application, event="withdrawn", title=f"融资申请 {application.number} 已撤回", body=body, at=at)
    return save_and_log(application, "withdraw", actor=actor, at=at, before=before, fields=["withdrawn_on"], remark=reason)


@transaction.atomic
def meet_conditions(*, application_id: UUID, actor: Member, at: datetime, on: date | None = None, late_reason: str = "") -> Application:
    """
    Record that the disbursement conditions are met: the end that the response rate counts.

    Raises:
        NotVisible, RoleMissing, WrongState, StepOutOfOrder, ApprovalLapsed, DateInFuture, LateReasonMissing.

    Source: FP 2.2.1; D7.
    """
    application, _ = begun_step(application_id, "meet_conditions", actor=actor)
    before, day = application.state, step_day(on, at=at, late_reason=late_reason)
    run_step(application, "meet_conditions", on=day.on, recorded_on=day.recorded_on, late_reason=day.late_reason)
    return save_and_log(application, "meet_conditions", actor=actor, at=at, before=before, fields=["conditions_met_on"], day=day)


def end_clock(application: Application, *, on: date) -> None:
    """
    Close the deadline of the 30 working days, if it is open.

    It is read anew: whoever waited for the application's lock may hold its deadline as it was before.
    """
    if application.deadline is not None:
        application.deadline = close_if_open(application.deadline, on=on) or application.deadline


def _visible_entry(entry_id: UUID, actor: Member) -> Entry:
    entry = one_or_none(entries_visible_to(actor).select_related("enterprise", "project", "district").filter(public_id=entry_id))
    if entry is None:
        raise NotVisible
    return entry


def _require_business(bank: Institution | None, *, on: date) -> None:
    if bank is None or not participates_in_any_mode(bank, on=on):
        raise TakesNoBusiness(bank=bank)


def _active_bank(bank_id: UUID) -> Institution:
    bank = one_or_none(Institution.objects.filter(public_id=bank_id, kind=InstitutionKind.BANK, is_active=True))
    if bank is None:
        raise NoSuchBank(field="bank_id")
    return bank


def _require_category(entry: Entry, category: Category | str) -> None:
    if (entry.kind == EntryKind.RD) != (category == Category.RD):
        raise CategoryNotOfEntry(entry=entry, kind=EntryKind(entry.kind).label, category=Category(category).label, field="category")


def _require_sums(amount: Decimal, term_months: int) -> None:
    problems = []
    if not ZERO < amount <= MAX_AMOUNT or amount != round(amount, 2):
        problems.append(FieldProblem("amount_requested", "invalid", "申请金额须大于 0，最多两位小数。"))
    if term_months < 1:
        problems.append(FieldProblem("term_months", "invalid", "期限不少于 1 个月。"))
    if problems:
        raise InvalidInput(errors=problems)


def _next_number(day: date) -> str:
    """Return a new number: year and a running number of the database, never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('loans_application_number')")
        return f"RZ{day.year}{cursor.fetchone()[0]:06d}"
