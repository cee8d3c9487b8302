"""Classes of loans: what jobs suggest, what banks decide, and debts recognised as bad."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.dates import HAPPENED, require_day
from common.enums import Category, Mode
from common.errors import DomainError, ReasonMissing
from loans.models import Loan
from loans.selectors.balances import balances_on
from loans.selectors.visible import loans_visible_to, scope_of
from notices.services import notify
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for
from risk.access import require_bank
from risk.breaker.services import evaluate
from risk.classification.rules import is_worse, suggested_grade
from risk.classification.selectors import classification_on, grades_of, highest_rd_total, loans_to_classify, overdue_days_of
from risk.classification.transitions import CLOSED
from risk.enums import BreakerCause, Grade, SuggestionState
from risk.locks import lock_bank
from risk.models import BadDebt, Classification, ClassificationSuggestion
from risk.visibility import visible_or_404


class NotNonPerforming(DomainError):
    """A debt is recognised as bad only when its class is substandard or worse."""

    code = "not_non_performing"
    sentence = "该贷款当前分类为“{grade}”，须先认定为次级、可疑或损失，方可认定坏账。"
    clause = "FP 1.5.3"


class NothingOutstanding(DomainError):
    """There is no principal that could be bad."""

    code = "nothing_outstanding"
    sentence = "该贷款没有未还本金，不能认定坏账。"
    clause = "FP 1.5.3"


class AlreadyRecognised(DomainError):
    """The debt was recognised before."""

    code = "already_recognised"
    sentence = "该贷款已于 {on} 认定坏账。"
    clause = "FP 1.5.3"


class RecognitionDated(DomainError):
    """A day on which the loan, or what fixes its tier, stood otherwise than today."""

    code = "recognition_dated"
    sentence = "{on} 以后该贷款余额或该企业研发贷款最高余额已有变动，坏账须按当前余额认定，认定日期请填今天（{today}）。"
    clause = "FP 1.5.3"
    status = 400


class DayToCome(DomainError):
    """A fact of a day that has not come."""

    code = "day_to_come"
    sentence = "日期 {on} 晚于今天（{today}），请核对。"
    status = 400


def suggest_classes(*, actor: Member, at: datetime) -> int:
    """
    Suggest a worse class for each loan whose overdue days ask for one, and tell its bank; return how many suggestions are new.

    Computed from the movements, so that a run that was missed is caught up by the next and a second run says nothing.
    Where the overdue principal was paid since, an open suggestion lapses.

    Source: FP 1.5.3; D19.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    today = localdate(at)
    loans = {loan.pk: loan for loan in loans_to_classify()}
    days, grades = overdue_days_of(loans, on=today), grades_of(loans, on=today)
    suggested = {key: suggested_grade(version_for(loan.policy_version).terms, days[key]) for key, loan in loans.items()}
    worse = {key: grade for key, grade in suggested.items() if is_worse(grade, grades[key])}
    _let_lapse(list(worse), actor=actor, at=at)
    return sum(_suggest(loans[key], grade, days[key], actor=actor, at=at) for key, grade in worse.items())


@transaction.atomic
def _let_lapse(worse: list[int], *, actor: Member, at: datetime) -> None:
    """Let open suggestions lapse whose loans were paid up since, or classed as low by the bank; ``worse`` are the loans that still are."""
    stale = ClassificationSuggestion.objects.filter(state=SuggestionState.OPEN).exclude(loan__in=worse)
    for suggestion in stale.select_related("loan__application__entry").select_for_update(of=("self",)).order_by("pk"):
        suggestion.outdate()
        _save_closed(suggestion, actor=actor, at=at)


def _save_closed(suggestion: ClassificationSuggestion, *, actor: Member, at: datetime) -> None:
    """Save what became of an open suggestion, and say it in the log."""
    suggestion.save(update_fields=["state", "answer"])
    before, after = {"state": SuggestionState.OPEN.value}, {"state": str(suggestion.state)}
    record(verb=CLOSED, obj=suggestion, actor=actor, occurred_at=at, before=before, after=after, scope=scope_of(suggestion.loan))


@transaction.atomic
def _suggest(loan: Loan, grade: Grade, days: int, *, actor: Member, at: datetime) -> bool:
    """Replace an open suggestion of another class, or leave the same one as it is; return whether it is new."""
    Loan.objects.select_for_update(of=("self",), no_key=True).get(pk=loan.pk)
    waiting = ClassificationSuggestion.objects.filter(loan=loan, state=SuggestionState.OPEN).first()
    if waiting is not None and waiting.grade == grade:
        return False
    if waiting is not None:
        waiting.outdate()
        _save_closed(waiting, actor=actor, at=at)
    suggestion = ClassificationSuggestion.objects.create(loan=loan, grade=grade, suggested_on=localdate(at), overdue_days=days)
    after = {"grade": grade.value, "overdue_days": days}
    record(verb="classification.suggested", obj=suggestion, actor=actor, occurred_at=at, after=after, scope=scope_of(loan))
    notify(
        key=f"classification:{suggestion.public_id}",
        kind="classification",
        title=f"贷款 {loan.contract_number} 建议调整为{grade.label}类",
        body=f"贷款 {loan.contract_number} 已连续逾期 {days} 天，按规定至少应归为{grade.label}类，请认定风险分类。",
        at=at,
        institution=loan.bank,
        obj=suggestion,
    )
    return True


@transaction.atomic
def classify_loan(*, loan_id: UUID, grade: Grade | str, on: date, reason: str, actor: Member, at: datetime) -> Classification:
    """
    Record the bank's decision on a loan's class from a day on, and answer the open suggestion by it.

    Raises:
        NotVisible, RoleMissing: not the bank's loan.
        DayToCome: the day lies ahead.
        ReasonMissing: the class differs from what the overdue days suggest, without a reason.
        ClassifiedBefore: that day or a later one has a decision.

    Source: FP 1.5.3; D19.
    """
    loan = visible_or_404(loans_visible_to(actor).select_related("bank", "application__entry", "policy_version"), loan_id, lock=True)
    require_bank(actor, loan.bank)
    today = localdate(at)
    if on > today:
        raise DayToCome(on=on, today=today, field="on")
    require_day(on, HAPPENED, field="on", today=today)
    last = loan.classifications.order_by("-from_on").first()
    if last is not None and on <= last.from_on:
        raise ClassifiedBefore(on=last.from_on, field="on")
    days = overdue_days_of([loan.pk], on=on)[loan.pk]
    suggested = suggested_grade(version_for(loan.policy_version).terms, days)
    chosen = Grade(grade)
    if chosen != suggested and not reason.strip():
        raise ReasonMissing(field="reason")
    decision = Classification.objects.create(
        loan=loan,
        grade=chosen,
        from_on=on,
        overdue_days=days,
        suggested=suggested,
        reason=reason.strip(),
        decided_by=actor,
        decided_at=at,
    )
    _answer_suggestion(loan, decision)
    before = {"grade": last.grade if last is not None else Grade.NORMAL.value}
    after = {"grade": chosen.value, "from_on": on, "overdue_days": days, "suggested": suggested.value}
    record(
        verb="loan.classified", obj=decision, actor=actor, occurred_at=at, before=before, after=after, remark=reason, scope=scope_of(loan)
    )
    return decision


class ClassifiedBefore(DomainError):
    """Decisions on a loan's class come in the order of their days."""

    code = "classified_before"
    sentence = "该贷款自 {on} 已有分类认定，新的认定日期须在其后。"
    clause = "FP 1.5.3"


def _answer_suggestion(loan: Loan, decision: Classification) -> None:
    for suggestion in ClassificationSuggestion.objects.filter(loan=loan, state=SuggestionState.OPEN).select_related(
        "loan__application__entry"
    ):
        close = suggestion.take if suggestion.grade == decision.grade else suggestion.overrule
        close(decision)
        _save_closed(suggestion, actor=decision.decided_by, at=decision.decided_at)


@transaction.atomic
def recognise_bad_debt(*, loan_id: UUID, reason: str, actor: Member, at: datetime, on: date | None = None) -> BadDebt:
    """
    Recognise the outstanding principal of a loan as bad, and look at the bank's breaker anew. ``on`` is today unless given.

    Raises:
        NotVisible, RoleMissing: not the bank's loan.
        ReasonMissing, DayToCome.
        RecognitionDated: since that day the balance, or the total that fixes the tier, has changed.
        AlreadyRecognised: it was recognised before.
        NothingOutstanding: no principal is owed.
        NotNonPerforming: the class is still normal or special mention.

    Source: FP 1.5.3; D15, D16, D19.
    """
    seen = visible_or_404(loans_visible_to(actor).select_related("bank"), loan_id)
    require_bank(actor, seen.bank)
    risk = lock_bank(seen.bank)
    loan = Loan.objects.select_for_update(of=("self",), no_key=True).select_related("application__entry", "bank").get(pk=seen.pk)
    today = localdate(at)
    day = today if on is None else on
    _require_recognisable(loan, reason, day=day, today=today)
    require_day(on, HAPPENED, field="on", today=today)
    classification = classification_on(loan, on=day)
    if classification is None or not Grade(classification.grade).is_non_performing:
        raise NotNonPerforming(grade=classification.get_grade_display() if classification else Grade.NORMAL.label)
    _require_as_today(loan, day=day, today=today)
    bad_debt = BadDebt.objects.create(
        loan=loan,
        bank=loan.bank,
        principal=loan.balance.outstanding,
        recognised_on=day,
        classification=classification,
        enterprise_rd_total=_tier_total(loan, on=day),
        reason=reason.strip(),
        recognised_by=actor,
        recognised_at=at,
    )
    after = {"principal": bad_debt.principal, "recognised_on": day, "enterprise_rd_total": bad_debt.enterprise_rd_total}
    loan.recognised_bad_on = day
    loan.save(update_fields=["recognised_bad_on"])
    record(verb="bad_debt.recognised", obj=bad_debt, actor=actor, occurred_at=at, after=after, remark=reason, scope=scope_of(loan))
    evaluate(risk, cause=BreakerCause.RECOGNITION, actor=actor, at=at)
    return bad_debt


def _tier_total(loan: Loan, *, on: date) -> Decimal | None:
    """Return what fixes the tier of a special-mode R&D loan on a day, ``None`` for other loans. Source: FP 1.5.2(1); D15."""
    if loan.mode != Mode.SPECIAL or loan.category != Category.RD:
        return None
    return highest_rd_total(loan.enterprise_id, on=on)


def _require_as_today(loan: Loan, *, day: date, today: date) -> None:
    """Refuse a day whose figures are not today's, so that nobody picks the principal or the tier by picking the day. Source: D15, D16."""
    same_balance = balances_on([loan.pk], day)[loan.pk].outstanding == loan.balance.outstanding
    if not same_balance or _tier_total(loan, on=day) != _tier_total(loan, on=today):
        raise RecognitionDated(on=day, today=today, field="on")


def _require_recognisable(loan: Loan, reason: str, *, day: date, today: date) -> None:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if day > today:
        raise DayToCome(on=day, today=today, field="on")
    earlier = BadDebt.objects.filter(loan=loan).first()
    if earlier is not None:
        raise AlreadyRecognised(on=earlier.recognised_on)
    if loan.balance.outstanding <= 0:
        raise NothingOutstanding
