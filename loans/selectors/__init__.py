"""Reads: who sees which case, balances on a day, what is left under the caps, how the 30 working days stand."""

from loans.selectors.balances import balances_on
from loans.selectors.caps import CapCase, CommitmentSnapshot, NoQuota, case_of_application, case_of_loan, fully_drawn_entries, headroom
from loans.selectors.clock import ApprovalClock, approval_clock, awaiting_decision_on
from loans.selectors.visible import (
    applications_visible_to,
    intents_visible_to,
    loan_of,
    loans_visible_to,
    movements_visible_to,
    proposals_visible_to,
    quotas_visible_to,
    scope_of,
    use_checks_visible_to,
)

__all__ = [
    "ApprovalClock",
    "CapCase",
    "CommitmentSnapshot",
    "NoQuota",
    "applications_visible_to",
    "approval_clock",
    "awaiting_decision_on",
    "balances_on",
    "case_of_application",
    "case_of_loan",
    "fully_drawn_entries",
    "headroom",
    "intents_visible_to",
    "loan_of",
    "loans_visible_to",
    "movements_visible_to",
    "proposals_visible_to",
    "quotas_visible_to",
    "scope_of",
    "use_checks_visible_to",
]
