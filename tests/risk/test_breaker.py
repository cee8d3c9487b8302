"""Warning, circuit breaker, cap and queue, as banks meet them."""

from datetime import date

import pytest

from common.enums import Mode
from ledger.verification import verify
from loans.services.movements.batch import NewReversal
from loans.services.movements.record import record_reversals
from notices.models import Notice
from parties.models import Institution
from parties.selectors import NoSuchInstitution, system_member
from policy.models import PolicyVersion
from risk.breaker.selectors import bank_figures_of, standing_of_bank, standings
from risk.breaker.services import evaluate_banks
from risk.claims.services.payments import NoRoomYet, NothingQueued, pay_due_claims, reapply_for_compensation
from risk.claims.transitions import ClaimState
from risk.enums import BreakerState
from risk.models import BankRisk, BreakerChange, Claim, Payment
from tests.loan_factories import noon
from tests.risk.scene import NOW, TODAY, Scene, yuan
from tests.translations import version_1


def reapply(scene: Scene) -> None:
    reapply_for_compensation(bank_id=scene.bank.public_id, reason="放款增加", actor=scene.handler, at=NOW)


def states(scene: Scene) -> list[str]:
    return list(BreakerChange.objects.filter(bank=scene.bank).order_by("id").values_list("after", flat=True))


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D19")
def test_every_change_of_state_is_recorded_with_its_figures(scene: Scene) -> None:
    scene.disburse(90_000_000)
    first, second = scene.loan(5_000_000), scene.loan(6_000_000)
    scene.bad(first)
    change = BreakerChange.objects.get()
    assert (change.before, change.after) == (BreakerState.NO_DATA, BreakerState.NORMAL)
    assert (change.disbursed, change.bad_debt, str(change.rate)) == (yuan(101_000_000), yuan(5_000_000), "0.049504")
    scene.bad(second)
    assert states(scene) == ["normal", "suspended"]
    scene.recovered(second.bad_debt, 2_000_000)
    assert states(scene) == ["normal", "suspended", "warning"]
    assert BankRisk.objects.get(bank=scene.bank).state == BreakerState.WARNING
    told = set(Notice.objects.filter(kind="breaker").values_list("institution__code", flat=True))
    assert {"city-industry", "city-treasury", "regulator", scene.bank.code} <= told


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
def test_a_suspended_bank_is_not_paid_and_goes_on_with_new_business(scene: Scene) -> None:
    scene.disburse(40_000_000)
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))
    assert (claim.state, claim.needs_reapplication) == (ClaimState.QUEUED, True)
    assert not Payment.objects.exists()
    with pytest.raises(NoRoomYet) as refusal:
        reapply(scene)
    assert "5,000,000.00" in str(refusal.value)  # 5 M of 45 M: another 5 M of disbursement would reopen
    assert scene.disburse(5_000_000).drawn == yuan(5_000_000)
    pay_due_claims(actor=system_member(), at=NOW)
    assert not Payment.objects.exists()  # room alone is not enough: the bank applies anew
    reapply(scene)
    claim.refresh_from_db()
    assert (claim.state, Payment.objects.get().amount) == (ClaimState.PAID, yuan(4_000_000))


@pytest.mark.clause("D20")
def test_a_claim_that_crosses_the_cap_is_paid_up_to_it_and_the_rest_queues(scene: Scene) -> None:
    scene.disburse(88_000_000)
    first, second = scene.loan(9_900_000), scene.loan(1_100_000)
    assert scene.paid(scene.accepted(scene.bad(first))).state == ClaimState.PAID  # 10 % exactly: 7.92 M of a cap of 9.9 M
    scene.recovered(first.bad_debt, 4_000_000)  # recovered in part, nothing returned yet
    assert scene.paid(scene.accepted(scene.bad(second))).state == ClaimState.PAID
    third = scene.paid(scene.accepted(scene.bad(scene.loan(2_000_000))))
    # cap 10.1 M, 8.8 M spent: 1.3 M of 1.6 M
    assert (third.state, third.needs_reapplication) == (ClaimState.PART_PAID, True)
    with pytest.raises(NoRoomYet) as refusal:
        reapply(scene)
    # 1 cent back, or 10 cents more disbursed, and a cent may be paid
    assert "退回已付补偿至少 0.01 元或增加放款至少 0.10 元" in str(refusal.value)
    assert "追回坏账" not in str(refusal.value)
    payment = Payment.objects.get(claim=third)
    assert (payment.amount, payment.cap_left, payment.compensated) == (yuan(1_300_000), yuan(1_300_000), yuan(8_800_000))
    position = bank_figures_of(scene.bank)
    assert position.compensated == yuan(10_100_000) == position.disbursed / 10


@pytest.mark.clause("D20")
@pytest.mark.clause("D21")
def test_room_appears_when_money_is_returned_and_the_queue_goes_by_date(scene: Scene) -> None:
    scene.disburse(36_000_000)
    loans = [scene.loan(2_000_000) for _ in range(4)]
    for loan in loans[:2]:
        scene.paid(scene.accepted(scene.bad(loan)))
    recoveries = [scene.recovered(loan.bad_debt, 1_900_000) for loan in loans[:2]]
    accepted = [scene.accepted(scene.bad(loan), at=noon(date(2025, 3, 12 - n))) for n, loan in enumerate(loans[2:])]
    later, earlier = [scene.paid(claim, at=noon(date(2025, 3, 13))) for claim in accepted]
    assert [(later.state, later.needs_reapplication), (earlier.state, earlier.needs_reapplication)] == [
        (ClaimState.PART_PAID, True),
        (ClaimState.QUEUED, True),
    ]
    for recovery in recoveries:
        scene.returned(recovery, on=date(2025, 3, 13))
    reapply_for_compensation(bank_id=scene.bank.public_id, reason="已退回", actor=scene.handler, at=noon(date(2025, 3, 13)))
    last_two = Payment.objects.order_by("-id")[:2]
    assert [(payment.claim, payment.amount) for payment in last_two] == [(later, yuan(400_000)), (earlier, yuan(1_600_000))]
    assert set(Claim.objects.filter(loan__in=loans[2:]).values_list("state", flat=True)) == {ClaimState.PAID}


def test_without_a_queue_there_is_nothing_to_apply_for(scene: Scene) -> None:
    scene.disburse(10_000_000)
    with pytest.raises(NothingQueued):
        reapply(scene)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D34")
def test_the_daily_look_finds_what_drawdowns_did(scene: Scene) -> None:
    job = system_member()
    evaluate_banks(actor=job, at=NOW)
    assert not BreakerChange.objects.exists()  # no disbursement: no data
    loan = scene.loan(5_000_000)
    scene.bad(loan)
    assert states(scene) == ["suspended"]
    scene.disburse(46_000_000)
    assert evaluate_banks(actor=job, at=NOW) == 1
    assert evaluate_banks(actor=job, at=NOW) == 0
    assert states(scene) == ["suspended", "warning"]


@pytest.mark.clause("FP 1.5.3")
def test_the_radar_of_all_banks_is_one_query(scene: Scene, django_assert_num_queries: object) -> None:
    scene.disburse(90_000_000)
    scene.bad(scene.loan(6_000_000))
    overdue = scene.loan(4_000_000)
    scene.other_bank()
    banks = Institution.objects.filter(kind="bank").order_by("pk")
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = standings(banks, on=TODAY)
    own = next(one for one in found if one.bank == scene.bank)
    alone = standing_of_bank(scene.bank, on=TODAY)
    assert (own.figures, own.headroom, own.radar) == (alone.figures, alone.headroom, alone.radar)
    assert own.figures.disbursed == yuan(100_000_000)
    assert (own.radar.to_suspension, own.headroom.state) == (yuan(4_000_000), BreakerState.WARNING)
    assert overdue.overdue == 0
    assert next(one for one in found if one.bank != scene.bank).headroom.state == BreakerState.NO_DATA


@pytest.mark.clause("FP 1.5.3")
def test_what_stands_in_one_bank_s_way_does_not_keep_the_others_from_being_paid(scene: Scene) -> None:
    other = scene.other_bank()
    claims = []
    for bank, mode in ((scene.bank, Mode.TRUST), (other, Mode.SPECIAL)):
        scene.disburse(40_000_000, bank=bank)
        claim = Claim.objects.get(pk=scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000, mode=mode, bank=bank)))).pk)
        claim.release(by=scene.payers_of(claim)[1])
        claim.save()
        claims.append(claim)
    treasury = Institution.objects.get(kind="county_treasury", district=claims[0].loan.district)
    Institution.objects.filter(pk=treasury.pk).update(is_active=False)
    with pytest.raises(NoSuchInstitution):
        pay_due_claims(actor=system_member(), at=NOW)
    assert Payment.objects.get().claim == claims[1]
    Institution.objects.filter(pk=treasury.pk).update(is_active=True)
    assert pay_due_claims(actor=system_member(), at=NOW) == 1
    Institution.objects.filter(pk=treasury.pk).update(is_active=False)
    assert list(verify()) == []


@pytest.mark.clause("D20")
def test_a_drawdown_taken_back_after_the_payment_lets_nothing_more_through(scene: Scene) -> None:
    """50 M disbursed and 0.8 M paid; 43 M turn out never to have been drawn: the cap is 0.7 M, and what was paid in order stays paid."""
    wrong = scene.disburse(43_000_000)
    scene.disburse(6_000_000)
    first = scene.loan(1_000_000)
    scene.paid(scene.accepted(scene.bad(first)))
    item = NewReversal(movement_id=wrong.movements.get().public_id, bank_reference="CZ1", reason="重复登记")
    record_reversals([item], actor=scene.handler, checked_by=scene.checker, at=NOW)
    evaluate_banks(actor=system_member(), at=NOW)
    assert states(scene)[-1] == "suspended"
    scene.recovered(first.bad_debt, 950_000)
    standing = standing_of_bank(scene.bank, on=TODAY)
    assert (standing.headroom.state, standing.headroom.cap, standing.headroom.cap_left) == (BreakerState.NORMAL, yuan(700_000), 0)
    assert (standing.radar.return_for_room, standing.radar.disbursement_for_room) == (yuan("100000.01"), yuan("1000000.10"))
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(10_000))))
    assert (claim.state, claim.needs_reapplication, Payment.objects.count()) == (ClaimState.QUEUED, True, 1)
    assert list(verify()) == []


@pytest.mark.clause("D38")
def test_the_cap_is_that_of_the_version_in_force_on_the_day_of_payment(scene: Scene) -> None:
    """The loan is of version 1 (10 %); a version from the day of payment on gives 1 % of 31 M: 0.31 M of 0.8 M."""
    scene.disburse(30_000_000)
    claim = scene.accepted(scene.bad(scene.loan(1_000_000)))
    terms = version_1().as_json()
    terms["risk"]["compensation_cap_rate"] = "0.01"
    PolicyVersion.objects.filter(number=1).update(valid_until=TODAY)
    PolicyVersion.objects.create(number=2, name="修订", valid_from=TODAY, terms=terms)
    claim = scene.paid(claim)
    payment = Payment.objects.get()
    assert (claim.state, payment.amount, payment.policy_version.number) == (ClaimState.PART_PAID, yuan(310_000), 2)
    assert claim.shares is not None
    assert claim.shares.guarantor == yuan(800_000)  # the tier is the loan's own


@pytest.mark.clause("D25")
@pytest.mark.clause("D38")
def test_after_the_plan_s_end_its_last_version_still_pays(scene: Scene) -> None:
    scene.disburse(30_000_000)
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000))), at=noon(date(2026, 1, 15)))
    payment = Payment.objects.get()
    assert (claim.state, payment.paid_on, payment.policy_version.number) == (ClaimState.PAID, date(2026, 1, 15), 1)
