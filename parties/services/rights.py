"""Changes of rights by two persons: one proposes, the operator's security administrator confirms, and only then it holds."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from audit.services import Scope, record
from common.errors import DomainError, NotVisible, ReasonMissing
from parties.access import RoleMissing, SamePerson, is_same_person
from parties.enums import InstitutionKind, MemberKind, RightsState, Role
from parties.models import Enterprise, Institution, Member, RightsChange
from parties.rights import KINDS, RightsKind, kind_of, label_of
from parties.selectors import mark_of, rights_changes_visible_to
from parties.services.handovers import begin_handover

PROPOSAL_LASTS = timedelta(days=7)


class RightsOutdated(DomainError):
    """The rights were changed after the form was opened, or after the proposal was made."""

    code = "rights_outdated"
    sentence = "“{subject}”的权限在此之后已经变动，本次内容作废。请查看最新情况后重新提出。"


class WaitsAlready(DomainError):
    """One change of a subject at a time."""

    code = "rights_wait_already"
    sentence = "“{subject}”已有待确认的权限事项（{kind}），请等待确认，或先撤回该事项。"


class NothingChanges(DomainError):
    """What is proposed holds already."""

    code = "rights_unchanged"
    sentence = "“{subject}”的权限与提出的内容相同，无需变更。"


class DecidedAlready(DomainError):
    """Confirmed, refused, withdrawn or expired before."""

    code = "rights_decided_already"
    sentence = "该权限事项已办结（{state}），未作任何更改。"


class ProposalExpired(DomainError):
    """Nobody decided within the term."""

    code = "rights_proposal_expired"
    sentence = "该权限事项已超过{days}天未确认，自动失效，请由提出人重新提出。"


class ConcernsOneself(DomainError):
    """The person concerned takes back what others proposed of him."""

    code = "rights_concern_oneself"
    sentence = "该权限事项涉及您本人，由他人提出，不能由您撤回；如有异议，请在确认前告知提出人或安全管理员。"
    status = 403


@transaction.atomic
def propose_change(
    *,
    kind: str,
    house: Institution | Enterprise,
    subject: str,
    label: str,
    after: Mapping[str, Any],
    actor: Member,
    at: datetime,
    seen: str | None = None,
    member: Member | None = None,
    reason: str = "",
) -> RightsChange:
    """
    Put a change down for the security administrator; nothing takes effect yet.

    ``seen`` is ``mark_of(subject)`` as it was when the form was opened; ``None`` where the subject was not known before the form was sent.

    Raises:
        RoleMissing: proposed by the house's own 管理, the operator's system administrator, or a command on the server.
        RightsOutdated: the subject's rights changed since the form was opened.
        WaitsAlready: another change of the subject waits. NothingChanges.

    Source: architecture, who may.
    """
    chosen = KINDS[kind]
    require_proposer(actor, house=house, kind=chosen)
    institution, enterprise = (house, None) if isinstance(house, Institution) else (None, house)
    change = RightsChange(
        kind=kind, institution=institution, enterprise=enterprise, subject=subject, subject_label=label[:120], member=member,
        after=_plain(after), reason=reason.strip()[:300], made_by=actor, made_by_user=actor.user, made_at=at, ends_at=at + PROPOSAL_LASTS,
    )  # fmt: skip
    change.before = _plain(chosen.found(change))
    if seen is not None and seen != mark_of(subject):
        raise RightsOutdated(subject=label)
    if change.before == change.after:
        raise NothingChanges(subject=label)
    _make_room(change, at=at)
    _log("rights.proposed", change, actor=actor, at=at)
    return change


@transaction.atomic
def confirm_change(*, change_id: UUID, actor: Member, at: datetime) -> tuple[RightsChange, str]:
    """
    Confirm a change, so that it takes effect, and return it with the code for whoever is handed something (else an empty text).

    Raises:
        NotVisible, RoleMissing: only the operator's security administrator confirms.
        SamePerson: the proposer, the person concerned, or either under another login.
        DecidedAlready, ProposalExpired.
        RightsOutdated: the subject's rights changed after the proposal; and whatever the change itself refuses.

    Source: architecture, who may.
    """
    change = _locked(change_id, actor=actor, at=at)
    require_confirmer(actor, change)
    kind = kind_of(change)
    if _plain(kind.found(change)) != change.before or _changed_since(change):
        raise RightsOutdated(subject=change.subject_label)
    change.confirm(by=actor, at=at)
    change.save(update_fields=["state", "decided_by", "decided_by_user", "decided_at"])
    change.member = kind.apply(change) or change.member
    change.save(update_fields=["member"])
    _log("rights.confirmed", change, actor=actor, at=at, remark=f"提出：{change.made_by.name}")
    return change, begin_handover(change, at=at) if kind.hand_over is not None else ""


@transaction.atomic
def refuse_change(*, change_id: UUID, reason: str, actor: Member, at: datetime) -> RightsChange:
    """
    Refuse a change and say why.

    Raises:
        NotVisible, RoleMissing, SamePerson, DecidedAlready, ProposalExpired, ReasonMissing.

    Source: architecture, who may.
    """
    change = _locked(change_id, actor=actor, at=at)
    require_confirmer(actor, change)
    if not reason.strip():
        raise ReasonMissing(act="不予确认须", field="reason")
    change.refuse(by=actor, at=at, reason=reason.strip()[:300])
    change.save(update_fields=["state", "decided_by", "decided_by_user", "decided_at", "refusal"])
    _log("rights.refused", change, actor=actor, at=at, remark=change.refusal)
    return change


@transaction.atomic
def withdraw_change(*, change_id: UUID, actor: Member, at: datetime) -> RightsChange:
    """
    Take back what one proposed oneself, or a colleague who manages the same house; never a colleague's proposal about oneself.

    Raises:
        NotVisible, RoleMissing, DecidedAlready, ConcernsOneself.
    """
    change = _locked(change_id, actor=actor, at=None)
    require_proposer(actor, house=change.house, kind=kind_of(change))
    if concerns_oneself(actor, change):
        raise ConcernsOneself
    change.withdraw(by=actor, at=at)
    change.save(update_fields=["state", "decided_by", "decided_by_user", "decided_at"])
    _log("rights.withdrawn", change, actor=actor, at=at)
    return change


def require_proposer(actor: Member, *, house: Institution | Enterprise, kind: RightsKind) -> None:
    """
    Let pass the house's own user administrator, the operator's system administrator, and commands on the server; they only propose.

    Raises:
        RoleMissing.
    """
    if actor.kind == MemberKind.JOB and not kind.server_only:
        return
    if actor.kind == MemberKind.PERSON and not kind.server_only:
        at_operator = actor.institution is not None and actor.institution.is_operator and Role.SYSTEM in actor.roles
        if at_operator or (not kind.operator_only and actor.party == house and Role.ADMIN in actor.roles):
            return
    raise RoleMissing(needed="系统管理员" if kind.operator_only else "本单位管理人员或系统管理员")


def require_confirmer(actor: Member, change: RightsChange) -> None:
    """
    Let pass the operator's security administrator who neither proposed the change nor is the person concerned.

    Raises:
        RoleMissing, SamePerson.
    """
    at_operator = actor.institution is not None and actor.institution.is_operator
    if actor.kind != MemberKind.PERSON or not at_operator or Role.SECURITY not in actor.roles:
        raise RoleMissing(needed="安全管理员")
    if takes_part(actor, change):
        raise SamePerson


def takes_part(actor: Member, change: RightsChange) -> bool:
    """Return whether somebody proposed a change, or is the person concerned, and so decides nothing about it."""
    return is_same_person(actor, change.made_by) or (change.member is not None and is_same_person(actor, change.member))


def concerns_oneself(actor: Member, change: RightsChange) -> bool:
    """Return whether a change that others proposed is about the actor."""
    return change.member is not None and is_same_person(actor, change.member) and not is_same_person(actor, change.made_by)


def scope_of_house(house: Institution | Enterprise) -> Scope:
    """Return whom a change in a house concerns, as the log takes it."""
    if isinstance(house, Enterprise):
        return Scope(enterprise_id=house.pk)
    return Scope(bank_id=house.pk if house.kind == InstitutionKind.BANK else None, district_id=house.district_id)


def _make_room(change: RightsChange, *, at: datetime) -> None:
    """Save a proposal; what waited for its subject too long makes room, what waits still does not."""
    waiting = RightsChange.objects.select_for_update(of=("self",)).filter(subject=change.subject, state=RightsState.PROPOSED).first()
    if waiting is not None:
        if at < waiting.ends_at:
            raise WaitsAlready(subject=change.subject_label, kind=label_of(waiting.kind))
        waiting.expire()
        waiting.save(update_fields=["state"])
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as raced:
        raise WaitsAlready(subject=change.subject_label, kind=label_of(change.kind)) from raced


def _locked(change_id: UUID, *, actor: Member, at: datetime | None) -> RightsChange:
    """
    Return the waiting change, locked.

    Raises:
        NotVisible, DecidedAlready, ProposalExpired.
    """
    rows = rights_changes_visible_to(actor).select_for_update(of=("self",))
    change = rows.filter(public_id=change_id).first()
    if change is None:
        raise NotVisible
    if change.state != RightsState.PROPOSED:
        raise DecidedAlready(state=RightsState(change.state).label)
    if at is not None and at >= change.ends_at:
        raise ProposalExpired(days=PROPOSAL_LASTS.days)
    return change


def _changed_since(change: RightsChange) -> bool:
    """Return whether another change of the same member was confirmed after this one was proposed."""
    if change.member is None:
        return False
    later = RightsChange.objects.filter(member=change.member, state=RightsState.CONFIRMED, decided_at__gt=change.made_at)
    return later.exclude(pk=change.pk).exists()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON gives them back, so that what was stored and what holds can be compared."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return plain


def _log(verb: str, change: RightsChange, *, actor: Member, at: datetime, remark: str = "") -> None:
    told = remark or change.reason
    record(
        verb=verb, obj=change, actor=actor, occurred_at=at, before=change.before, after=change.after | {"kind": change.kind},
        remark=told, scope=scope_of_house(change.house),
    )  # fmt: skip
