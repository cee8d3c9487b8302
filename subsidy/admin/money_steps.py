"""The steps of payments, of tenders and of the rate they decide."""

from typing import Any

from common.admin import Do, ReasonForm, Step, by, states
from common.enums import Category
from parties.enums import InstitutionKind, Role
from parties.models import Member
from subsidy.admin import forms
from subsidy.enums import PaymentState, TenderState
from subsidy.models import Payment
from subsidy.services import payments, tenders

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
RATE_KEEPERS = by(K.CITY_INDUSTRY, K.CITY_TREASURY)


def _decide(do: Do) -> Any:
    given = dict(do.given)
    fixed_asset, rd = given.pop("fixed_asset"), given.pop("rd")
    first, second = given.pop("fixed_asset_weight"), given.pop("rd_weight")
    weights = {Category.FIXED_ASSET: first, Category.RD: second} if first and second else None
    return tenders.decide_rate(
        fixed_asset_tender_id=str(fixed_asset.public_id),
        rd_tender_id=str(rd.public_id),
        weights=weights,
        actor=do.member,
        at=do.at,
        **given,
    )


NEW_TENDER = Step(
    name="open",
    label="登记招标",
    who=RATE_KEEPERS,
    form=forms.TenderForm,
    run=lambda do: tenders.open_tender(actor=do.member, at=do.at, **(dict(do.given) | {"category": Category(do.given["category"])})),
    clause="FP 1.4.2",
)
TENDER_STEPS = (
    Step(
        name="bid",
        label="登记投标",
        who=RATE_KEEPERS,
        states=states(TenderState.OPEN),
        form=forms.BidForm,
        run=lambda do: tenders.record_bid(tender_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
        clause="FP 1.4.2",
    ),
    Step(
        name="close",
        label="定标",
        who=RATE_KEEPERS,
        states=states(TenderState.OPEN),
        form=forms.CloseForm,
        run=lambda do: tenders.close_tender(tender_id=str(do.obj.public_id), actor=do.member, at=do.at, **do.given),
        clause="FP 1.4.2",
        tone="main",
    ),
)
NEW_DECISION = Step(
    name="decide",
    label="核定综合利率",
    who=RATE_KEEPERS,
    form=forms.DecisionForm,
    run=_decide,
    clause="FP 1.4.2",
    sentence="两类贷款的中标利率加权得出统一综合利率，自生效日起作为所有合作银行的回报利率。",
)
