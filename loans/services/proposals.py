"""Maker and checker as two acts: one person proposes a movement, another one of the house confirms it, and only then it counts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, record_many
from audit.services import record as record_event
from common.errors import DomainError, NotVisible, ReasonMissing
from common.texts import alike
from loans.access import require_lender
from loans.enums import MovementKind, ProposalState
from loans.models import Loan, Movement, Proposal
from loans.movement_steps import CONTENT, NewMovement
from loans.selectors.visible import proposals_visible_to, scope_of
from loans.services.movements.batch import (
    NewReversal,
    ReferenceReused,
    Signatures,
    at_item,
    locked_loans,
    movements_named,
    require_signed_off,
    require_well_formed,
)
from loans.services.movements.record import record, require_movable, reverse
from parties.models import Member


class AlreadyChecked(DomainError):
    """Somebody confirmed or refused it before."""

    code = "already_checked"
    sentence = "该笔登记已复核（{state}），无需重复办理。"


@transaction.atomic
def propose_movements(items: Sequence[NewMovement], *, kind: MovementKind, actor: Member, at: datetime) -> list[Proposal]:
    """
    Put movements down for a colleague to check; balances do not change yet, caps and balances are judged at the confirmation.

    Raises:
        NotVisible, RoleMissing, ReferenceReused.
        AmountInvalid, ReferenceMissing, MovementDated, ReasonMissing, RecognisedBad.

    Source: FP 1.6.3; architecture, who may.
    """
    loans = locked_loans({item.loan_id for item in items}, actor=actor)
    require_lender(actor, list(loans.values()))
    rows = []
    for position, new in enumerate(items):
        with at_item(position, of=len(items)):
            require_well_formed(new, today=localdate(at))
            require_movable(loans[new.loan_id], kind)
        rows.append(Proposal(loan=loans[new.loan_id], kind=kind, made_by=actor, made_at=at, **new.answers()))
    return _put_down(rows, actor=actor, at=at)


@transaction.atomic
def propose_reversals(items: Sequence[NewReversal], *, actor: Member, at: datetime) -> list[Proposal]:
    """
    Put reversals down for a colleague to check.

    Raises:
        NotVisible, RoleMissing, ReferenceReused, ReferenceMissing, ReasonMissing.

    Source: FP 1.6.3; architecture, who may.
    """
    targets = movements_named(items, actor=actor)
    loans = locked_loans({target.loan.public_id for target in targets.values()}, actor=actor)
    require_lender(actor, list(loans.values()))
    rows = []
    for position, new in enumerate(items):
        target = targets[new.movement_id]
        with at_item(position, of=len(items)):
            require_signed_off(new)
            require_movable(loans[target.loan.public_id], MovementKind.REVERSAL, reverses=target)
        said = new.mirrored(target).answers()
        loan = loans[target.loan.public_id]
        rows.append(Proposal(loan=loan, kind=MovementKind.REVERSAL, reverses=target, made_by=actor, made_at=at, **said))
    return _put_down(rows, actor=actor, at=at)


@transaction.atomic
def confirm_proposals(proposal_ids: Sequence[UUID], *, actor: Member, at: datetime) -> list[Movement]:
    """
    Check proposals: each becomes its movement, made by its maker and checked by the actor; all of them or none.

    Raises:
        NotVisible, SamePerson, RoleMissing, CheckerOfAnotherHouse.
        AlreadyChecked: one of them was confirmed or refused before.
        and whatever recording the movement refuses.

    Source: FP 1.6.3; architecture, who may.
    """
    proposals = _locked(proposal_ids, actor=actor)
    found: dict[int, Movement] = {}
    ordered = sorted(proposals, key=lambda p: (p.kind, p.made_by_id, p.pk))
    for (kind, _), group in groupby(ordered, key=lambda p: (p.kind, p.made_by_id)):
        batch = list(group)
        signatures = Signatures(maker=batch[0].made_by, checker=actor, at=at)
        for proposal, movement in zip(batch, _booked(MovementKind(kind), batch, actor, signatures), strict=True):
            proposal.confirm(by=actor, at=at, movement=movement)
            found[proposal.pk] = movement
    Proposal.objects.bulk_update(proposals, ["state", "checked_by", "checked_at", "movement"])
    return [found[proposal.pk] for proposal in proposals]


@transaction.atomic
def refuse_proposal(*, proposal_id: UUID, reason: str, actor: Member, at: datetime) -> Proposal:
    """
    Refuse a proposal and say why; nothing is booked. The maker may take the own proposal back this way through a colleague only.

    Raises:
        NotVisible, SamePerson, RoleMissing, CheckerOfAnotherHouse, AlreadyChecked, ReasonMissing.

    Source: architecture, who may.
    """
    (proposal,) = _locked([proposal_id], actor=actor)
    Signatures(maker=proposal.made_by, checker=actor, at=at).require_checked(money_moves=True)
    if not reason.strip():
        raise ReasonMissing(act="复核不通过须", field="reason")
    proposal.refuse(by=actor, at=at, reason=reason.strip())
    proposal.save(update_fields=["state", "checked_by", "checked_at", "refusal"])
    record_event(
        verb="loan.proposal_refused", obj=proposal.loan, actor=actor, occurred_at=at, remark=proposal.refusal, scope=scope_of(proposal.loan)
    )
    return proposal


def _put_down(rows: list[Proposal], *, actor: Member, at: datetime) -> list[Proposal]:
    """Save proposals; the same one waiting already is given back, another under its reference refused."""
    loans = {row.loan_id for row in rows}
    waiting = Proposal.objects.filter(loan__in=loans, state=ProposalState.WAITING)
    known = {_key(row): row for row in waiting}
    new: dict[tuple[int, str], Proposal] = {}
    for row in rows:
        there = known.get(_key(row)) or new.setdefault(_key(row), row)
        if there.content != row.content:
            raise ReferenceReused(reference=row.bank_reference, recorded=there, field="bank_reference")
    Proposal.objects.bulk_create(new.values())
    _log(list(new.values()), actor=actor, at=at)
    known.update(new)
    return [known[_key(row)] for row in rows]


def _key(row: Proposal) -> tuple[int, str]:
    return row.loan_id, alike(row.bank_reference)


def _log(rows: Sequence[Proposal], *, actor: Member, at: datetime) -> None:
    events = []
    for row in rows:
        loan: Loan = row.loan
        after = {"proposal": str(row.public_id), "kind": row.kind, **{name: row.answers[name] for name in CONTENT}}
        remark, scope = row.reason, scope_of(loan)
        events.append(NewEvent(verb="loan.proposed", obj=loan, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope))
    record_many(events)


def _locked(proposal_ids: Sequence[UUID], *, actor: Member) -> list[Proposal]:
    """
    Return the waiting proposals in the order of their keys, locked after their loans.

    Raises:
        NotVisible, AlreadyChecked.
    """
    wanted = set(proposal_ids)
    seen = proposals_visible_to(actor).filter(public_id__in=wanted).values_list("loan__public_id", flat=True)
    loan_ids = list(seen)
    if len(loan_ids) != len(wanted):
        raise NotVisible
    loans = {loan.pk: loan for loan in locked_loans(loan_ids, actor=actor).values()}
    rows = Proposal.objects.filter(public_id__in=wanted).select_related("made_by__institution", "reverses").order_by("pk")
    proposals = list(rows.select_for_update(of=("self",), no_key=True))
    for proposal in proposals:
        if proposal.state != ProposalState.WAITING:
            raise AlreadyChecked(state=ProposalState(proposal.state).label)
        proposal.loan = loans[proposal.loan_id]
    return proposals


def _booked(kind: MovementKind, batch: Sequence[Proposal], actor: Member, signatures: Signatures) -> list[Movement]:
    if kind == MovementKind.REVERSAL:
        reversals = [
            NewReversal(movement_id=row.reverses.public_id, bank_reference=row.bank_reference, reason=row.reason)
            for row in batch
            if row.reverses is not None
        ]
        return reverse(reversals, actor=actor, signatures=signatures)
    movements = [NewMovement(loan_id=row.loan.public_id, **row.answers | {"reason": _reason(row, signatures)}) for row in batch]
    return record(movements, kind, actor=actor, signatures=signatures)


def _reason(row: Proposal, signatures: Signatures) -> str:
    """Return the maker's reason; what was put down in time and checked days later says so itself."""
    if row.reason or row.value_on >= signatures.today:
        return row.reason
    return f"经办人已于 {localdate(row.made_at)} 登记，{signatures.today} 复核通过。"
