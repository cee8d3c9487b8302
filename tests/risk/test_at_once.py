"""Several at once with connections of their own: the cap holds, the pool is never overdrawn, nothing is paid twice."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django_fsm import TransitionNotAllowed

from common.enums import Mode
from ledger.models import Entry, Leg
from ledger.selectors import unbalanced_total
from ledger.verification import verify
from loans.movement_steps import NewMovement
from loans.services.movements.record import RecognisedBad, record_repayments
from risk.breaker.rules import headroom
from risk.breaker.selectors import bank_figures_of
from risk.claims.services.payments import release_payment
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.models import Payment, Recovery
from risk.recoveries.rules import RecoveryExceedsPaid
from risk.recoveries.services.records import check_recovery, record_recovery
from tests.risk.scene import BAD_ON, NOW, TODAY, Scene, make_scene, yuan
from tests.translations import version_1

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return make_scene()


def at_once(calls: list[Callable[[], Any]]) -> list[Exception | None]:
    """Run the calls in threads that start together; return what each raised."""
    start = threading.Barrier(len(calls))
    raised: list[Exception | None] = [None] * len(calls)

    def run(n: int, call: Callable[[], Any]) -> None:
        try:
            start.wait()
            call()
        except Exception as error:
            raised[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def releasing(scene: Scene, claim: Any) -> Callable[[], Any]:
    _, checker = scene.payers_of(claim)
    return lambda: release_payment(claim_id=claim.public_id, actor=checker, at=NOW)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
def test_twenty_payments_at_once_never_exceed_the_cap(scene: Scene) -> None:
    scene.disburse(160_000_000)
    early = [scene.loan(1_000_000) for _ in range(10)]
    late = [scene.loan(1_000_000) for _ in range(20)]
    for loan in early:
        scene.paid(scene.accepted(scene.bad(loan)))
    for loan in early:
        scene.recovered(loan.bad_debt, 1_000_000)  # recovered and not yet returned: 8 M still count as compensated
    claims = [scene.proposed(scene.accepted(scene.bad(loan))) for loan in late[:17]]
    for loan in late[17:]:
        claims.append(scene.proposed(scene.accepted(scene.bad(loan))))
        scene.recovered(loan.bad_debt, 1_000_000 - 1)
    raised = at_once([releasing(scene, claim) for claim in claims])
    assert raised == [None] * 20
    position = bank_figures_of(scene.bank)
    room = headroom(version_1(), position)
    assert position.compensated == room.cap == yuan(19_000_000)
    running = yuan(8_000_000)
    for payment in Payment.objects.filter(claim__in=claims).order_by("id"):
        assert payment.compensated == running
        running += payment.amount
        assert running <= yuan(19_000_000)
    assert unbalanced_total() == 0


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D23")
def test_two_payments_at_once_never_overdraw_the_pool(scene: Scene) -> None:
    scene.fill_pool(1_500_000)
    claims = []
    for bank in (scene.bank, scene.other_bank()):
        scene.disburse(50_000_000, bank=bank)
        claims.append(scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000, mode=Mode.TRUST, bank=bank)))))
    assert at_once([releasing(scene, claim) for claim in claims]) == [None, None]
    assert scene.balances()["fee_pool"] == 0
    taken = sorted(claim.shares.fee_pool for claim in claims if claim.shares is not None)
    assert taken == [yuan(500_000), yuan(1_000_000)]
    assert min(pool_after_each_entry()) >= 0


def pool_after_each_entry() -> list[Decimal]:
    balance, found = Decimal(0), []
    for amount in Leg.objects.filter(account__purpose="fee_pool").order_by("entry_id").values_list("amount", flat=True):
        balance += amount
        found.append(balance)
    return found


def test_one_claim_released_by_many_is_paid_once(scene: Scene) -> None:
    scene.disburse(50_000_000)
    claim = scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000))))
    raised = at_once([releasing(scene, claim) for _ in range(6)])
    assert sorted(type(error).__name__ for error in raised if error is not None) == [TransitionNotAllowed.__name__] * 5
    assert Payment.objects.get().amount == yuan(800_000)
    assert Entry.objects.filter(kind="compensation").count() == 1


def test_a_recovery_and_a_payment_at_once_keep_the_sums(scene: Scene) -> None:
    scene.disburse(50_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.proposed(scene.accepted(bad_debt))
    recovery = record_recovery(
        bad_debt_id=bad_debt.public_id,
        amount=yuan(400_000),
        costs=yuan(0),
        received_on=NOW.date(),
        bank_reference="ZC-1",
        actor=scene.handler,
        at=NOW,
    )
    check = lambda: check_recovery(recovery_id=recovery.public_id, actor=scene.checker, at=NOW)  # noqa: E731
    assert at_once([releasing(scene, claim), check]) == [None, None]
    recovery.refresh_from_db()
    scene.returned(recovery)
    assert scene.balances()["guarantor"] == yuan(-480_000)  # 80 % of what was finally lost, whichever came first


def test_a_repayment_and_a_recognition_at_once_lose_no_yuan(scene: Scene) -> None:
    """Either the repayment came first and the bad debt is the smaller, or it is refused; never paid back and still counted as lost."""
    for n in range(4):
        loan = scene.loan(1_000_000)
        classify_loan(loan_id=loan.public_id, grade="loss", on=BAD_ON, reason="停产", actor=scene.handler, at=NOW)
        item = NewMovement(loan_id=loan.public_id, amount=yuan(100_000), value_on=TODAY, bank_reference=f"HK{n}")
        asked = {"loan_id": loan.public_id, "reason": "停产", "actor": scene.handler, "at": NOW}
        raised = at_once(
            [
                lambda item=item: record_repayments([item], actor=scene.handler, checked_by=scene.checker, at=NOW),  # type: ignore[misc]
                lambda asked=asked: recognise_bad_debt(**asked),  # type: ignore[misc]
            ]
        )
        assert raised[1] is None
        assert raised[0] is None or isinstance(raised[0], RecognisedBad)
        loan.refresh_from_db()
        assert loan.bad_debt.principal == loan.balance.outstanding == (yuan(1_000_000) if raised[0] else yuan(900_000))


@pytest.mark.clause("D21")
def test_recoveries_checked_at_once_share_costs_and_never_exceed_the_loss(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    recorded = [
        record_recovery(
            bad_debt_id=bad_debt.public_id,
            amount=yuan(300_000),
            costs=yuan(costs),
            received_on=TODAY,
            bank_reference=f"ZC-{n}",
            remark="评估费",
            actor=scene.handler,
            at=NOW,
        )
        for n, costs in enumerate([400_000, 0, 0, 0, 0])
    ]
    raised = at_once([lambda r=r: check_recovery(recovery_id=r.public_id, actor=scene.checker, at=NOW) for r in recorded])  # type: ignore[misc]
    checked = list(Recovery.objects.filter(step="checked").order_by("number"))
    assert [one.number for one in checked] == list(range(1, len(checked) + 1))
    assert len(checked) + sum(isinstance(error, RecoveryExceedsPaid) for error in raised) == 5
    net = sum(one.net for one in checked)
    bad_debt.loan.refresh_from_db()
    assert yuan(1_000_000) - bad_debt.loan.balance.outstanding == net == bank_figures_of(scene.bank).recovered
    assert list(verify()) == []
