"""Risk on screen: classes and bad debts, claims and their payment, recoveries and returns, banks, fees, exemption."""

from common.admin import SEAMS, add_panel
from risk.admin import breaker, exemption, fees, packs
from risk.admin.fees import of_loan as fees_of_loan
from risk.admin.words import VERBS

SEAMS.verbs |= VERBS
add_panel("loans.loan", fees_of_loan, order=42)

__all__ = ["breaker", "exemption", "fees", "packs"]
