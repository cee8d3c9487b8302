"""How each quarter of the demo is settled: drafted, confirmed, reviewed, filed, paid."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from common.enums import Mode
from demo_fund.player import Step
from demo_fund.stage import Stage
from subsidy.enums import PaymentKind, PaymentState, SettlementState
from subsidy.models import Payment, Settlement
from subsidy.services.drafts import draft_due_settlements
from subsidy.services.objections import answer_objection, raise_objection
from subsidy.services.payments import check_payment, record_payment
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement, send_back_settlement

SENT_BACK = (date(2024, 6, 21), "donghai")  # the bank finds that a repayment of its own was missing
OBJECTED = (date(2025, 3, 21), "350524")  # the county asks about an enterprise that moved


def settling_steps(stage: Stage) -> Iterator[Step]:
    """Yield the settlement of every quarter that is over early enough to be paid by the demo's last day."""
    for year in range(2023, stage.until.year + 1):
        for month in (3, 6, 9, 12):
            day = date(year, month, 21)
            yield from _quarter_steps(stage, day)


def _quarter_steps(stage: Stage, day: date) -> Iterator[Step]:
    """Yield one quarter's steps; ``day`` is the first day after it."""
    acts = [
        (0, 80, partial(_draft, stage)),
        (5, 81, partial(_confirm, stage)),
        (9, 83, partial(_review, stage)),
        (14, 85, partial(_file, stage)),
        (21, 86, partial(_record_payments, stage)),
        (24, 87, partial(_check_payments, stage)),
        (27, 88, partial(_record_payments, stage)),
        (29, 89, partial(_check_payments, stage)),
    ]
    if day == SENT_BACK[0]:
        acts += [(6, 82, partial(_send_back, stage)), (8, 82, partial(_confirm, stage))]
    if day == OBJECTED[0]:
        acts += [(10, 84, partial(_object, stage)), (12, 84, partial(_answer, stage))]
    for offset, order, act in acts:
        on = stage.working_day(day + timedelta(days=offset))
        if on <= stage.until:
            yield Step(on, order, act)


def _draft(stage: Stage, at: datetime) -> None:
    draft_due_settlements(actor=stage.cast.system, at=at)


def _confirm(stage: Stage, at: datetime) -> None:
    for settlement in _in_state(SettlementState.DRAFT).select_related("bank", "current"):
        if settlement.current is None:
            continue
        confirmer = stage.cast.of_kind("fund_manager") if settlement.mode == Mode.TRUST else settlement.bank
        actor = stage.cast.checker(confirmer)
        confirm_settlement(settlement_id=str(settlement.public_id), sha256=settlement.current.sha256, actor=actor, at=at)


def _send_back(stage: Stage, at: datetime) -> None:
    settlement = _in_state(SettlementState.CONFIRMED).filter(bank__code=SENT_BACK[1]).first()
    if settlement is not None:
        reason = "该行来函称有一笔还本尚未登记，退回重算。"
        actor = stage.bureau_handler("city_industry")
        send_back_settlement(settlement_id=str(settlement.public_id), reason=reason, actor=actor, at=at)


def _review(stage: Stage, at: datetime) -> None:
    for settlement in _in_state(SettlementState.CONFIRMED):
        review_settlement(settlement_id=str(settlement.public_id), actor=stage.bureau_handler("city_industry"), at=at, remark="金额无误")


def _object(stage: Stage, at: datetime) -> None:
    settlement = _in_state(SettlementState.REVIEWED).filter(current__shares__district__code=OBJECTED[1]).first()
    if settlement is not None:
        reason = "有一户企业的所得税归属疑已变更，请核实其贴息是否应由本县承担。"
        raise_objection(settlement_id=str(settlement.public_id), reason=reason, actor=stage.county_handler(OBJECTED[1]), at=at)


def _answer(stage: Stage, at: datetime) -> None:
    for settlement in _in_state(SettlementState.REVIEWED):
        for objection in settlement.objections.filter(state="open"):
            answer = "按首次放款日的所得税归属核定(依据《实施方案》一(四)1)，该户首次放款时归属贵县，承担县不变。"
            actor = stage.bureau_handler("city_industry")
            answer_objection(objection_id=str(objection.public_id), answer=answer, actor=actor, at=at)


def _file(stage: Stage, at: datetime) -> None:
    for index, settlement in enumerate(_in_state(SettlementState.REVIEWED), start=1):
        number = f"泉财贴备〔{at.year}〕{at.month:02d}{index:02d}号"
        actor = stage.bureau_handler("city_treasury")
        file_settlement(settlement_id=str(settlement.public_id), record_number=number, actor=actor, at=at)


def _record_payments(stage: Stage, at: datetime) -> None:
    for payment in Payment.objects.filter(state=PaymentState.DUE).select_related("payer").order_by("pk"):
        voucher = f"{'ZF' if payment.kind == PaymentKind.SHARE else 'XT'}{at:%Y%m%d}-{payment.pk:05d}"
        actor = stage.cast.handler(payment.payer)
        record_payment(payment_id=str(payment.public_id), paid_on=at.date(), voucher=voucher, actor=actor, at=at)


def _check_payments(stage: Stage, at: datetime) -> None:
    for payment in Payment.objects.filter(state=PaymentState.RECORDED).select_related("payer").order_by("pk"):
        check_payment(payment_id=str(payment.public_id), actor=stage.cast.checker(payment.payer), at=at)


def _in_state(state: SettlementState) -> QuerySet[Settlement]:
    return Settlement.objects.filter(state=state).order_by("pk")
