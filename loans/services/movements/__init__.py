"""Recording what changes a loan's balance; each service takes a list, one call is a list of one."""

from loans.services.movements.batch import (
    CheckerMissing,
    DuplicateMovement,
    MovementDated,
    NewMovement,
    NewReversal,
    ReferenceReused,
)
from loans.services.movements.drawdowns import GuaranteeMissing, NotAvailable
from loans.services.movements.record import (
    AlreadyReversed,
    RecognisedBad,
    record_cures,
    record_drawdowns,
    record_overdues,
    record_recovered_principal,
    record_repayments,
    record_reversals,
)

__all__ = [
    "AlreadyReversed",
    "CheckerMissing",
    "DuplicateMovement",
    "GuaranteeMissing",
    "MovementDated",
    "NewMovement",
    "NewReversal",
    "NotAvailable",
    "RecognisedBad",
    "ReferenceReused",
    "record_cures",
    "record_drawdowns",
    "record_overdues",
    "record_recovered_principal",
    "record_repayments",
    "record_reversals",
]
