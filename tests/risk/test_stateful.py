"""
Random lives of loans: whatever happens in whatever order, the books balance and nobody pays more than its share.

Every write goes through its service and is sent twice; the second time nothing at all may change. ``LIVES=300 make test
ARGS=tests/risk/test_stateful.py`` plays as many lives as one wants, at night for instance.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django_fsm import TransitionNotAllowed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from common.database import nobody_waits
from common.enums import Category, Mode, Security
from common.errors import DomainError
from common.money import round_down
from ledger.models import Leg
from ledger.selectors import unbalanced_total
from ledger.verification import verify
from loans.enums import MovementKind
from loans.models import Guarantee, Loan, Movement
from loans.movement_steps import NewMovement
from loans.services.movements.batch import NewReversal
from loans.services.movements.record import record_drawdowns, record_overdues, record_repayments, record_reversals
from parties.models import Institution, Member
from parties.selectors import system_member
from policy.models import PolicyVersion
from policy.selectors.versions import version_on
from risk.breaker.selectors import bank_figures_of
from risk.breaker.services import evaluate_banks
from risk.claims.selectors.standings import standing_of_claim
from risk.claims.services.certifying import certify_loss, close_claim, propose_loss
from risk.claims.services.examining import accept_claim, begin_review, refuse_claim, withdraw_claim
from risk.claims.services.opening import file_claim, open_pursuit
from risk.claims.services.payments import pay_due_claims, propose_payment, reapply_for_compensation, release_payment
from risk.claims.transitions import ClaimState
from risk.classification.services import classify_loan, recognise_bad_debt
from risk.fees.pool import fee_pool_available
from risk.fees.services import check_enhancement_fee, record_enhancement_fee, set_enhancement_fee_rate
from risk.models import BadDebt, BreakerChange, Claim, EnhancementFee, Payment, PaymentPart, Reapplication, Recovery, Return, Share
from risk.recoveries.services.records import check_recovery, record_recovery
from risk.recoveries.services.returns import check_return, record_return
from tests.loan_factories import BankQuotaFactory, ReturnRateFactory, noon
from tests.risk.scene import Scene, make_scene, yuan
from tests.translations import version_1

BEGIN, LAST = date(2024, 5, 6), date(2025, 3, 20)
LIVES = int(os.environ.get("LIVES", "10"))
AMOUNTS = st.sampled_from(["1.01", "999999.99", "1000000.00", "10000000.00"])
KINDS = st.sampled_from([(Mode.SPECIAL, Category.RD), (Mode.TRUST, Category.RD), (Mode.TRUST, Category.FIXED_ASSET)])
PARTS = st.sampled_from(["0.0001", "0.3333", "0.5", "1"])
PICK = st.integers(0, 9)
EVERYTHING: tuple[type[Model], ...] = (
    Leg, Movement, BadDebt, Claim, Share, Payment, PaymentPart, Recovery, Return, Reapplication, EnhancementFee, BreakerChange, Guarantee,
)  # fmt: skip


def everything() -> list[list[tuple[Any, ...]]]:
    """Return every row of what risk and its loans have written."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in EVERYTHING]


class Lives(RuleBasedStateMachine):
    """Two banks, three kinds of loans, and everything that may befall them."""

    seen: Counter[str] = Counter()  # what happened over all lives

    @initialize(steps=st.integers(0, 3), is_tight=st.booleans())
    def begin(self, steps: int, is_tight: bool) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.scene: Scene = make_scene()
        self.day, self.seconds, self.versions, self.references = BEGIN, 0, 1, 0
        self.banks: list[Institution] = [self.scene.bank, self.scene.other_bank()]
        ReturnRateFactory()
        for bank in self.banks:
            for mode in Mode:
                BankQuotaFactory(bank=bank, mode=mode)
        set_enhancement_fee_rate(
            rate=Decimal("0.30"), from_on=date(2024, 1, 1), document_number="x", actor=self.scene.city_handler, at=self.now
        )
        if is_tight:
            self.change_the_policy("0.02")  # the first claim is then paid in part
        self.begin_with_a_claim(steps)

    def begin_with_a_claim(self, steps: int) -> None:
        """Let every life begin where the interesting part does: one loan gone bad, its claim payable, then paid, recovered, returned."""
        self.drawn(0, Mode.SPECIAL, Category.FIXED_ASSET, "30000000.00")
        loan = self.drawn(0, Mode.SPECIAL, Category.RD, "1000000.00")
        self.gone_bad(loan)
        self.file(0)
        self.examine(0, "accepted")
        assert Claim.objects.get().state == ClaimState.PAYABLE
        for step in (lambda: self.pay(0), lambda: self.recover(0, "0.3333", 10**5, True), lambda: self.give_back(0))[:steps]:
            step()

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            assert list(verify()) == []
            Lives.seen.update(Claim.objects.values_list("state", flat=True))
            Lives.seen["payments"] += Payment.objects.count()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        """Return a moment of the day, each later than the one before."""
        self.seconds += 1
        return noon(self.day) + timedelta(seconds=self.seconds)

    def reference(self) -> str:
        self.references += 1
        return f"LS{self.references:05d}"

    def twice(self, call: Callable[[], Any]) -> Any:
        """Make a call, then make it again: nothing may change. What it paid was within the cap of that moment."""
        payments = set(Payment.objects.values_list("pk", flat=True))
        try:
            with transaction.atomic():
                result = call()
        except (DomainError, TransitionNotAllowed):
            return None
        paid = Payment.objects.exclude(pk__in=payments)
        for bank in Institution.objects.filter(claims__payments__in=paid).distinct():
            position, rate = bank_figures_of(bank), version_on(self.day).terms.risk.compensation_cap_rate
            assert position.compensated <= round_down(position.disbursed * rate)
            assert position.net_bad_debt <= position.disbursed * version_on(self.day).terms.risk.breaker_rate
        before = everything()
        try:
            with transaction.atomic():
                call()
        except (DomainError, TransitionNotAllowed):
            pass
        assert everything() == before
        return result

    def lenders(self, loan: Loan) -> tuple[Member, Member]:
        return (self.scene.trustee, self.scene.trustee_checker) if loan.mode == Mode.TRUST else self.scene.people_of(loan)

    def moved(self, record: Callable[..., Any], loan: Loan, amount: Decimal) -> None:
        """Record one movement of a loan today, and again."""
        maker, checker = self.lenders(loan)
        item = NewMovement(loan_id=loan.public_id, amount=amount, value_on=self.day, bank_reference=self.reference())
        self.twice(lambda: record([item], actor=maker, checked_by=checker, at=self.now))

    def drawn(self, bank: int, mode: Mode, category: Category, amount: str) -> Loan:
        security = Security.CREDIT if category == Category.RD else Security.SECURED
        loan = self.scene.loan(amount, mode=mode, category=category, security=security, bank=self.banks[bank], drawn_on=None)
        self.moved(record_drawdowns, loan, yuan(amount))
        loan.refresh_from_db()
        assert loan.drawn == yuan(amount)
        return loan

    def gone_bad(self, loan: Loan) -> None:
        handler, _ = self.scene.people_of(loan)
        if loan.performing:
            self.moved(record_overdues, loan, loan.performing)
        at, asked = self.now, {"loan_id": loan.public_id, "reason": "停产", "actor": handler}
        self.twice(lambda: classify_loan(grade="loss", on=self.day, at=at, **asked))
        self.twice(lambda: recognise_bad_debt(at=at, **asked))

    def good(self) -> list[Loan]:
        return list(Loan.objects.filter(recognised_bad_on__isnull=True, performing__gt=0).order_by("id"))

    def claims(self, *states: ClaimState) -> list[Claim]:
        return list(Claim.objects.filter(state__in=states).order_by("id"))

    def unclaimed(self) -> list[BadDebt]:
        ended = [ClaimState.WITHDRAWN, ClaimState.REFUSED]
        return list(BadDebt.objects.exclude(pk__in=Claim.objects.exclude(state__in=ended).values("bad_debt")).order_by("id"))

    @rule(bank=st.integers(0, 1), kind=KINDS, amount=AMOUNTS)
    def draw(self, bank: int, kind: tuple[Mode, Category], amount: str) -> None:
        self.drawn(bank, *kind, amount)

    @rule(bank=st.integers(0, 1))
    def draw_much(self, bank: int) -> None:
        self.drawn(bank, Mode.SPECIAL, Category.FIXED_ASSET, "30000000.00")

    @rule(days=st.integers(1, 12))
    def wait(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), LAST)

    @precondition(lambda self: self.good())
    @rule(pick=PICK, part=PARTS)
    def repay(self, pick: int, part: str) -> None:
        loan = self.picked(self.good(), pick)
        self.moved(record_repayments, loan, max(yuan(loan.performing * Decimal(part)), Decimal("0.01")))

    @precondition(lambda self: self.good())
    @rule(pick=PICK, part=PARTS)
    def fall_due(self, pick: int, part: str) -> None:
        loan = self.picked(self.good(), pick)
        self.moved(record_overdues, loan, max(yuan(loan.performing * Decimal(part)), Decimal("0.01")))

    @rule(pick=PICK)
    def take_a_drawdown_back(self, pick: int) -> None:
        movement = self.picked(list(Movement.objects.filter(kind=MovementKind.DRAWDOWN).order_by("id")), pick)
        maker, checker = self.lenders(movement.loan)
        item = NewReversal(movement_id=movement.public_id, bank_reference=self.reference(), reason="重复登记")
        self.twice(lambda: record_reversals([item], actor=maker, checked_by=checker, at=self.now))

    @precondition(lambda self: BadDebt.objects.exists())
    @rule(pick=PICK)
    def try_to_repay_a_bad_debt(self, pick: int) -> None:
        loan = self.picked(list(Loan.objects.filter(recognised_bad_on__isnull=False).order_by("id")), pick)
        before = loan.balance.outstanding
        self.moved(record_repayments, loan, Decimal("0.01"))
        loan.refresh_from_db()
        assert loan.balance.outstanding == before

    @precondition(lambda self: self.good())
    @rule(pick=PICK)
    def go_bad(self, pick: int) -> None:
        self.gone_bad(self.picked(self.good(), pick))

    @precondition(lambda self: self.unclaimed())
    @rule(pick=PICK)
    def file(self, pick: int) -> None:
        bad_debt = self.picked(self.unclaimed(), pick)
        left = bad_debt.principal - sum(row.net for row in bad_debt.recoveries.filter(step="checked"))
        handler, checker = self.scene.people_of(bad_debt.loan)
        self.scene.papers(bad_debt)
        asked: dict[str, Any] = {"bad_debt_id": bad_debt.public_id, "actor": handler}
        if bad_debt.loan.category == Category.RD:
            self.twice(lambda: file_claim(amount=left, at=self.now, **asked))
            return
        claim = self.twice(lambda: open_pursuit(at=self.now, **asked))
        proof = {"amount": left, "evidence_kind": "court", "evidence_number": "(2025)闽05执恢1号", "actor": handler}
        self.twice(lambda: propose_loss(claim_id=claim.public_id, at=self.now, **proof))
        self.twice(lambda: certify_loss(claim_id=claim.public_id, actor=checker, at=self.now))

    @precondition(lambda self: self.claims(ClaimState.FILED))
    @rule(pick=PICK, end=st.sampled_from(["accepted", "accepted", "refused", "withdrawn"]))
    def examine(self, pick: int, end: str) -> None:
        claim = self.picked(self.claims(ClaimState.FILED), pick)
        handler, _ = self.scene.people_of(claim.loan)
        reviewer = self.scene.guarantor_handler if claim.loan.mode == Mode.SPECIAL else self.scene.city_handler
        asked: dict[str, Any] = {"claim_id": claim.public_id}
        if end == "withdrawn":
            self.twice(lambda: withdraw_claim(reason="材料有误", actor=handler, at=self.now, **asked))
            return
        self.twice(lambda: begin_review(actor=reviewer, at=self.now, **asked))
        if end == "refused":
            self.twice(lambda: refuse_claim(reason="用途不符", actor=reviewer, at=self.now, **asked))
        else:
            self.twice(lambda: accept_claim(actor=reviewer, at=self.now, **asked))

    @precondition(lambda self: self.claims(ClaimState.PAYABLE))
    @rule(pick=PICK)
    def pay(self, pick: int) -> None:
        claim = self.picked(self.claims(ClaimState.PAYABLE), pick)
        maker, checker = self.scene.payers_of(claim)
        self.twice(lambda: propose_payment(claim_id=claim.public_id, actor=maker, at=self.now))
        self.twice(lambda: release_payment(claim_id=claim.public_id, actor=checker, at=self.now))

    @precondition(lambda self: self.claims(ClaimState.QUEUED, ClaimState.PART_PAID))
    @rule(bank=st.integers(0, 1))
    def apply_anew(self, bank: int) -> None:
        house = self.banks[bank]
        handler = self.scene.handler if bank == 0 else house.members.filter(kind="person").order_by("pk").first()
        self.twice(lambda: reapply_for_compensation(bank_id=house.public_id, reason="已有余额", actor=handler, at=self.now))

    @rule()
    def run_the_jobs(self) -> None:
        self.twice(lambda: evaluate_banks(actor=system_member(), at=self.now))
        self.twice(lambda: pay_due_claims(actor=system_member(), at=self.now))

    @precondition(lambda self: BadDebt.objects.exists())
    @rule(pick=PICK, part=PARTS, costs=st.sampled_from([0, 1, 10**5, 10**7]), checked=st.booleans())
    def recover(self, pick: int, part: str, costs: int, checked: bool) -> None:
        bad_debt = self.picked(list(BadDebt.objects.order_by("id")), pick)
        amount, reference = max(yuan(bad_debt.principal * Decimal(part)), Decimal("0.01")), self.reference()
        handler, checker = self.scene.people_of(bad_debt.loan)
        receipt: dict[str, Any] = {
            "amount": amount,
            "costs": yuan(costs),
            "received_on": self.day,
            "bank_reference": reference,
            "remark": "评估费",
        }
        recovery = self.twice(lambda: record_recovery(bad_debt_id=bad_debt.public_id, actor=handler, at=self.now, **receipt))
        if recovery is not None and checked:
            self.twice(lambda: check_recovery(recovery_id=recovery.public_id, actor=checker, at=self.now))

    @precondition(lambda self: Recovery.objects.filter(step="recorded").exists())
    @rule(pick=PICK)
    def check_late(self, pick: int) -> None:
        recovery = self.picked(list(Recovery.objects.filter(step="recorded").order_by("id")), pick)
        _, checker = self.scene.people_of(recovery.bad_debt.loan)
        self.twice(lambda: check_recovery(recovery_id=recovery.public_id, actor=checker, at=self.now))

    @precondition(lambda self: Return.objects.filter(state="due").exists())
    @rule(pick=PICK)
    def give_back(self, pick: int) -> None:
        row = self.picked(list(Return.objects.filter(state="due").order_by("id")), pick)
        handler, checker = self.scene.people_of(row.recovery.bad_debt.loan)
        asked: dict[str, Any] = {"return_id": row.public_id}
        self.twice(lambda: record_return(returned_on=self.day, voucher=f"TH{row.pk}", actor=handler, at=self.now, **asked))
        self.twice(lambda: check_return(actor=checker, at=self.now, **asked))

    @precondition(lambda self: self.claims(ClaimState.PAID, ClaimState.RECOVERING))
    @rule(pick=PICK)
    def close(self, pick: int) -> None:
        claim = self.picked(self.claims(ClaimState.PAID, ClaimState.RECOVERING), pick)
        handler, _ = self.scene.people_of(claim.loan)
        self.twice(lambda: close_claim(claim_id=claim.public_id, reason="执行终结", actor=handler, at=self.now))

    @precondition(lambda self: Loan.objects.filter(mode=Mode.TRUST, category=Category.RD, first_drawdown_on__lt=self.day).exists())
    @rule(pick=PICK)
    def collect_fee(self, pick: int) -> None:
        loans = Loan.objects.filter(mode=Mode.TRUST, category=Category.RD, first_drawdown_on__lt=self.day)
        loan = self.picked(list(loans.order_by("id")), pick)
        last = loan.enhancement_fees.order_by("-until_on").first()
        from_on = last.until_on if last is not None else loan.first_drawdown_on
        if from_on >= self.day:
            return
        given = {"from_on": from_on, "until_on": self.day, "collected_on": self.day, "voucher": self.reference()}
        asked: dict[str, Any] = {"loan_id": loan.public_id, "actor": self.scene.trustee} | given
        fee = self.twice(lambda: record_enhancement_fee(at=self.now, **asked))
        if fee is not None:
            self.twice(lambda: check_enhancement_fee(fee_id=fee.public_id, actor=self.scene.trustee_checker, at=self.now))

    @precondition(lambda self: self.versions < 3)
    @rule(cap=st.sampled_from(["0.02", "0.05", "0.15"]))
    def change_the_policy(self, cap: str) -> None:
        last = PolicyVersion.objects.order_by("-number").first()
        assert last is not None
        if self.day <= last.valid_from:
            return
        terms = version_1().as_json()
        terms["risk"]["compensation_cap_rate"] = cap
        last.valid_until = self.day
        last.save(update_fields=["valid_until"])
        PolicyVersion.objects.create(number=last.number + 1, name="修订", valid_from=self.day, terms=terms)
        self.versions += 1

    @invariant()
    def the_books_balance_and_the_pool_is_not_overdrawn(self) -> None:
        if hasattr(self, "atomic"):
            assert unbalanced_total() == 0
            assert fee_pool_available() >= 0

    @invariant()
    def nobody_pays_over_its_share(self) -> None:
        for claim in Claim.objects.filter(split_on__isnull=False) if hasattr(self, "atomic") else []:
            shares, standing, lost = claim.shares, standing_of_claim(claim), claim.amount
            paid = standing.paid
            assert shares is not None
            assert lost is not None
            assert shares.total == lost
            assert all(0 <= part <= shares.of(payer) for payer, part in paid.items())
            if shares.guarantor and claim.state in ("paid", "recovering", "closed"):
                borne = shares.guarantor * (lost - standing.recovered) / lost
                assert abs(paid.guarantor - borne) <= Decimal("0.01")

    @invariant()
    def what_is_lost_is_what_loans_still_owe(self) -> None:
        for bank in getattr(self, "banks", []):
            owed = sum((loan.balance.outstanding for loan in Loan.objects.filter(bank=bank, recognised_bad_on__isnull=False)), Decimal(0))
            assert bank_figures_of(bank).net_bad_debt == owed

    def picked(self, rows: list[Any], pick: int) -> Any:
        return rows[pick % len(rows)]


@pytest.mark.django_db
@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
@pytest.mark.clause("D21")
def test_random_lives_of_loans() -> None:
    with nobody_waits():  # each life is undone whole
        run_state_machine_as_test(Lives, settings=settings(max_examples=LIVES, stateful_step_count=25, deadline=None))
    assert Lives.seen["payments"], "lives in which nothing was paid prove nothing"
