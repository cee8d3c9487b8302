"""Response rates on screen: years with their tables, figures opened to their applications, objections."""

from common.admin.extension_points import EXTENSION_POINTS
from common.transitions import verb_labels
from reporting.admin import objections, years
from reporting.response_rates.transitions import OBJECTION_STEPS, YEAR_STEPS

EXTENSION_POINTS.verbs |= verb_labels((*YEAR_STEPS, *OBJECTION_STEPS)) | {"rate_objection.filed": "提出响应率异议"}

__all__ = ["objections", "years"]
