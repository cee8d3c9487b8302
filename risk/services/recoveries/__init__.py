"""What comes back of a bad debt (``records``), and what of it goes back to those who paid (``returns``)."""

from risk.services.recoveries.records import (
    AmountInvalid,
    CostsUnexplained,
    NotWaiting,
    RecoveryDated,
    ReferenceUsed,
    check_recovery,
    record_recovery,
    send_back_recovery,
)
from risk.services.recoveries.returns import (
    ReturnDated,
    ReturnNotRecorded,
    check_return,
    record_return,
    send_back_return,
)

__all__ = [
    "AmountInvalid",
    "CostsUnexplained",
    "NotWaiting",
    "RecoveryDated",
    "ReferenceUsed",
    "ReturnDated",
    "ReturnNotRecorded",
    "check_recovery",
    "check_return",
    "record_recovery",
    "record_return",
    "send_back_recovery",
    "send_back_return",
]
