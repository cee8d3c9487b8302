"""How each quarter of the demo is settled: drafted, confirmed, reviewed, filed, paid."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby

from django.db.models import QuerySet

from common.enums import Mode
from demo_fund.player import Step
from demo_fund.stage import Stage
from parties.models import Institution
from subsidy.enums import ObjectionState, PaymentKind, PaymentState, SettlementState
from subsidy.models import Payment, Settlement
from subsidy.services.drafts import draft_due_settlements
from subsidy.services.objections import answer_objection, raise_objection
from subsidy.services.payments import Paid, check_payments, record_payments
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement, send_back_settlement

DRAFTING = 80  # what comes first of a quarter's steps
SENT_BACK = (-6, "minnan")  # in the sixth quarter from the end the bank finds that a repayment of its own was missing
ANSWERED = (-4, "minnan", "350581")  # in the fourth a county asks about an enterprise that moved, and is answered
ASKED = ("qingyuan", "350581", 15)  # in the last one so many days old another question is open
UNCONFIRMED = (("citong", Mode.SPECIAL), ("luoyang", Mode.TRUST))  # whoever has not confirmed the last draft


def settling_steps(stage: Stage) -> Iterator[Step]:
    """Yield the settlement of every quarter that is over early enough to be paid by the demo's last day."""
    quarters = [day for day in stage.window.quarter_starts() if stage.working_day(day) <= stage.until]
    settled_long_ago = [day for day in quarters if stage.working_day(day + timedelta(days=ASKED[2])) <= stage.until]
    for number, day in enumerate(quarters, start=-len(quarters)):
        yield from _quarter_steps(stage, day, number, is_asked=day == settled_long_ago[-1])


def _quarter_steps(stage: Stage, day: date, number: int, *, is_asked: bool) -> Iterator[Step]:
    """Yield one quarter's steps; ``day`` is the first day after it, ``number`` counts back from the last one, -1."""
    held = UNCONFIRMED if number == -1 else ()
    acts = [
        (0, DRAFTING, partial(_draft, stage)),
        (5, 81, partial(_confirm, stage, held)),
        (9, 83, partial(_review, stage)),
        (14, 85, partial(_file, stage)),
        (21, 86, partial(_record_payments, stage)),
        (24, 87, partial(_check_payments, stage)),
        (27, 88, partial(_record_payments, stage)),
        (29, 89, partial(_check_payments, stage)),
    ]
    if number == SENT_BACK[0]:
        acts += [(6, 82, partial(_send_back, stage)), (8, 82, partial(_confirm, stage, held))]
    if number == ANSWERED[0]:
        acts += [(10, 84, partial(_object, stage, *ANSWERED[1:])), (12, 84, partial(_answer, stage, *ANSWERED[1:2]))]
    if is_asked:
        acts += [(10, 84, partial(_object, stage, *ASKED[:2]))]
    for offset, order, act in acts:
        on = stage.working_day(day + timedelta(days=offset))
        if on <= stage.until:
            yield Step(on, order, act, is_plain=order != DRAFTING)


def _draft(stage: Stage, at: datetime) -> None:
    draft_due_settlements(actor=stage.cast.system, at=at)


def _confirm(stage: Stage, held: Sequence[tuple[str, Mode]], at: datetime) -> None:
    for settlement in _in_state(SettlementState.DRAFT).select_related("bank", "current"):
        if settlement.current is None or (settlement.bank.code, settlement.mode) in held:
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


def _object(stage: Stage, bank: str, district: str, at: datetime) -> None:
    settlement = _in_state(SettlementState.REVIEWED).filter(bank__code=bank, current__shares__district__code=district).first()
    if settlement is not None:
        reason = "有一户企业的所得税归属疑已变更，请核实其贴息是否应由本县承担。"
        raise_objection(settlement_id=str(settlement.public_id), reason=reason, actor=stage.county_handler(district), at=at)


def _answer(stage: Stage, bank: str, at: datetime) -> None:
    for settlement in _in_state(SettlementState.REVIEWED).filter(bank__code=bank):
        for objection in settlement.objections.filter(state="open"):
            answer = "按首次放款日的所得税归属核定(依据《实施方案》一(四)1)，该户首次放款时归属贵县，承担县不变。"
            actor = stage.bureau_handler("city_industry")
            answer_objection(objection_id=str(objection.public_id), answer=answer, actor=actor, at=at)


def _file(stage: Stage, at: datetime) -> None:
    undisputed = _in_state(SettlementState.REVIEWED).exclude(objections__state=ObjectionState.OPEN)
    for index, settlement in enumerate(undisputed, start=1):
        number = f"泉财贴备〔{at.year}〕{at.month:02d}{index:02d}号"
        actor = stage.bureau_handler("city_treasury")
        file_settlement(settlement_id=str(settlement.public_id), record_number=number, actor=actor, at=at)


def _record_payments(stage: Stage, at: datetime) -> None:
    for payer, payments in _by_payer(PaymentState.DUE):
        paid = [Paid(str(payment.public_id), _voucher(payment, on=at.date())) for payment in payments]
        record_payments(paid, paid_on=at.date(), actor=stage.cast.handler(payer), at=at)


def _voucher(payment: Payment, *, on: date) -> str:
    return f"{'ZF' if payment.kind == PaymentKind.SHARE else 'XT'}{on:%Y%m%d}-{payment.pk:05d}"


def _check_payments(stage: Stage, at: datetime) -> None:
    for payer, payments in _by_payer(PaymentState.RECORDED):
        check_payments([str(payment.public_id) for payment in payments], actor=stage.cast.checker(payer), at=at)


def _by_payer(state: PaymentState) -> list[tuple[Institution, list[Payment]]]:
    """Return the payments in a state as each payer's list."""
    payments = Payment.objects.filter(state=state).select_related("payer").order_by("payer_id", "pk")
    return [(payer, list(group)) for payer, group in groupby(payments, key=lambda payment: payment.payer)]


def _in_state(state: SettlementState) -> QuerySet[Settlement]:
    return Settlement.objects.filter(state=state).order_by("pk")
