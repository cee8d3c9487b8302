"""Writes of the rulebook: deadlines, calendar notices, policy versions and their confirmations, return rates."""

from policy.services.deadlines import (
    DeadlineAlreadyClosed,
    DeadlineClosedBeforeStart,
    NewDeadline,
    close_deadline,
    close_if_open,
    open_deadline,
    open_deadlines,
)
from policy.services.notices import EnteredNotice, YearNotAdjacent, import_calendar_notice, import_calendar_notice_file
from policy.services.rates import InvalidReturnRate, RateNotLater, RunningLoansBeforeEffect, enact_return_rate
from policy.services.versions import (
    ConfirmedOtherwise,
    OverlappingVersion,
    UnknownDecision,
    UnknownVersion,
    VersionEndsBeforeStart,
    add_policy_version,
    confirm_interpretation,
    set_publication_date,
    set_version_end,
)

__all__ = [
    "ConfirmedOtherwise",
    "DeadlineAlreadyClosed",
    "DeadlineClosedBeforeStart",
    "EnteredNotice",
    "InvalidReturnRate",
    "NewDeadline",
    "OverlappingVersion",
    "RateNotLater",
    "RunningLoansBeforeEffect",
    "UnknownDecision",
    "UnknownVersion",
    "VersionEndsBeforeStart",
    "YearNotAdjacent",
    "add_policy_version",
    "close_deadline",
    "close_if_open",
    "confirm_interpretation",
    "enact_return_rate",
    "import_calendar_notice",
    "import_calendar_notice_file",
    "open_deadline",
    "open_deadlines",
    "set_publication_date",
    "set_version_end",
]
