"""A batch of movements: what was asked, by whom, on which loans, and what of it is recorded already."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localdate

from common.dates import HAPPENED, require_day
from common.errors import DomainError, FieldProblem, NotVisible, ReasonMissing
from common.fields import TextKey
from common.money import MAX_AMOUNT, ZERO
from common.texts import alike
from loans.enums import MovementKind
from loans.models import Loan, Movement
from loans.movement_steps import NewMovement
from loans.rules.balances import Change, RunningBalance
from loans.selectors.visible import loans_visible_to, movements_visible_to
from parties.access import RoleMissing, checker_differs
from parties.enums import MemberKind, Role
from parties.models import Member

CHANGE_COLUMNS = ("loan_id", "value_on", "performing", "overdue", "drawn")


class ReferenceReused(DomainError):
    """The bank's reference belongs to another movement."""

    code = "reference_reused"
    sentence = "流水号 {reference} 已登记为另一笔变动（{recorded}），请使用新的流水号。"
    clause = "FP 1.6.3"


class MovementDated(DomainError):
    """A movement of a day that has not come."""

    code = "movement_in_future"
    sentence = "起息日 {value_on} 晚于今天（{today}），请在当日登记。"
    status = 400


class AmountInvalid(DomainError):
    """An amount that is no amount."""

    code = "amount_invalid"
    sentence = "金额须大于 0，最多两位小数。"
    status = 400


class ReferenceMissing(DomainError):
    """A movement without the bank's reference cannot be told from a repeated one."""

    code = "reference_missing"
    sentence = "请填写银行流水号。"
    status = 400


class CheckerMissing(DomainError):
    """Money moved by one person alone."""

    code = "checker_missing"
    sentence = "放款和冲正须由本单位另一名复核人员复核后登记。"
    clause = "FP 1.6.3"
    status = 403


class CheckerOfAnotherHouse(DomainError):
    """A person's check has to come from the same institution."""

    code = "checker_of_another_house"
    sentence = "复核人须为经办人所在单位的复核人员。"
    status = 403


class DuplicateMovement(DomainError):
    """One reversal twice in one batch."""

    code = "duplicate_movement"
    sentence = "同一笔变动在本批次中被冲正了两次，请核对。"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReversal:
    """One earlier movement to take back, always with a reason."""

    movement_id: UUID
    bank_reference: str
    reason: str

    def mirrored(self, target: Movement) -> NewMovement:
        """Return the movement that takes the target back: all it said, under the reversal's own reference and reason."""
        said = target.answers | {"bank_reference": self.bank_reference, "reason": self.reason}
        return NewMovement(loan_id=target.loan.public_id, **said)


@dataclass(slots=True)
class Item:
    """One movement of the batch on its way: the row asked for, not saved yet, and the one recorded before, if there is one."""

    position: int
    row: Movement
    recorded: Movement | None = None

    @property
    def key(self) -> tuple[int, str]:
        """Return what makes the movement unique: bank and the bank's reference, however it is written."""
        return (self.row.bank_id, alike(self.row.bank_reference))


@dataclass(slots=True, kw_only=True)
class Signatures:
    """Who made the batch and who checked it, when."""

    maker: Member
    checker: Member | None
    at: datetime
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = localdate(self.at)

    def require_checked(self, *, money_moves: bool) -> None:
        """
        Let pass a check by another person of the same house, or, where a program made the batch, none: its check is another institution's.

        Raises:
            CheckerMissing, CheckerOfAnotherHouse, SamePerson, JobIsNoChecker, ProgramChecksOwnHouse, RoleMissing.

        Source: architecture, who may; FP 1.6.3.
        """
        if self.checker is None:
            if money_moves and self.maker.kind != MemberKind.PROGRAM:
                raise CheckerMissing
            return
        checker_differs(maker=self.maker, checker=self.checker, at=self.at)
        if self.checker.institution_id != self.maker.institution_id:
            raise CheckerOfAnotherHouse
        if Role.CHECKER not in self.checker.roles:
            raise RoleMissing(needed=f"{self.maker.party_name}的复核人员")

    def row(self, new: NewMovement, kind: MovementKind, loan: Loan, *, reverses: Movement | None = None) -> Movement:
        """Return the movement they sign, not saved; what it does to the balance is still to be said."""
        return Movement(
            loan=loan,
            kind=kind,
            reverses=reverses,
            recorded_at=self.at,
            recorded_on=self.today,
            bank_id=loan.bank_id,
            made_by=self.maker,
            made_by_kind=self.maker.kind,
            checked_by=self.checker,
            **new.answers(),
        )


@contextmanager
def at_item(position: int, *, of: int) -> Iterator[None]:
    """Name the item in the fields of a refusal where there are several: ``items.3.amount``."""
    try:
        yield
    except DomainError as refusal:
        if of > 1:
            problems = refusal.errors or (FieldProblem("", refusal.code, refusal.message),)
            refusal.errors = tuple(FieldProblem(f"items.{position}.{p.field}".rstrip("."), p.code, p.detail) for p in problems)
        raise


def locked_loans(loan_ids: Iterable[UUID], *, actor: Member) -> dict[UUID, Loan]:
    """
    Return the loans locked in the order of their keys, fetched anew, by public id. First in the lock order (see README).

    Raises:
        NotVisible: one of them is not the actor's to see.
    """
    wanted = set(loan_ids)
    related = ("application__entry", "bank", "policy_version", "enterprise", "return_rate")
    rows = loans_visible_to(actor).filter(public_id__in=wanted).select_related(*related).order_by("pk")
    found = {loan.public_id: loan for loan in rows.select_for_update(of=("self",), no_key=True)}
    if len(found) != len(wanted):
        raise NotVisible
    return found


def movements_named(items: Iterable[NewReversal], *, actor: Member) -> dict[UUID, Movement]:
    """
    Return the movements that are to be taken back, with their loans, by public id.

    Raises:
        NotVisible: one of them is not the actor's to see.
    """
    wanted = {item.movement_id for item in items}
    found = {row.public_id: row for row in movements_visible_to(actor).filter(public_id__in=wanted).select_related("loan")}
    if len(found) != len(wanted):
        raise NotVisible
    return found


def require_well_formed(new: NewMovement, *, today: date) -> None:
    """
    Refuse what could not stand whatever the loan's balance.

    Raises:
        AmountInvalid, ReferenceMissing, MovementDated.
        ReasonMissing: it is back-dated without one.
    """
    if not ZERO < new.amount <= MAX_AMOUNT or new.amount != round(new.amount, 2):
        raise AmountInvalid(field="amount")
    if not new.bank_reference.strip():
        raise ReferenceMissing(field="bank_reference")
    if new.value_on > today:
        raise MovementDated(value_on=new.value_on, today=today, field="value_on")
    require_day(new.value_on, HAPPENED, field="value_on", today=today)
    if new.value_on < today and not new.reason.strip():
        raise ReasonMissing(act="起息日早于今天的须", field="reason")


def require_signed_off(new: NewReversal) -> None:
    """
    Refuse a reversal without reason or reference.

    Raises:
        ReasonMissing, ReferenceMissing.
    """
    if not new.reason.strip():
        raise ReasonMissing(act="冲正须", field="reason")
    if not new.bank_reference.strip():
        raise ReferenceMissing(field="bank_reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the books hold already that a batch has to do with."""

    changes: Mapping[int, Sequence[Change]]  # of each loan of the batch, by its key
    known: Mapping[tuple[int, str], int]  # movements by bank and reference, of those the batch names

    def balances(self, loans: Iterable[Loan]) -> dict[int, RunningBalance]:
        """Return the account of each loan over all its days."""
        return {loan.pk: RunningBalance.over(self.changes.get(loan.pk, ()), contract_amount=loan.contract_amount) for loan in loans}


def history_of(items: Sequence[Item]) -> History:
    """Return the movements of the loans of a batch and those under its references: one query."""
    loans, keys = {item.row.loan_id for item in items}, {item.key for item in items}
    named = Q(bank__in={bank for bank, _ in keys}, reference_key__in={reference for _, reference in keys})
    changes: dict[int, list[Change]] = defaultdict(list)
    known: dict[tuple[int, str], int] = {}
    found = Movement.objects.annotate(reference_key=TextKey("bank_reference")).filter(named | Q(loan__in=loans)).order_by()
    rows: Iterable[tuple[Any, ...]] = found.values_list("pk", "bank_id", "reference_key", *CHANGE_COLUMNS)
    for pk, bank_id, reference, loan_id, value_on, performing, overdue, drawn in rows:
        if loan_id in loans:
            changes[loan_id].append(Change(value_on=value_on, performing=performing, overdue=overdue, drawn=drawn))
        if (bank_id, reference) in keys:
            known[bank_id, reference] = pk
    return History(changes=changes, known=known)


def recorded_before(items: Sequence[Item], history: History) -> list[Item]:
    """
    Fill in what is recorded already under the same bank and reference, and return the items that are new, each reference once.

    Raises:
        ReferenceReused: the reference belongs to another movement, recorded or of this batch.
    """
    rows = Movement.objects.in_bulk(list(history.known.values())) if history.known else {}
    new: dict[tuple[int, str], Item] = {}
    for item in items:
        with at_item(item.position, of=len(items)):
            movement = rows[history.known[item.key]] if item.key in history.known else None
            first = new.setdefault(item.key, item) if movement is None else None
            if movement is not None and item.row.content != movement.content:
                raise ReferenceReused(reference=item.row.bank_reference, recorded=movement, field="bank_reference")
            if first is not None and item.row.content != first.row.content:
                raise ReferenceReused(reference=item.row.bank_reference, recorded="本批次中的另一笔", field="bank_reference")
            item.recorded = movement
    return list(new.values())
