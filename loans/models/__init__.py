"""From intent to loan: quotas, applications, loans, movements, use of funds."""

from loans.models.applications import Application, Intent, SupplementRequest
from loans.models.loans import Guarantee, Loan, LoanRate, UseOfFundsCheck
from loans.models.movements import Contribution, Movement, Proposal
from loans.models.quotas import BankQuota

__all__ = [
    "Application",
    "BankQuota",
    "Contribution",
    "Guarantee",
    "Intent",
    "Loan",
    "LoanRate",
    "Movement",
    "Proposal",
    "SupplementRequest",
    "UseOfFundsCheck",
]
