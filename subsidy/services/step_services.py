"""Which service takes which step of a settlement, a payment and an objection."""

from collections.abc import Mapping

from common.errors import ReasonMissing, VoucherMissing
from common.step_services import StepService
from subsidy.services.objections import answer_objection, withdraw_objection
from subsidy.services.payments import (
    PaidOutsidePeriod,
    VoucherUsed,
    check_payment,
    record_payment,
    return_payment,
)
from subsidy.services.steps import (
    EarlierSettlementOpen,
    ObjectionOpen,
    RecordNumberMissing,
    RevisionOutdated,
    RevisionStale,
    StepBackDated,
    confirm_settlement,
    file_settlement,
    review_settlement,
    send_back_settlement,
)

SETTLEMENT_SERVICES: Mapping[str, StepService] = {
    "confirm": StepService(confirm_settlement, (RevisionStale, EarlierSettlementOpen, RevisionOutdated)),
    "review": StepService(review_settlement),
    "send_back": StepService(send_back_settlement, (ReasonMissing,)),
    "file": StepService(file_settlement, (RecordNumberMissing, StepBackDated, ObjectionOpen)),
}
PAYMENT_SERVICES: Mapping[str, StepService] = {
    "record": StepService(record_payment, (VoucherMissing, VoucherUsed, PaidOutsidePeriod)),
    "check_off": StepService(check_payment),
    "return_to_maker": StepService(return_payment, (ReasonMissing,)),
}
OBJECTION_SERVICES: Mapping[str, StepService] = {
    "reply": StepService(answer_objection, (ReasonMissing,)),
    "withdraw": StepService(withdraw_objection),
}
