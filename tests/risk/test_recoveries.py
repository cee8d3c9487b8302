"""What comes back of a bad debt: one way in, costs met first, many small recoveries as one large one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import InternalError

from common.enums import Mode
from loans.enums import MovementKind
from loans.models import Loan, Movement
from loans.movement_steps import NewMovement
from loans.services.movements.batch import NewReversal
from loans.services.movements.record import RecognisedBad, record_cures, record_drawdowns, record_repayments, record_reversals
from loans.services.proposals import confirm_proposals, propose_movements, propose_reversals
from risk.breaker.selectors import bank_figures_of
from risk.claims.services.examining import accept_claim, begin_review
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.models import BadDebt, Recovery, Return
from risk.recoveries.rules import RecoveryExceedsPaid
from risk.recoveries.services.records import (
    CostsUnexplained,
    RecoveryDated,
    ReferenceUsed,
    check_recovery,
    record_recovery,
    send_back_recovery,
)
from tests.factories import MemberFactory
from tests.loan_factories import move, noon
from tests.risk.scene import BAD_ON, DRAWN_ON, NOW, TODAY, Scene, yuan


def moved(loan: Loan, reference: str = "HK1", amount: int = 100_000) -> NewMovement:
    return NewMovement(loan_id=loan.public_id, amount=yuan(amount), value_on=TODAY, bank_reference=reference)


def repaid(scene: Scene, loan: Loan) -> Any:
    return record_repayments([moved(loan)], actor=scene.handler, checked_by=scene.checker, at=NOW)


def drawn(scene: Scene, loan: Loan) -> Any:
    return record_drawdowns([moved(loan)], actor=scene.handler, checked_by=scene.checker, at=NOW)


def cured(scene: Scene, loan: Loan) -> Any:
    return record_cures([moved(loan)], actor=scene.handler, checked_by=scene.checker, at=NOW)


def drawdown_reversed(scene: Scene, loan: Loan) -> Any:
    movement = loan.movements.get(kind=MovementKind.DRAWDOWN)
    item = NewReversal(movement_id=movement.public_id, bank_reference="CZ1", reason="重复登记")
    return record_reversals([item], actor=scene.handler, checked_by=scene.checker, at=NOW)


def proposed(scene: Scene, loan: Loan) -> Any:
    return propose_movements([moved(loan)], kind=MovementKind.REPAYMENT, actor=scene.handler, at=NOW)


def reversal_proposed(scene: Scene, loan: Loan) -> Any:
    movement = loan.movements.get(kind=MovementKind.DRAWDOWN)
    item = NewReversal(movement_id=movement.public_id, bank_reference="CZ1", reason="重复登记")
    return propose_reversals([item], actor=scene.handler, at=NOW)


def by_program(scene: Scene, loan: Loan) -> Any:
    program = MemberFactory(institution=scene.bank, kind="program")
    return record_repayments([moved(loan)], actor=program, at=NOW)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D21")
def test_what_was_sent_back_is_recorded_anew_under_the_bank_s_own_reference(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    wrong = recorded(scene, bad_debt, 100_000)
    send_back_recovery(recovery_id=wrong.public_id, reason="金额有误", actor=scene.checker, at=NOW)
    right = recorded(scene, bad_debt, 100_001)
    assert right != wrong
    assert recorded(scene, bad_debt, 100_001) == right
    check_recovery(recovery_id=right.public_id, actor=scene.checker, at=NOW)
    assert bank_figures_of(scene.bank).recovered == yuan(100_001)
    with pytest.raises(ReferenceUsed):
        recorded(scene, bad_debt, 100_000)


@pytest.mark.clause("D21")
@pytest.mark.parametrize("way", [repaid, drawn, cured, drawdown_reversed, proposed, reversal_proposed, by_program])
def test_money_comes_back_of_a_bad_debt_as_a_recovery_and_no_other_way(scene: Scene, way: Callable[[Scene, Loan], Any]) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(RecognisedBad) as refusal:
        way(scene, bad_debt.loan)
    assert "追偿收回" in str(refusal.value)
    assert bad_debt.loan.movements.count() == 2


def test_what_was_proposed_before_the_recognition_is_not_confirmed_after_it(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    [proposal] = propose_movements([moved(loan)], kind=MovementKind.REPAYMENT, actor=scene.handler, at=NOW)
    scene.bad(loan)
    with pytest.raises(RecognisedBad):
        confirm_proposals([proposal.public_id], actor=scene.checker, at=NOW)


def test_a_loan_once_bad_stays_bad(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(InternalError, match="Cannot update rows"):
        Loan.objects.filter(pk=bad_debt.loan_id).update(recognised_bad_on=None)


def test_a_repayment_of_before_is_given_back_when_it_is_sent_again(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    [movement] = record_repayments([moved(loan)], actor=scene.handler, checked_by=scene.checker, at=NOW)
    loan.refresh_from_db()
    assert scene.bad(loan, on=TODAY).principal == yuan(900_000)
    assert record_repayments([moved(loan)], actor=scene.handler, checked_by=scene.checker, at=NOW) == [movement]


def test_what_falls_due_later_may_still_become_overdue(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    classify_loan(loan_id=loan.public_id, grade="loss", on=BAD_ON, reason="停产", actor=scene.handler, at=NOW)
    recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW)
    move(loan, MovementKind.OVERDUE, "1.00", TODAY)
    wrong = loan.movements.get(kind=MovementKind.OVERDUE)
    item = NewReversal(movement_id=wrong.public_id, bank_reference="CZ1", reason="未到期")
    record_reversals([item], actor=scene.handler, checked_by=scene.checker, at=NOW)
    loan.refresh_from_db()
    assert (loan.performing, loan.overdue) == (yuan(1_000_000), 0)


@pytest.mark.clause("D16")
@pytest.mark.parametrize("mode", [Mode.SPECIAL, Mode.TRUST])
def test_a_checked_recovery_lessens_the_loan_by_what_it_nets(scene: Scene, mode: Mode) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000, mode=mode))
    recovery = scene.recovered(bad_debt, 250_000, 10_000)
    loan = Loan.objects.get(pk=bad_debt.loan_id)
    assert (loan.balance.outstanding, loan.recognised_bad_on) == (yuan(760_000), BAD_ON)
    movement = Movement.objects.get(kind=MovementKind.REPAYMENT)
    assert (movement.amount, movement.bank_reference, movement.value_on) == (yuan(240_000), recovery.bank_reference, TODAY)
    assert (movement.made_by, movement.checked_by) == (scene.handler, scene.checker)


def test_a_recovery_not_checked_lessens_nothing(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    recovery = recorded(scene, bad_debt, 250_000)
    send_back_recovery(recovery_id=recovery.public_id, reason="重复登记", actor=scene.checker, at=NOW)
    assert Loan.objects.get(pk=bad_debt.loan_id).balance.outstanding == yuan(1_000_000)
    assert (bank_figures_of(scene.bank).recovered, recovery.number) == (0, None)


def recorded(scene: Scene, bad_debt: BadDebt, amount: int, reference: str = "ZC1") -> Recovery:
    return record_recovery(
        bad_debt_id=bad_debt.public_id,
        amount=yuan(amount),
        costs=yuan(0),
        received_on=TODAY,
        bank_reference=reference,
        actor=scene.handler,
        at=NOW,
    )


def test_one_reference_is_one_receipt(scene: Scene) -> None:
    other = scene.loan(1_000_000)
    record_repayments([moved(other, "HK1")], actor=scene.handler, checked_by=scene.checker, at=NOW)
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(ReferenceUsed):
        recorded(scene, bad_debt, 100_000, "HK1")
    first = recorded(scene, bad_debt, 100_000)
    assert recorded(scene, bad_debt, 100_000) == first
    with pytest.raises(ReferenceUsed):
        recorded(scene, bad_debt, 100_001)


@pytest.mark.clause("D21")
@pytest.mark.parametrize(
    ("pieces", "nets"),
    [
        pytest.param([(100_000, 150_000), (200_000, 0)], [0, 150_000], id="costs that one did not meet are met by the next"),
        pytest.param([(200_000, 0), (100_000, 150_000), (80_000, 0)], [200_000, 0, 30_000], id="what was shared back stays"),
        pytest.param([(100_000, 60_000), (100_000, 40_000), (100_000, 50_000)], [40_000, 60_000, 50_000], id="small ones"),
        pytest.param([(300_000, 150_000)], [150_000], id="one large one"),
    ],
)
def test_many_small_recoveries_give_what_one_large_one_gives(scene: Scene, pieces: list[tuple[int, int]], nets: list[int]) -> None:
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    scene.paid(scene.accepted(bad_debt))
    found = [scene.recovered(bad_debt, amount, costs) for amount, costs in pieces]
    assert [recovery.net for recovery in found] == [yuan(net) for net in nets]
    assert [recovery.number for recovery in found] == list(range(1, len(pieces) + 1))
    back = sum((row.amount for row in Return.objects.all()), Decimal(0))
    assert back == yuan(sum(nets)) * Decimal("0.8")


@pytest.mark.clause("D21")
def test_what_comes_back_beyond_the_claim_is_the_bank_s(scene: Scene) -> None:
    """1,000,000 lost, 600,000 claimed: the guarantor bears 480,000, and has all of it back once 600,000 came back."""
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt, yuan(600_000))
    begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    accept_claim(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    scene.paid(claim)
    scene.returned(scene.recovered(bad_debt, 550_000))
    assert scene.balances()["guarantor"] == yuan(-40_000)
    scene.returned(scene.recovered(bad_debt, 450_000))
    assert scene.balances()["guarantor"] == 0
    with pytest.raises(RecoveryExceedsPaid):
        scene.recovered(bad_debt, "0.01")
    assert bank_figures_of(scene.bank).net_bad_debt == 0


def test_a_recovery_dated_before_the_debt_was_bad_is_refused(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(RecoveryDated):
        scene.recovered(bad_debt, 1, on=DRAWN_ON, at=noon(TODAY))


@pytest.mark.clause("D21")
def test_costs_above_what_came_back_are_explained(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    asked = {"bad_debt_id": bad_debt.public_id, "amount": yuan(100), "received_on": TODAY, "actor": scene.handler, "at": NOW}
    record_recovery(costs=yuan(100), bank_reference="ZC1", **asked)
    with pytest.raises(CostsUnexplained):
        record_recovery(costs=yuan("100.01"), bank_reference="ZC2", remark=" ", **asked)
    record_recovery(costs=yuan("100.01"), bank_reference="ZC2", remark="评估费", **asked)
