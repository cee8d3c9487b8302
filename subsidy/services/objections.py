"""A county objects to its share before filing; it withdraws, or 市工信局 answers."""

from datetime import datetime
from typing import cast

from django.db import transaction

from audit.services import Scope, record
from common.errors import DomainError, ReasonMissing
from parties.models import District, Institution, Member
from subsidy.access import require_county, require_reviewer
from subsidy.enums import ObjectionState
from subsidy.models import Objection
from subsidy.selectors.visibility import objections_visible_to, settlements_visible_to, visible_or_404
from subsidy.services.notices import notify_of_objection
from subsidy.transitions import OBJECTION_STEP


class TooLateToObject(DomainError):
    """The settlement is filed."""

    code = "too_late_to_object"
    sentence = "该结算已备案，不能再提出异议；如金额有误，将在下一次结算中调整。"
    clause = "FP 1.6.4"


class ObjectionPending(DomainError):
    """The county's earlier objection is not settled yet."""

    code = "objection_pending"
    sentence = "本县（市、区）对该结算已有未处理的异议，请待答复或撤回后再提。"
    clause = "FP 1.6.4"


@transaction.atomic
def raise_objection(*, settlement_id: str, reason: str, actor: Member, at: datetime) -> Objection:
    """
    Record a county's objection to its share; the settlement cannot be filed while it stands.

    Raises:
        NotVisible: the county bears no share of it.
        NotAllowed, ReasonMissing, TooLateToObject, ObjectionPending.

    Source: FP 1.6.4; D41.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id, lock=True)
    require_county(actor)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if settlement.is_final or settlement.current is None:
        raise TooLateToObject
    district = cast(District, cast(Institution, actor.institution).district)
    if settlement.objections.filter(district=district, state=ObjectionState.OPEN).exists():
        raise ObjectionPending
    objection = Objection.objects.create(
        settlement=settlement, revision=settlement.current, district=district, reason=reason.strip(), raised_by=actor, raised_at=at
    )
    _log("objection.raised", objection, actor=actor, at=at, remark=objection.reason)
    notify_of_objection(objection, at=at)
    return objection


@transaction.atomic
def withdraw_objection(*, objection_id: str, actor: Member, at: datetime, remark: str = "") -> Objection:
    """
    Take a county's own objection back.

    Raises:
        NotVisible, NotAllowed.
        TransitionNotAllowed: settled already.

    Source: D41.
    """
    objection = visible_or_404(objections_visible_to(actor), objection_id, lock=True)
    require_county(actor)
    objection.withdraw(remark=remark)
    return _resolved(objection, OBJECTION_STEP["withdraw"].verb, actor=actor, at=at)


@transaction.atomic
def answer_objection(*, objection_id: str, answer: str, actor: Member, at: datetime) -> Objection:
    """
    Record 市工信局's answer; it settles the objection. Where the county is right, send the settlement back as well.

    Raises:
        NotVisible, NotAllowed, ReasonMissing.
        TransitionNotAllowed: settled already.

    Source: D41.
    """
    objection = visible_or_404(objections_visible_to(actor), objection_id, lock=True)
    require_reviewer(actor)
    if not answer.strip():
        raise ReasonMissing(field="answer")
    objection.reply(answer=answer.strip())
    return _resolved(objection, OBJECTION_STEP["reply"].verb, actor=actor, at=at)


def _resolved(objection: Objection, verb: str, *, actor: Member, at: datetime) -> Objection:
    objection.resolved_by, objection.resolved_at = actor, at
    objection.save()
    _log(verb, objection, actor=actor, at=at, remark=objection.answer)
    return objection


def _log(verb: str, objection: Objection, *, actor: Member, at: datetime, remark: str) -> None:
    scope = Scope(bank_id=objection.settlement.bank_id, district_id=objection.district_id)
    record(verb=verb, obj=objection, actor=actor, occurred_at=at, after={"state": objection.state}, remark=remark, scope=scope)
