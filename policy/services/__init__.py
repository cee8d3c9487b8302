"""Writes of the rulebook: deadlines, calendar notices, policy versions and their confirmations, return rates."""

from policy.services.deadlines import (
    DeadlineAlreadyClosed,
    DeadlineClosedBeforeStart,
    NewDeadline,
    close_deadline,
    open_deadline,
    open_deadlines,
)

__all__ = [
    "DeadlineAlreadyClosed",
    "DeadlineClosedBeforeStart",
    "NewDeadline",
    "close_deadline",
    "open_deadline",
    "open_deadlines",
]
