"""The five services that record movements: lock, judge, check caps, write, log; all in one transaction, per batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import NewEvent, record_many
from common.database import refused_as
from common.errors import DomainError
from loans.access import require_lender
from loans.enums import MovementKind
from loans.models import Contribution, Loan, Movement
from loans.movement_steps import NewMovement
from loans.rules.balances import Change, RunningBalance, change_of, reversed_change
from loans.selectors.visible import scope_of
from loans.services.movements.batch import (
    DuplicateMovement,
    History,
    Item,
    NewReversal,
    ReferenceReused,
    Signatures,
    at_item,
    history_of,
    locked_loans,
    movements_named,
    recorded_before,
    require_signed_off,
    require_well_formed,
)
from loans.services.movements.drawdowns import contributions_of, fix_first_drawdowns, require_caps, require_drawable
from parties.models import Member

CONTRIBUTION: Any = Movement._meta.get_field("contribution")


class RecognisedBad(DomainError):
    """The principal of a debt recognised as bad is moved by recoveries alone, so that whoever bore the loss gets back its part."""

    code = "loan_recognised_bad"
    sentence = "合同 {contract_number} 已于 {on} 认定坏账，不能再登记{kind}；收回的款项请登记为追偿收回，贷款余额随之减少。"
    clause = "FP 1.5.3"


class AlreadyReversed(DomainError):
    """What is taken back stays taken back; a reversal is not reversed."""

    code = "already_reversed"
    sentence = "该笔变动（{movement}）已冲正或本身为冲正，不能再冲正；如需恢复请重新登记。"
    clause = "FP 1.6.3"


@transaction.atomic
def record_drawdowns(items: Sequence[NewMovement], *, actor: Member, at: datetime, checked_by: Member | None = None) -> list[Movement]:
    """
    Record drawdowns; the first one of a loan fixes its rate, its county and the end of its subsidy.

    The actor made the batch, ``checked_by`` checked it: another person of the same house; a program's batch has none. Each item already
    recorded under its bank reference is given back as it is, so a call may be repeated.

    Raises:
        NotVisible, RoleMissing, CheckerMissing, CheckerOfAnotherHouse, SamePerson.
        ReferenceReused: the reference belongs to another movement.
        AmountInvalid, ReferenceMissing, MovementDated, ReasonMissing.
        NotAvailable, GuaranteeMissing, EntryRemoved, DrawnOverContract, MaturityTooLate, NoTaxHome, NoReturnRate.
        OverCap: with the headroom left, per cap and clause.

    Source: FP 1.2.1, FP 1.2.2, FP 1.4.1, FP 1.6.3; D2, D3, D12, D14, D35, D36, D39, D40.
    """
    return record(items, MovementKind.DRAWDOWN, actor=actor, signatures=Signatures(maker=actor, checker=checked_by, at=at))


@transaction.atomic
def record_repayments(items: Sequence[NewMovement], *, actor: Member, at: datetime, checked_by: Member | None = None) -> list[Movement]:
    """
    Record repayments of principal; overdue principal is settled first.

    Raises:
        as ``record_drawdowns`` for form, maker and reference.
        NotYetDrawn, BalanceBelowZero: more is repaid than was outstanding on that day or would be on a later one.

        RecognisedBad: the debt was recognised as bad; what comes back of it is a recovery.

    Source: FP 1.5.3, FP 1.6.3; D10, D11.
    """
    return record(items, MovementKind.REPAYMENT, actor=actor, signatures=Signatures(maker=actor, checker=checked_by, at=at))


@transaction.atomic
def record_overdues(items: Sequence[NewMovement], *, actor: Member, at: datetime, checked_by: Member | None = None) -> list[Movement]:
    """
    Record that performing principal became overdue; the outstanding principal stays, the overdue part earns no subsidy.

    Raises:
        as ``record_repayments``.

    Source: FP 1.6.3; D11.
    """
    return record(items, MovementKind.OVERDUE, actor=actor, signatures=Signatures(maker=actor, checker=checked_by, at=at))


@transaction.atomic
def record_cures(items: Sequence[NewMovement], *, actor: Member, at: datetime, checked_by: Member | None = None) -> list[Movement]:
    """
    Record that overdue principal performs again.

    Raises:
        as ``record_repayments``.

    Source: FP 1.6.3; D11.
    """
    return record(items, MovementKind.CURE, actor=actor, signatures=Signatures(maker=actor, checker=checked_by, at=at))


@transaction.atomic
def record_reversals(items: Sequence[NewReversal], *, actor: Member, at: datetime, checked_by: Member | None = None) -> list[Movement]:
    """
    Take earlier movements back, on their own value dates.

    Raises:
        NotVisible, RoleMissing, CheckerMissing, CheckerOfAnotherHouse, SamePerson, ReferenceReused, ReasonMissing.
        AlreadyReversed: or a reversal itself.
        BalanceBelowZero: what came after could not stand without it.

    Source: FP 1.6.3; D13.
    """
    return reverse(items, actor=actor, signatures=Signatures(maker=actor, checker=checked_by, at=at))


@transaction.atomic
def record_recovered_principal(new: NewMovement, *, maker: Member, checker: Member, at: datetime) -> Movement:
    """
    Book principal that came back of a debt recognised as bad: the one way in which it is still repaid.

    For the app that counts recoveries, which has let maker and checker pass; the bank pursues in both modes, so it is no lender's step.

    Raises:
        NotVisible: not the checker's to see.
        ReferenceReused, AmountInvalid, ReferenceMissing, MovementDated, ReasonMissing, BalanceBelowZero.

    Source: FP 1.5.1, FP 1.5.2(2), FP 1.5.3; D16, D21.
    """
    signatures = Signatures(maker=maker, checker=checker, at=at)
    loan = locked_loans([new.loan_id], actor=checker)[new.loan_id]
    require_well_formed(new, today=signatures.today)
    item = Item(0, signatures.row(new, MovementKind.REPAYMENT, loan))
    history = history_of([item])
    return _entered([item], recorded_before([item], history), history, actor=checker, signatures=signatures)[0]


def record(items: Sequence[NewMovement], kind: MovementKind, *, actor: Member, signatures: Signatures) -> list[Movement]:
    """Record movements of one kind in the caller's transaction; ``actor`` is who acts now, maker or checker."""
    loans = locked_loans({item.loan_id for item in items}, actor=actor)
    require_lender(signatures.maker, list(loans.values()))
    signatures.require_checked(money_moves=kind == MovementKind.DRAWDOWN)
    asked = []
    for position, new in enumerate(items):
        with at_item(position, of=len(items)):
            require_well_formed(new, today=signatures.today)
        asked.append(Item(position, signatures.row(new, kind, loans[new.loan_id])))
    return _book(asked, actor=actor, signatures=signatures)


def reverse(items: Sequence[NewReversal], *, actor: Member, signatures: Signatures) -> list[Movement]:
    """Record reversals in the caller's transaction; ``actor`` is who acts now, maker or checker."""
    targets = movements_named(items, actor=actor)
    loans = locked_loans({target.loan.public_id for target in targets.values()}, actor=actor)
    require_lender(signatures.maker, list(loans.values()))
    signatures.require_checked(money_moves=True)
    asked = []
    for position, new in enumerate(items):
        target = targets[new.movement_id]
        with at_item(position, of=len(items)):
            require_signed_off(new)
        mirrored, loan = new.mirrored(target), loans[target.loan.public_id]
        asked.append(Item(position, signatures.row(mirrored, MovementKind.REVERSAL, loan, reverses=target)))
    return _book(asked, actor=actor, signatures=signatures)


def _book(items: list[Item], *, actor: Member, signatures: Signatures) -> list[Movement]:
    """Judge and write what is new of the batch, and return the movement of every item, in the order asked."""
    history = history_of(items)
    new = recorded_before(items, history)
    _require_not_bad(new, of=len(items))
    return _entered(items, new, history, actor=actor, signatures=signatures)


def _entered(items: list[Item], new: list[Item], history: History, *, actor: Member, signatures: Signatures) -> list[Movement]:
    """Judge and write what is new, and return the movement of every item."""
    if new:
        loans = {item.row.loan_id: item.row.loan for item in new}
        balances = history.balances(loans.values())
        draws = [item for item in new if item.row.kind == MovementKind.DRAWDOWN]
        _require_not_reversed([item.row.reverses for item in new if item.row.reverses is not None])
        require_drawable(draws, of=len(items))
        for item in new:
            with at_item(item.position, of=len(items)):
                _move(item.row, balances[item.row.loan_id])
        if draws:
            require_caps(draws, today=signatures.today, of=len(items))
        _write([item.row for item in new], loans)
        moved = fix_first_drawdowns(balances, list(loans.values()))
        _log([item.row for item in new], moved, actor=actor, signatures=signatures)
    by_key = {item.key: item.row for item in new}
    return [item.recorded or by_key[item.key] for item in items]


def _require_not_bad(items: Sequence[Item], *, of: int) -> None:
    for item in items:
        with at_item(item.position, of=of):
            require_movable(item.row.loan, MovementKind(item.row.kind), reverses=item.row.reverses)


def require_movable(loan: Loan, kind: MovementKind, *, reverses: Movement | None = None) -> None:
    """
    Refuse whatever would move the principal of a debt recognised as bad; what falls due meanwhile may still become overdue.

    Raises:
        RecognisedBad: with what to do instead.

    Source: FP 1.5.3; D21.
    """
    moved, harmless = (kind, (MovementKind.OVERDUE,)) if reverses is None else (reverses.kind, (MovementKind.OVERDUE, MovementKind.CURE))
    if loan.recognised_bad_on is not None and moved not in harmless:
        raise RecognisedBad(contract_number=loan.contract_number, on=loan.recognised_bad_on, kind=MovementKind(kind).label)


def _move(row: Movement, balance: RunningBalance) -> None:
    """Say what a movement does to the balance of its day, and let it stand in the balance for those after it."""
    change = _change(row, balance)
    row.performing, row.overdue, row.drawn = change.performing, change.overdue, change.drawn
    balance.insert(change)


def _change(row: Movement, balance: RunningBalance) -> Change:
    if row.reverses is not None:
        return reversed_change(row.reverses.change)
    return change_of(MovementKind(row.kind), amount=row.amount, value_on=row.value_on, balance=balance.on(row.value_on))


def _require_not_reversed(targets: Sequence[Movement]) -> None:
    """Refuse to take back what is taken back, and reversals."""
    if not targets:
        return
    if len({target.pk for target in targets}) != len(targets):
        raise DuplicateMovement
    gone = set(Movement.objects.filter(reverses__in=targets).values_list("reverses_id", flat=True))
    for target in targets:
        if target.pk in gone or target.kind == MovementKind.REVERSAL:
            raise AlreadyReversed(movement=target)


def _write(rows: Sequence[Movement], loans: dict[int, Loan]) -> None:
    """Insert the movements in one statement; the loans' sums follow by the database's own trigger."""
    for row in rows:
        CONTRIBUTION.set_cached_value(row, None)  # so that nobody asks the database for one it does not have
    with refused_as(lambda: _reused(rows), "movement_reference_once_per_bank", "movement_reference_alike"):
        Movement.objects.bulk_create(rows)
    Contribution.objects.bulk_create(contributions_of(rows, loans))


def _reused(rows: Sequence[Movement]) -> ReferenceReused:
    """Return the refusal of references of which somebody used one at the same moment, for another loan."""
    references = "、".join(row.bank_reference for row in rows[:3])
    return ReferenceReused(reference=references, recorded="同时登记的另一笔", field="bank_reference")


def _log(rows: Sequence[Movement], moved: Sequence[Loan], *, actor: Member, signatures: Signatures) -> None:
    """Write one event per movement, and one per loan whose first drawdown fixed or moved what hangs on it; one statement."""
    signed = {"made_by": signatures.maker.name, "checked_by": signatures.checker.name if signatures.checker else ""}
    events = []
    for row in rows:
        said = {name: value for name, value in row.answers.items() if name != "reason"}
        after = {"movement": str(row.public_id), **said, **signed}
        verb, scope = f"loan.{row.kind}", scope_of(row.loan)
        events.append(
            NewEvent(verb=verb, obj=row.loan, actor=actor, occurred_at=signatures.at, after=after, remark=row.reason, scope=scope)
        )
    for loan in moved:
        fixed = {
            "first_drawdown_on": loan.first_drawdown_on,
            "return_rate": loan.return_rate.rate if loan.return_rate else None,
            "district": loan.district.name if loan.district else None,
            "earns_until": loan.earns_until,
        }
        verb = "loan.first_drawdown_fixed"
        events.append(NewEvent(verb=verb, obj=loan, actor=actor, occurred_at=signatures.at, after=fixed, scope=scope_of(loan)))
    record_many(events)
