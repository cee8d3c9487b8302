"""One movement at a time through the services that take lists; a program's batch has no checker of its own house."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from loans.models import Movement
from loans.services.movements.batch import NewMovement, NewReversal
from loans.services.movements.record import record_cures, record_drawdowns, record_overdues, record_repayments, record_reversals
from parties.models import Member

Record = Callable[..., list[Movement]]


def _one(record: Record) -> Callable[..., Movement]:
    """Return the service for one movement."""

    def record_one(
        *, loan_id: UUID, amount: Decimal, value_on: date, bank_reference: str, actor: Member, at: datetime, reason: str = ""
    ) -> Movement:
        new = NewMovement(loan_id=loan_id, amount=amount, value_on=value_on, bank_reference=bank_reference, reason=reason)
        (movement,) = record([new], actor=actor, at=at)
        return movement

    return record_one


draw_one = _one(record_drawdowns)
repay_one = _one(record_repayments)
overdue_one = _one(record_overdues)
cure_one = _one(record_cures)


def reverse_one(*, movement_id: UUID, bank_reference: str, reason: str, actor: Member, at: datetime) -> Movement:
    """
    Take one movement back.

    Raises:
        what ``record_reversals`` refuses.

    Source: FP 1.6.3; D13.
    """
    wanted: Sequence[NewReversal] = [NewReversal(movement_id=movement_id, bank_reference=bank_reference, reason=reason)]
    (movement,) = record_reversals(wanted, actor=actor, at=at)
    return movement
