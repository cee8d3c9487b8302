"""Response rates on screen: years with their tables, figures opened to their applications, objections."""

from common.admin.extension_points import EXTENSION_POINTS, add_panel
from common.transitions import verb_labels
from reporting.admin import decisions, objections, years
from reporting.assessment.transitions import DECISION_STEPS
from reporting.response_rates.transitions import OBJECTION_STEPS, YEAR_STEPS

EXTENSION_POINTS.verbs |= verb_labels((*YEAR_STEPS, *OBJECTION_STEPS, *DECISION_STEPS)) | {
    "rate_objection.filed": "提出响应率异议",
    "participation_decision.proposed": "提出参与资格决定",
}
add_panel("parties.institution", decisions.of_bank, order=60)

__all__ = ["decisions", "objections", "years"]
