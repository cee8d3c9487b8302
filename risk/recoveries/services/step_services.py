"""Which service takes which step of a return."""

from collections.abc import Mapping

from common.errors import ReasonMissing, VoucherMissing
from common.step_services import StepService
from risk.recoveries.services.returns import ReturnDated, check_return, record_return, send_back_return

RETURN_SERVICES: Mapping[str, StepService] = {
    "record": StepService(record_return, (VoucherMissing, ReturnDated)),
    "check_off": StepService(check_return),
    "send_back": StepService(send_back_return, (ReasonMissing,)),
}
