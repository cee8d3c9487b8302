"""One movement at a time through the services that take lists; a program's batch has no checker of its own house."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from loans.models import Movement
from loans.movement_steps import NewMovement
from loans.services.movements.batch import NewReversal
from loans.services.movements.record import record_cures, record_drawdowns, record_overdues, record_repayments, record_reversals
from parties.models import Member

Record = Callable[..., list[Movement]]


def _one(record: Record) -> Callable[..., Movement]:
    """Return the service for one movement."""

    def record_one(*, actor: Member, at: datetime, **asked: Any) -> Movement:
        (movement,) = record([NewMovement(**asked)], actor=actor, at=at)
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
