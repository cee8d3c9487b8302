"""The steps of fees: the dated table, and collection by one person, checked by another."""

from typing import Any

from common.admin.steps import Step, StepContext, allowed_for
from parties.enums import InstitutionKind, Role
from parties.models import Member
from risk.admin import fee_forms as forms
from risk.admin.shared import on_record
from risk.fees.services import (
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    send_back_enhancement_fee,
    send_back_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.models import GuaranteeFee
from risk.money_transitions import ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS

K = InstitutionKind
COLLECTORS, GUARANTORS = allowed_for(K.FUND_MANAGER), allowed_for(K.GUARANTOR)
COLLECTING_CHECKERS, GUARANTEE_CHECKERS = allowed_for(K.FUND_MANAGER, roles=[Role.CHECKER]), allowed_for(K.GUARANTOR, roles=[Role.CHECKER])


def _guarantors(member: Member, fee: GuaranteeFee) -> bool:
    return member.institution_id == fee.guarantor_id


def _record(context: StepContext) -> Any:
    given = dict(context.given)
    return record_enhancement_fee(loan_id=given.pop("loan").public_id, actor=context.member, at=context.at, **given)


def _charge(context: StepContext) -> Any:
    given = dict(context.given)
    return record_guarantee_fee(guarantee_id=given.pop("guarantee").pk, actor=context.member, at=context.at, **given)


SET_RATE = Step(
    name="set",
    label="录入收费标准",
    who=allowed_for(K.FUND_OFFICE, K.CITY_INDUSTRY),
    form=forms.RateForm,
    run=lambda context: set_enhancement_fee_rate(actor=context.member, at=context.at, **context.given),
    clause="FP 1.5.2(2), D23",
    sentence="自生效日起按新标准计费，此前各日仍按原标准；录入有误的标准按更正事项办理。",
)
RECORD_ENHANCEMENT = Step(
    name="record",
    label="登记收取增信服务费",
    who=COLLECTORS,
    form=forms.EnhancementFeeForm,
    run=_record,
    clause="FP 1.5.2(2), D23, D35",
    sentence="金额由系统按“余额 × 费率 × 天数 ÷ 360”计算；由本单位另一名复核人员复核后记入增信费用池。",
)
ENHANCEMENT_STEPS_OFFERED = tuple(
    on_record(row, who=COLLECTING_CHECKERS, run=run, key="fee_id")
    for row, run in zip(ENHANCEMENT_FEE_STEPS, (check_enhancement_fee, send_back_enhancement_fee), strict=True)
)
RECORD_GUARANTEE = Step(
    name="record",
    label="登记收取担保费",
    who=GUARANTORS,
    form=forms.GuaranteeFeeForm,
    run=_charge,
    clause="FP 1.5.2(1), D23",
    sentence="登记后由本单位另一名复核人员复核，复核通过后记账。",
)
GUARANTEE_STEPS_OFFERED = tuple(
    on_record(row, who=GUARANTEE_CHECKERS, may=_guarantors, run=run, key="fee_id")
    for row, run in zip(GUARANTEE_FEE_STEPS, (check_guarantee_fee, send_back_guarantee_fee), strict=True)
)
