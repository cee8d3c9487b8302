"""What holds for loans without any database: balances over dated movements, dates, commitments, who settles what."""

from loans.rules.balances import (
    EMPTY,
    Balance,
    BalanceBelowZero,
    Change,
    DrawnOverContract,
    NotYetDrawn,
    RunningBalance,
    change_of,
    reversed_change,
    stage_of,
)
from loans.rules.caps import Cap, Committed, Headroom, OverCap, committed_by_loan, require_headroom
from loans.rules.dates import (
    MaturityTooLate,
    RateDecision,
    RateFrom,
    contribution_of,
    deadline_stage,
    earning_end,
    latest_maturity,
    rates_of_loan,
    require_maturity,
)

__all__ = [
    "EMPTY",
    "Balance",
    "BalanceBelowZero",
    "Cap",
    "Change",
    "Committed",
    "DrawnOverContract",
    "Headroom",
    "MaturityTooLate",
    "NotYetDrawn",
    "OverCap",
    "RateDecision",
    "RateFrom",
    "RunningBalance",
    "change_of",
    "committed_by_loan",
    "contribution_of",
    "deadline_stage",
    "earning_end",
    "latest_maturity",
    "rates_of_loan",
    "require_headroom",
    "require_maturity",
    "reversed_change",
    "stage_of",
]
