"""Which service takes which step of a decision on a bank's part."""

from collections.abc import Mapping

from common.errors import ReasonMissing
from common.step_services import StepService
from parties.services.exclusions import ExcludedAlready, NotExcluded
from reporting.assessment.services import EffectTooEarly, confirm_decision, send_back_decision

DECISION_SERVICES: Mapping[str, StepService] = {
    "confirm": StepService(confirm_decision, (EffectTooEarly, ExcludedAlready, NotExcluded)),
    "send_back": StepService(send_back_decision, (ReasonMissing,)),
}
