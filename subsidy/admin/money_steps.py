"""The steps of payments."""

from common.admin import ReasonForm, Step, by, states
from parties.enums import InstitutionKind, Role
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import PaymentState
from subsidy.models import Payment
from subsidy.services import payments

K = InstitutionKind


def _pays(member: Member, payment: Payment) -> bool:
    return member.institution_id == payment.payer_id


PAYERS = by(K.CITY_INDUSTRY, K.COUNTY_INDUSTRY, K.FUND_MANAGER)
PAYMENT_CHECKERS = by(*PAYERS.kinds, roles=[Role.CHECKER])
PAYMENT_STEPS = (
    Step(
        name="record",
        label="登记付款",
        who=PAYERS,
        may=_pays,
        states=states(PaymentState.DUE),
        form=forms.PayForm,
        run=lambda do: payments.record_payment(payment_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
        clause="FP 1.6.4",
        sentence="登记后由本单位另一名复核人员复核，复核通过后记账。",
        tone="main",
    ),
    Step(
        name="check",
        label="复核付款",
        who=PAYMENT_CHECKERS,
        may=_pays,
        states=states(PaymentState.RECORDED),
        run=lambda do: payments.check_payment(payment_id=str(do.obj.public_id), actor=do.member, at=do.at),
        clause="FP 1.6.4",
        sentence="请核对付款日期、凭证号和金额。经办和复核不得为同一人；复核通过即记账。",
        tone="main",
    ),
    Step(
        name="return",
        label="退回经办",
        who=PAYMENT_CHECKERS,
        may=_pays,
        states=states(PaymentState.RECORDED),
        form=ReasonForm,
        run=lambda do: payments.return_payment(payment_id=str(do.obj.public_id), reason=do.given["reason"], actor=do.member, at=do.at),
        tone="danger",
    ),
)
