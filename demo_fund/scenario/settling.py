"""How each quarter of the demo is settled: drafted, confirmed, reviewed, filed, paid."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from common.enums import Mode
from demo_fund.places import BANKS, PLACES
from demo_fund.player import Step
from demo_fund.stage import Stage
from parties.models import Institution
from subsidy.enums import ObjectionState, PaymentKind, PaymentState, SettlementState
from subsidy.models import Payment, Settlement
from subsidy.services.drafts import draft_due_settlements
from subsidy.services.objections import answer_objection, raise_objection
from subsidy.services.payments import Paid, check_payments, record_payments
from subsidy.services.steps import confirm_settlement, file_settlement, review_settlement, send_back_settlement

Payer = tuple[str, str]  # a kind of institution and, for counties, the district

LENDING = tuple(code for code, *_ in BANKS)
PAYERS: tuple[Payer, ...] = (("city_industry", ""), ("fund_manager", ""), *(("county_industry", place.code) for place in PLACES))
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
    actions: list[tuple[int, int, partial[None], str]] = [
        *((0, DRAFTING, partial(_draft, stage, bank), f"drafts:{bank}") for bank in LENDING),
        *((5, 81, partial(_confirm, stage, held, bank), bank) for bank in LENDING),
        (9, 83, partial(_review, stage), ""),
        *((14, 85, partial(_file, stage, position, bank), bank) for position, bank in enumerate(LENDING, start=1)),
        *((days, 86, partial(_record_payments, stage, payer), _lane(payer)) for days in (21, 27) for payer in PAYERS),
        *((days, 87, partial(_check_payments, stage, payer), _lane(payer)) for days in (24, 29) for payer in PAYERS),
    ]
    if number == SENT_BACK[0]:
        actions += [(6, 82, partial(_send_back, stage), ""), (8, 82, partial(_confirm, stage, held, SENT_BACK[1]), "")]
    if number == ANSWERED[0]:
        actions += [(10, 84, partial(_object, stage, *ANSWERED[1:]), ""), (12, 84, partial(_answer, stage, *ANSWERED[1:2]), "")]
    if is_asked:
        actions += [(10, 84, partial(_object, stage, *ASKED[:2]), "")]
    for offset, order, act, lane in actions:
        on = stage.working_day(day + timedelta(days=offset))
        if on <= stage.until:
            yield Step(on, order, act, is_plain=order != DRAFTING, lane=lane)


def _draft(stage: Stage, bank: str, at: datetime) -> None:
    draft_due_settlements(actor=stage.cast.system, at=at, bank=stage.cast.institutions[bank])


def _lane(payer: Payer) -> str:
    return " ".join(payer)


def _confirm(stage: Stage, held: Sequence[tuple[str, Mode]], bank: str, at: datetime) -> None:
    for settlement in _in_state(SettlementState.DRAFT).filter(bank__code=bank).select_related("bank", "current"):
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


def _file(stage: Stage, position: int, bank: str, at: datetime) -> None:
    undisputed = _in_state(SettlementState.REVIEWED).filter(bank__code=bank).exclude(objections__state=ObjectionState.OPEN)
    for index, settlement in enumerate(undisputed):
        number = f"泉财贴备〔{at.year}〕{at.month:02d}{position:02d}{index}号"
        actor = stage.bureau_handler("city_treasury")
        file_settlement(settlement_id=str(settlement.public_id), record_number=number, actor=actor, at=at)


def _record_payments(stage: Stage, payer: Payer, at: datetime) -> None:
    house = stage.cast.of_kind(*payer)
    paid = [Paid(str(payment.public_id), _voucher(payment, on=at.date())) for payment in _payments_of(house, PaymentState.DUE)]
    if paid:
        record_payments(paid, paid_on=at.date(), actor=stage.cast.handler(house), at=at)


def _voucher(payment: Payment, *, on: date) -> str:
    return f"{'ZF' if payment.kind == PaymentKind.SHARE else 'XT'}{on:%Y%m%d}-{payment.pk:05d}"


def _check_payments(stage: Stage, payer: Payer, at: datetime) -> None:
    house = stage.cast.of_kind(*payer)
    recorded = [str(payment.public_id) for payment in _payments_of(house, PaymentState.RECORDED)]
    if recorded:
        check_payments(recorded, actor=stage.cast.checker(house), at=at)


def _payments_of(payer: Institution, state: PaymentState) -> QuerySet[Payment]:
    return Payment.objects.filter(payer=payer, state=state).order_by("pk")


def _in_state(state: SettlementState) -> QuerySet[Settlement]:
    return Settlement.objects.filter(state=state).order_by("pk")
