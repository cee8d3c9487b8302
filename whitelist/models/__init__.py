"""Projects, entries, consultation, batches, imported lists and deliveries."""

from whitelist.models.consultation import Opinion
from whitelist.models.delivery import Announcement, Channel, Delivery
from whitelist.models.entry import Batch, Entry
from whitelist.models.intake import (
    ImportFile,
    ImportProblem,
    ListDifference,
    ScreenedOut,
    Screening,
    StackingRecord,
    StackingRow,
    TaxRow,
)
from whitelist.models.project import Project

__all__ = [
    "Announcement",
    "Batch",
    "Channel",
    "Delivery",
    "Entry",
    "ImportFile",
    "ImportProblem",
    "ListDifference",
    "Opinion",
    "Project",
    "ScreenedOut",
    "Screening",
    "StackingRecord",
    "StackingRow",
    "TaxRow",
]
