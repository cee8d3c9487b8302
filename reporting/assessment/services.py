"""A bank loses its part in the fund, or gets it back: proposed by one person of 市工信局, confirmed by another, carried out at once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from common.database import refused_as
from common.dates import BEGINS, require_day
from common.errors import DomainError, FieldProblem, InvalidInput, ReasonMissing
from loans.services.quotas import end_quotas
from parties.access import checker_differs, require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.services.exclusions import exclude_bank, reinstate_bank
from policy.models import PolicyVersion
from reporting.access import require_step
from reporting.assessment.notices import notify_bank, notify_enterprises
from reporting.assessment.selectors import proposals_of
from reporting.assessment.transitions import DECISION_STEP
from reporting.enums import DecisionKind, DecisionState, YearState
from reporting.models import ParticipationDecision
from reporting.visibility import participation_decisions_visible_to, response_years_visible_to, visible_or_404


class YearNotLocked(DomainError):
    """Nothing is decided on figures that may still change."""

    code = "response_year_not_locked"
    sentence = "{year}年度响应率尚未锁定，锁定后方可依据考核结果作出决定。"
    clause = "FP 2.2.1"


class NothingToDecide(DomainError):
    """Both tests passed, or do not apply."""

    code = "assessment_passed"
    sentence = "{year}年度两项考核均达到下限或不适用，不取消任何银行的参与资格。"
    clause = "FP 2.2.1"


class NotOfTheYear(DomainError):
    """The bank had no application in the year."""

    code = "bank_not_assessed"
    sentence = "“{bank}”{year}年度没有申请，不在考核范围。"
    clause = "FP 2.2.1"


class EffectTooEarly(DomainError):
    """A bank leaves from the second year on, and never backwards."""

    code = "effect_too_early"
    sentence = "生效日不得早于{earliest}（考核年度的次年1月1日，且不早于确认之日的次日）。"
    clause = "FP 2.2.1"
    status = 400


class DecisionWaits(DomainError):
    """One decision per bank at a time."""

    code = "participation_decision_waits"
    sentence = "“{bank}”已有待确认的参与资格决定，请先确认或退回。"
    clause = "FP 2.2.1"


@transaction.atomic
def propose_removal(
    *, year_id: UUID, bank_id: UUID, effective_on: date, document_number: str, reason: str, actor: Member, at: datetime
) -> ParticipationDecision:
    """
    Put down the decision that a bank loses its part; nothing holds before another person confirms it.

    The decision need not be the one the tests propose, but says whether it is.

    Raises:
        NotVisible, RoleMissing, YearNotLocked, NothingToDecide, NotOfTheYear, EffectTooEarly, DecisionWaits.
        ReasonMissing, InvalidInput: no document number, or a day out of bounds.

    Source: FP 2.2.1, FP 2.2.2; D9, D45.
    """
    require(actor, InstitutionKind.CITY_INDUSTRY)
    year = visible_or_404(response_years_visible_to(actor), year_id)
    if year.state != YearState.LOCKED:
        raise YearNotLocked(year=year.year)
    found = proposals_of(year)
    failing = [one for one in found if one.passes is False]
    if not failing:
        raise NothingToDecide(year=year.year)
    bank = Institution.objects.get(public_id=bank_id)
    if bank.pk not in {one.bank_id for test in found for one in (*test.compared, *test.too_few)}:
        raise NotOfTheYear(bank=bank.name, year=year.year, field="bank")
    _require_effect(effective_on, year=year.year, at=at)
    named = {bank_id for one in failing for bank_id in one.named}
    about = {"year": year, "assessed_year": year.year, "is_as_proposed": bank.pk in named}
    return _proposed(DecisionKind.REMOVE, bank, effective_on, document_number, reason, actor=actor, at=at, **about)


@transaction.atomic
def propose_reinstatement(
    *, bank_id: UUID, effective_on: date, document_number: str, reason: str, actor: Member, at: datetime
) -> ParticipationDecision:
    """
    Put down the decision that a bank gets its part back; another person confirms it.

    Raises:
        RoleMissing, EffectTooEarly, DecisionWaits, ReasonMissing, InvalidInput.

    Source: FP 2.2.1; D9, D45.
    """
    require(actor, InstitutionKind.CITY_INDUSTRY)
    _require_effect(effective_on, year=None, at=at)
    bank = Institution.objects.get(public_id=bank_id)
    return _proposed(DecisionKind.REINSTATE, bank, effective_on, document_number, reason, actor=actor, at=at)


@transaction.atomic
def confirm_decision(*, decision_id: UUID, actor: Member, at: datetime) -> ParticipationDecision:
    """
    Confirm a decision as another person of 市工信局 and carry it out: from its day the bank takes no new business, or may again.

    What was submitted before goes on, and so do running loans; each enterprise concerned is told what it can do.

    Raises:
        NotVisible, RoleMissing.
        SamePerson and the like: who put it down.
        EffectTooEarly: its day has come meanwhile. ExcludedAlready, NotExcluded.
        TransitionNotAllowed: confirmed or sent back already.

    Source: FP 2.2.1, FP 2.2.2; D9, D25, D45.
    """
    decision = visible_or_404(participation_decisions_visible_to(actor), decision_id, lock=True)
    require_step(actor, DECISION_STEP["confirm"])
    if decision.state == DecisionState.PROPOSED:
        checker_differs(maker=decision.made_by, checker=actor, at=at)
        _require_effect(decision.effective_on, year=decision.assessed_year, at=at)
    decision.confirm(by=actor, at=at)
    carried: dict[str, Any] = {"bank": decision.bank, "from_on": decision.effective_on, "document_number": decision.document_number}
    if decision.kind == DecisionKind.REMOVE:
        end_quotas(**carried, actor=actor, at=at)
        exclude_bank(**carried, actor=actor, at=at)
        notify_enterprises(decision, at=at)
    else:
        reinstate_bank(**carried, actor=actor, at=at)
    notify_bank(decision, has_version=_has_version(decision.effective_on), at=at)
    return _save_and_log(decision, DECISION_STEP["confirm"].verb, actor=actor, at=at, remark=decision.reason)


@transaction.atomic
def send_back_decision(*, decision_id: UUID, reason: str, actor: Member, at: datetime) -> ParticipationDecision:
    """
    Send a decision back as another person of 市工信局; it may be put down anew.

    Raises:
        NotVisible, RoleMissing, ReasonMissing.
        SamePerson and the like: who put it down.
        TransitionNotAllowed: confirmed or sent back already.

    Source: D9, D45.
    """
    decision = visible_or_404(participation_decisions_visible_to(actor), decision_id, lock=True)
    require_step(actor, DECISION_STEP["send_back"])
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if decision.state == DecisionState.PROPOSED:
        checker_differs(maker=decision.made_by, checker=actor, at=at)
    decision.send_back(by=actor, at=at, reason=reason.strip())
    return _save_and_log(decision, DECISION_STEP["send_back"].verb, actor=actor, at=at, remark=reason)


def _require_effect(effective_on: date, *, year: int | None, at: datetime) -> None:
    tomorrow = localdate(at) + timedelta(days=1)
    earliest = tomorrow if year is None else max(tomorrow, date(year + 1, 1, 1))
    if effective_on < earliest:
        raise EffectTooEarly(earliest=earliest, field="effective_on")
    require_day(effective_on, BEGINS, field="effective_on", today=localdate(at))


def _has_version(day: date) -> bool:
    """Return whether a plan is in force on a day; where none is, the decision holds for its successor. Source: D25, D45."""
    return PolicyVersion.objects.filter(valid_from__lte=day).exclude(valid_until__lte=day).exists()


def _proposed(
    kind: DecisionKind,
    bank: Institution,
    effective_on: date,
    document_number: str,
    reason: str,
    *,
    actor: Member,
    at: datetime,
    **about: Any,
) -> ParticipationDecision:
    """Store a decision that waits for its second person, and write the event."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if not document_number.strip():
        raise InvalidInput(errors=[FieldProblem("document_number", "required", "请填写文号。")])
    with refused_as(lambda: DecisionWaits(bank=bank.name, field="bank"), "participation_decision_waits_once"):
        decision = ParticipationDecision.objects.create(
            kind=kind,
            bank=bank,
            effective_on=effective_on,
            document_number=document_number.strip(),
            reason=reason.strip(),
            made_by=actor,
            made_at=at,
            **about,
        )
    return _log(decision, "participation_decision.proposed", actor=actor, at=at, remark=decision.reason)


def _save_and_log(decision: ParticipationDecision, verb: str, *, actor: Member, at: datetime, remark: str) -> ParticipationDecision:
    decision.save()
    return _log(decision, verb, actor=actor, at=at, remark=remark)


def _log(decision: ParticipationDecision, verb: str, *, actor: Member, at: datetime, remark: str) -> ParticipationDecision:
    after = {name: getattr(decision, name) for name in ("state", "kind", "effective_on", "document_number", "assessed_year")}
    scope = Scope(bank_id=decision.bank_id)
    record(verb=verb, obj=decision, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)
    return decision
