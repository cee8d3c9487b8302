"""Which service takes which step of a question of exemption."""

from collections.abc import Mapping

from common.errors import ReasonMissing
from common.step_services import StepService
from risk.exemption.services.cases import conclude_exemption, record_finding

EXEMPTION_SERVICES: Mapping[str, StepService] = {
    "conclude": StepService(conclude_exemption, (ReasonMissing,)),
    "find": StepService(record_finding, (ReasonMissing,)),
}
