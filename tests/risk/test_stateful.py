"""Random lives of loans: whatever happens in whatever order, the books balance and nobody pays more than its share."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django_fsm import TransitionNotAllowed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from common.enums import Category, Mode
from common.errors import DomainError
from ledger.models import Leg
from ledger.selectors import unbalanced_total
from ledger.verification import verify
from loans.enums import MovementKind
from loans.models import Loan
from parties.models import Institution
from parties.selectors import system_member
from policy.models import PolicyVersion
from risk import services
from risk.enums import ClaimState
from risk.models import BadDebt, Claim, Return
from risk.selectors import fee_pool_available, paid_of, position_of
from tests.loan_factories import move, noon
from tests.risk.scene import Scene, make_scene, yuan
from tests.translations import version_1

BEGIN = date(2024, 5, 6)
AMOUNTS = st.sampled_from(["1.01", "999999.99", "1000000.00", "10000000.00"])
KINDS = st.sampled_from([(Mode.SPECIAL, Category.RD), (Mode.TRUST, Category.RD), (Mode.TRUST, Category.FIXED_ASSET)])
PARTS = st.sampled_from(["0.0001", "0.3333", "0.5", "1"])


class Lives(RuleBasedStateMachine):
    """Two banks, three kinds of loans, and everything that may befall them."""

    seen: Counter[str] = Counter()  # states of paid claims and of returns, over all lives

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.scene: Scene = make_scene()
        self.day = BEGIN
        self.banks: list[Institution] = [self.scene.bank, self.scene.other_bank()]
        self.versions = 1
        self.fees = 0
        services.set_enhancement_fee_rate(
            rate=Decimal("0.30"), from_on=date(2024, 1, 1), document_number="x", actor=self.scene.city_handler, at=noon(self.day)
        )
        self.begin_with_a_claim()

    def begin_with_a_claim(self) -> None:
        """Let every life begin where the interesting part does: money lent, one loan gone bad, its claim payable."""
        self.scene.disburse(30_000_000, bank=self.banks[0])
        self.scene.loan("1000000.00", mode=Mode.SPECIAL, category=Category.RD, bank=self.banks[0], drawn_on=self.day)
        [loan] = [loan for loan in self.performing() if loan.category == Category.RD]
        move(loan, MovementKind.OVERDUE, loan.performing, self.day)
        handler, _ = self.scene.people_of(loan)
        services.classify_loan(loan_id=loan.public_id, grade="loss", on=self.day, reason="停产", actor=handler, at=self.now)
        bad_debt = services.recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=handler, at=self.now)
        claim = self.scene.filed(bad_debt, bad_debt.principal, at=self.now)
        services.begin_review(claim_id=claim.public_id, actor=self.scene.guarantor_handler, at=self.now)
        services.accept_claim(claim_id=claim.public_id, actor=self.scene.guarantor_handler, at=self.now)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            assert list(verify()) == []
            Lives.seen.update(Claim.objects.filter(payments__isnull=False).values_list("state", flat=True))
            Lives.seen.update(Return.objects.values_list("state", flat=True))
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def twice(self, call: Callable[[], Any]) -> Any:
        """Make a call, then make it again: the books must not notice."""
        try:
            with transaction.atomic():
                result = call()
        except DomainError:
            return None
        before = list(Leg.objects.order_by("id").values_list("id", "amount"))
        try:
            with transaction.atomic():
                call()
        except (DomainError, TransitionNotAllowed):
            pass
        assert list(Leg.objects.order_by("id").values_list("id", "amount")) == before
        return result

    @property
    def now(self) -> Any:
        return noon(self.day)

    def performing(self) -> list[Loan]:
        return list(Loan.objects.filter(bad_debt__isnull=True, performing__gt=0).order_by("id"))

    def claims(self, *states: ClaimState) -> list[Claim]:
        return list(Claim.objects.filter(state__in=states).order_by("id"))

    @rule(bank=st.integers(0, 1), kind=KINDS, amount=AMOUNTS)
    def draw(self, bank: int, kind: tuple[Mode, Category], amount: str) -> None:
        self.scene.loan(amount, mode=kind[0], category=kind[1], bank=self.banks[bank], drawn_on=self.day)

    @rule(bank=st.integers(0, 1))
    def draw_much(self, bank: int) -> None:
        self.scene.disburse(30_000_000, bank=self.banks[bank])

    @rule(days=st.integers(1, 12))
    def wait(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), date(2025, 3, 20))

    @precondition(lambda self: self.performing())
    @rule(pick=st.integers(0, 9), part=PARTS)
    def repay(self, pick: int, part: str) -> None:
        loan = self.picked(self.performing(), pick)
        move(loan, MovementKind.REPAYMENT, max(yuan(loan.performing * Decimal(part)), Decimal("0.01")), self.day)

    @precondition(lambda self: self.performing())
    @rule(pick=st.integers(0, 9))
    def go_bad(self, pick: int) -> None:
        loan = self.picked(self.performing(), pick)
        handler, _ = self.scene.people_of(loan)
        if loan.classifications.filter(from_on__gte=self.day).exists():
            return
        move(loan, MovementKind.OVERDUE, loan.performing, self.day)
        services.classify_loan(loan_id=loan.public_id, grade="loss", on=self.day, reason="停产", actor=handler, at=self.now)
        services.recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=handler, at=self.now)

    @precondition(lambda self: BadDebt.objects.filter(claims__isnull=True).exists())
    @rule(pick=st.integers(0, 9))
    def claim(self, pick: int) -> None:
        bad_debt = self.picked(list(BadDebt.objects.filter(claims__isnull=True).order_by("id")), pick)
        left = bad_debt.principal - sum(row.net for row in bad_debt.recoveries.filter(step="checked"))
        if left <= 0:
            return
        if bad_debt.loan.category == Category.RD:
            claim = self.scene.filed(bad_debt, left, at=self.now)
            reviewer = self.scene.guarantor_handler if bad_debt.loan.mode == Mode.SPECIAL else self.scene.city_handler
            services.begin_review(claim_id=claim.public_id, actor=reviewer, at=self.now)
            services.accept_claim(claim_id=claim.public_id, actor=reviewer, at=self.now)
        else:
            self.scene.certified(bad_debt, left, at=self.now)

    @precondition(lambda self: self.claims(ClaimState.PAYABLE))
    @rule(pick=st.integers(0, 9))
    def pay(self, pick: int) -> None:
        claim = self.picked(self.claims(ClaimState.PAYABLE), pick)
        maker, checker = self.scene.payers_of(claim)
        self.twice(lambda: services.propose_payment(claim_id=claim.public_id, actor=maker, at=self.now))
        self.twice(lambda: services.release_payment(claim_id=claim.public_id, actor=checker, at=self.now))

    @precondition(lambda self: self.claims(ClaimState.QUEUED, ClaimState.PART_PAID))
    @rule(bank=st.integers(0, 1))
    def apply_anew(self, bank: int) -> None:
        house = self.banks[bank]
        handler = self.scene.handler if bank == 0 else house.members.order_by("pk").first()
        self.twice(lambda: services.reapply_for_compensation(bank_id=house.public_id, reason="已有余额", actor=handler, at=self.now))

    @rule()
    def run_the_job(self) -> None:
        self.twice(lambda: services.pay_due_claims(actor=system_member(), at=self.now))

    @precondition(lambda self: BadDebt.objects.exists())
    @rule(pick=st.integers(0, 9), part=PARTS, costs=st.sampled_from([0, 1, 10**7]))
    def recover(self, pick: int, part: str, costs: int) -> None:
        bad_debt = self.picked(list(BadDebt.objects.order_by("id")), pick)
        amount = max(yuan(bad_debt.principal * Decimal(part)), Decimal("0.01"))
        self.twice(lambda: self.scene.recovered(bad_debt, amount, costs, on=self.day))

    @precondition(lambda self: Return.objects.filter(state="due").exists())
    @rule(pick=st.integers(0, 9))
    def give_back(self, pick: int) -> None:
        row = self.picked(list(Return.objects.filter(state="due").order_by("id")), pick)
        handler, checker = self.scene.people_of(row.recovery.bad_debt.loan)
        asked: dict[str, Any] = {"return_id": row.public_id, "at": self.now}
        self.twice(lambda: services.record_return(returned_on=self.day, voucher=f"TH{row.pk}", actor=handler, **asked))
        self.twice(lambda: services.check_return(actor=checker, **asked))

    @precondition(lambda self: Loan.objects.filter(mode=Mode.TRUST, category=Category.RD).exists())
    @rule(pick=st.integers(0, 9))
    def collect_fee(self, pick: int) -> None:
        loan = self.picked(list(Loan.objects.filter(mode=Mode.TRUST, category=Category.RD).order_by("id")), pick)
        last = loan.enhancement_fees.order_by("-until_on").first()
        from_on = last.until_on if last is not None else loan.first_drawdown_on
        if from_on >= self.day:
            return
        self.fees += 1
        given = {"from_on": from_on, "until_on": self.day, "collected_on": self.day, "voucher": f"SK{self.fees}", "at": self.now}
        fee = self.twice(lambda: services.record_enhancement_fee(loan_id=loan.public_id, actor=self.scene.trustee, **given))
        if fee is not None:
            self.twice(lambda: services.check_enhancement_fee(fee_id=fee.public_id, actor=self.scene.trustee_checker, at=self.now))

    @precondition(lambda self: self.versions < 3)
    @rule(cap=st.sampled_from(["0.05", "0.15"]))
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
        if not hasattr(self, "atomic"):
            return
        assert unbalanced_total() == 0
        assert fee_pool_available() >= 0

    @invariant()
    def nobody_pays_over_its_share(self) -> None:
        for claim in Claim.objects.filter(split_on__isnull=False):
            shares, paid = claim.shares, paid_of(claim)
            assert shares is not None
            assert shares.total == claim.amount
            assert all(0 <= part <= shares.of(payer) for payer, part in paid.items())

    @invariant()
    def the_cap_held_at_each_payment(self) -> None:
        for bank in getattr(self, "banks", []):
            position = position_of(bank)
            assert position.compensated >= 0
            assert position.compensated <= position.bad_debt

    def picked(self, rows: list[Any], pick: int) -> Any:
        return rows[pick % len(rows)]


@pytest.mark.django_db
@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
@pytest.mark.clause("D21")
def test_random_lives_of_loans() -> None:
    run_state_machine_as_test(Lives, settings=settings(max_examples=8, stateful_step_count=25, deadline=None))
    assert Lives.seen, "no life in which anything was paid proves nothing"
