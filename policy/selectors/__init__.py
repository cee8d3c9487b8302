"""Reads of the rulebook: versions, return rates, the working calendar, deadlines, the clause register."""

from policy.selectors.calendar import calendar_scope, working_calendar
from policy.selectors.deadlines import deadlines_due_within, is_overdue, open_deadlines_on, remaining_working_days
from policy.selectors.rates import NoReturnRate, return_rate_on
from policy.selectors.versions import PlanEnded, parameters_of, require_open_version, version_for, version_on, version_row_on

__all__ = [
    "NoReturnRate",
    "PlanEnded",
    "calendar_scope",
    "deadlines_due_within",
    "is_overdue",
    "open_deadlines_on",
    "parameters_of",
    "remaining_working_days",
    "require_open_version",
    "return_rate_on",
    "version_for",
    "version_on",
    "version_row_on",
    "working_calendar",
]
