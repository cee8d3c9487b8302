"""Risk on screen: classes and bad debts, claims and their payment, recoveries and returns, banks, fees, exemption."""

from common.admin.extension_points import EXTENSION_POINTS, add_panel, add_steps
from risk.admin import breaker, claims, classes, exemption, fees, packs, payments, recoveries
from risk.admin.fees import of_loan as fees_of_loan
from risk.admin.loan_panels import CLASSIFY, RECOGNISE, classes_of_loan, risk_of_loan
from risk.admin.words import VERBS

EXTENSION_POINTS.verbs |= VERBS
add_panel("loans.loan", risk_of_loan, order=20)
add_panel("loans.loan", classes_of_loan, order=21)
add_panel("loans.loan", fees_of_loan, order=42)
add_steps("loans.loan", CLASSIFY, RECOGNISE)

__all__ = ["breaker", "claims", "classes", "exemption", "fees", "packs", "payments", "recoveries"]
