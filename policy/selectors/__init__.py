"""Reads of the rulebook: versions, return rates, the working calendar, deadlines, the clause register."""

from policy.calendar_scope import calendar_scope
from policy.selectors.calendar import NoCalendar, working_calendar
from policy.selectors.deadlines import deadlines_due_within, is_overdue, open_deadlines_on, remaining_working_days
from policy.selectors.rates import DatedRate, NoReturnRate, rates_of_loan, return_rate_on
from policy.selectors.register import RegisterLine, UnknownClause, clause_label, register_line, register_lines
from policy.selectors.versions import PlanEnded, parameters_of, require_open_version, version_for, version_on, version_row_on

__all__ = [
    "DatedRate",
    "NoCalendar",
    "NoReturnRate",
    "PlanEnded",
    "RegisterLine",
    "UnknownClause",
    "calendar_scope",
    "clause_label",
    "deadlines_due_within",
    "is_overdue",
    "open_deadlines_on",
    "parameters_of",
    "rates_of_loan",
    "register_line",
    "register_lines",
    "remaining_working_days",
    "require_open_version",
    "return_rate_on",
    "version_for",
    "version_on",
    "version_row_on",
    "working_calendar",
]
