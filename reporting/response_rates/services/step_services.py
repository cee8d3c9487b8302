"""Which service takes which step of a year and of an objection."""

from collections.abc import Mapping

from common.errors import ReasonMissing
from common.step_services import StepService
from reporting.response_rates.services.objections import (
    RulingMissing,
    confirm_answer,
    propose_answer,
    send_back_answer,
    withdraw_objection,
)
from reporting.response_rates.services.years import (
    DisputeWindowOpen,
    ObjectionsOpen,
    TrustReturnMissing,
    YearNotOver,
    lock_year,
    publish_year,
    sign_trust,
)

YEAR_SERVICES: Mapping[str, StepService] = {
    "sign_trust": StepService(sign_trust, (YearNotOver,)),
    "publish": StepService(publish_year, (YearNotOver, TrustReturnMissing)),
    "lock": StepService(lock_year, (DisputeWindowOpen, ObjectionsOpen)),
}
OBJECTION_SERVICES: Mapping[str, StepService] = {
    "withdraw": StepService(withdraw_objection),
    "propose": StepService(propose_answer, (ReasonMissing, RulingMissing)),
    "send_back": StepService(send_back_answer, (ReasonMissing,)),
    "confirm": StepService(confirm_answer),
}
