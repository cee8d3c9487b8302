"""Writes: quotas, intents, applications step by step, loans, movements, use of funds, and what jobs do."""

from loans.services.applications import (
    accept_application,
    answer_supplement,
    ask_supplement,
    begin_review,
    draft_application,
    meet_conditions,
    record_intent,
    refuse_application,
    revise_draft,
    withdraw_application,
)
from loans.services.approval import approve_application
from loans.services.contracts import record_guarantee, sign_contract
from loans.services.jobs import expire_drawn_projects, lapse_approvals, remind_of_deadlines
from loans.services.movements import (
    NewMovement,
    NewReversal,
    record_cures,
    record_drawdowns,
    record_overdues,
    record_repayments,
    record_reversals,
)
from loans.services.openings import open_loan
from loans.services.proposals import confirm_proposals, propose_movements, propose_reversals, refuse_proposal
from loans.services.quotas import set_bank_quota
from loans.services.return_rates import apply_return_rates
from loans.services.submission import submit_application
from loans.services.use_of_funds import record_use_check

__all__ = [
    "NewMovement",
    "NewReversal",
    "accept_application",
    "answer_supplement",
    "apply_return_rates",
    "approve_application",
    "ask_supplement",
    "begin_review",
    "confirm_proposals",
    "draft_application",
    "expire_drawn_projects",
    "lapse_approvals",
    "meet_conditions",
    "open_loan",
    "propose_movements",
    "propose_reversals",
    "record_cures",
    "record_drawdowns",
    "record_guarantee",
    "record_intent",
    "record_overdues",
    "record_repayments",
    "record_reversals",
    "record_use_check",
    "refuse_application",
    "refuse_proposal",
    "remind_of_deadlines",
    "revise_draft",
    "set_bank_quota",
    "sign_contract",
    "submit_application",
    "withdraw_application",
]
