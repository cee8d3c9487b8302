"""Settlement on screen: drafts to payment, each line down to days × balance × rate; tenders and the rate they decide."""

from common.admin.extension_points import EXTENSION_POINTS, add_panel
from subsidy.admin import lines, objections, payments, reconciliations, settlements, tenders
from subsidy.admin.panels import of_loan, of_return_rate
from subsidy.admin.steps import VERBS

EXTENSION_POINTS.verbs |= VERBS
add_panel("loans.loan", of_loan, order=30)
add_panel("policy.returnrate", of_return_rate, order=30)

__all__ = ["lines", "objections", "payments", "reconciliations", "settlements", "tenders"]
