"""A claim from the bad debt to the money."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Event
from common.enums import Category, Mode, Security
from common.errors import NotVisible, ReasonMissing
from documents.selectors import PaperMissing, documents_of
from documents.services import withdraw
from ledger.models import Entry
from loans.enums import MovementKind
from parties.access import RoleMissing, SamePerson
from risk.claims.rules.shares import Shares
from risk.claims.services.certifying import certify_loss, close_claim, propose_loss, send_back_loss
from risk.claims.services.examining import accept_claim, ask_supplement, begin_review, refuse_claim, supply, withdraw_claim
from risk.claims.services.opening import ClaimOpen, NothingCovered, WrongWay, file_claim, open_pursuit
from risk.claims.services.payments import propose_payment, release_payment, return_payment
from risk.claims.services.step_services import CLAIM_SERVICES
from risk.claims.services.steps import AmountBeyondLoss
from risk.claims.transitions import ClaimState
from risk.classification.services import AlreadyRecognised, NotNonPerforming, RecognitionDated, classify_loan, recognise_bad_debt
from risk.enums import Payer
from risk.models import Claim, Payment, Return
from tests.factories import EnterpriseFactory, MemberFactory
from tests.loan_factories import move
from tests.risk.papers import PROJECT_PAPERS, RD_PAPERS
from tests.risk.scene import BAD_ON, NOW, TODAY, Scene, yuan


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("D37")
def test_a_special_rd_claim_is_examined_and_paid_by_the_guarantor(scene: Scene) -> None:
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000))
    claim = scene.accepted(bad_debt)
    assert (claim.state, claim.payable_on, str(claim.deadline)) == (ClaimState.PAYABLE, TODAY, "2025-03-24")
    claim = scene.paid(claim)
    assert (claim.state, claim.paid_on) == (ClaimState.PAID, TODAY)
    assert claim.shares == Shares(bank=yuan(2_000_000), guarantor=yuan(8_000_000))
    assert [(part.payer, part.clause) for part in claim.parts.all()] == [("bank", "FP 1.5.2(1)"), ("guarantor", "FP 1.5.2(1)")]
    part = Payment.objects.get(claim=claim).parts.get()
    assert (part.payer, part.institution, part.amount) == (Payer.GUARANTOR, scene.guarantor, yuan(8_000_000))
    assert scene.balances()["bank"] == yuan(8_000_000) == -scene.balances()["guarantor"]
    assert Entry.objects.get(object_id=str(claim.public_id)).clause == "FP 1.5.2(1)"


@pytest.mark.clause("D15")
def test_the_tier_is_the_enterprise_s_highest_total_over_all_banks(scene: Scene) -> None:
    enterprise = EnterpriseFactory()
    other = scene.loan(6_000_000, bank=scene.other_bank(), enterprise=enterprise)
    loan = scene.loan(4_000_001, enterprise=enterprise)
    scene.disburse(200_000_000)
    move(other, MovementKind.REPAYMENT, "6000000.00", TODAY)
    bad_debt = scene.bad(loan)
    assert bad_debt.enterprise_rd_total == yuan(10_000_001)
    claim = scene.paid(scene.accepted(bad_debt))
    assert claim.shares == Shares(bank=yuan("2000000.50"), guarantor=yuan("2000000.50"))


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D23")
def test_a_trust_rd_claim_takes_the_fee_pool_first(scene: Scene) -> None:
    scene.disburse(200_000_000)
    scene.fill_pool(300_000)
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000, mode=Mode.TRUST))))
    assert claim.shares == Shares(bank=yuan(350_000), fee_pool=yuan(300_000), city=yuan(175_000), county=yuan(175_000))
    found = scene.balances()
    assert (found["fee_pool"], found["city"], found["county"], found["bank"]) == (0, yuan(-175_000), yuan(-175_000), yuan(650_000))
    assert set(Entry.objects.filter(object_id=str(claim.public_id)).values_list("clause", flat=True)) == {"FP 1.5.2(2)"}


@pytest.mark.clause("FP 1.5.1")
@pytest.mark.clause("D17")
@pytest.mark.parametrize("category", [Category.FIXED_ASSET, Category.WORKING_CAPITAL])
def test_a_trust_project_s_certified_rest_is_shared_by_contribution(scene: Scene, category: Category) -> None:
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000, mode=Mode.TRUST, category=category, security=Security.SECURED))
    scene.recovered(bad_debt, 4_000_000)
    with pytest.raises(AmountBeyondLoss):
        scene.certified(bad_debt)
    withdraw_claim(claim_id=Claim.objects.get().public_id, reason="金额有误", actor=scene.handler, at=NOW)
    claim = scene.paid(scene.certified(bad_debt, yuan(6_000_000)))
    assert claim.shares == Shares(bank=yuan(5_700_000), city=yuan(150_000), county=yuan(150_000))
    assert claim.certified_by == scene.checker


@pytest.mark.clause("FP 1.5.1")
@pytest.mark.clause("D1")
def test_a_special_project_s_loss_is_the_bank_s_own(scene: Scene) -> None:
    loan = scene.loan(10_000_000, category=Category.FIXED_ASSET, security=Security.SECURED)
    claim = scene.certified(scene.bad(loan))
    assert (claim.state, claim.payable_on) == (ClaimState.RECOVERING, None)
    assert [(part.payer, part.amount, part.clause) for part in claim.parts.all()] == [("bank", yuan(10_000_000), "FP 1.5.1")]
    assert not Entry.objects.exists()


def test_certifying_needs_a_second_person(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(10_000_000, mode=Mode.TRUST, category=Category.FIXED_ASSET))
    scene.papers(bad_debt)
    both = MemberFactory(institution=scene.bank, roles=["handler", "checker"])
    claim = open_pursuit(bad_debt_id=bad_debt.public_id, actor=both, at=NOW)
    proof: dict[str, Any] = {"amount": bad_debt.principal, "evidence_kind": "bankruptcy", "evidence_number": "(2025)闽05破1号"}
    propose_loss(claim_id=claim.public_id, actor=both, at=NOW, **proof)
    with pytest.raises(SamePerson):
        certify_loss(claim_id=claim.public_id, actor=both, at=NOW)
    with pytest.raises(RoleMissing):
        certify_loss(claim_id=claim.public_id, actor=scene.handler, at=NOW)
    send_back_loss(claim_id=claim.public_id, reason="仍有抵押物可处置", actor=scene.checker, at=NOW)
    claim.refresh_from_db()
    assert (claim.state, claim.amount, claim.evidence_number) == (ClaimState.PURSUING, None, "")


@pytest.mark.clause("D36")
def test_a_secured_rd_loan_has_no_claim(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000, security=Security.SECURED))
    with pytest.raises(NothingCovered):
        scene.filed(bad_debt)


def test_each_kind_of_loan_has_its_own_way(scene: Scene) -> None:
    rd, project = scene.bad(scene.loan(1_000_000)), scene.bad(scene.loan(1_000_000, category=Category.FIXED_ASSET))
    with pytest.raises(WrongWay):
        scene.filed(project)
    with pytest.raises(WrongWay):
        open_pursuit(bad_debt_id=rd.public_id, actor=scene.handler, at=NOW)


@pytest.mark.clause("D16")
@pytest.mark.parametrize("amount", ["0.00", "1000000.01", "0.001"])
def test_a_claim_is_principal_only_and_never_more_than_was_lost(scene: Scene, amount: str) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(AmountBeyondLoss):
        scene.filed(bad_debt, Decimal(amount))


def test_what_was_recovered_before_lessens_the_claim(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    scene.recovered(bad_debt, 250_000, 10_000)
    with pytest.raises(AmountBeyondLoss):
        scene.filed(bad_debt, yuan("760000.01"))
    assert scene.filed(bad_debt, yuan(760_000)).amount == yuan(760_000)


@pytest.mark.clause("D21")
@pytest.mark.parametrize("end", ["withdrawn", "refused"])
def test_what_came_back_under_an_ended_claim_lessens_the_next_one(scene: Scene, end: str) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt)
    scene.recovered(bad_debt, 400_000)
    if end == "withdrawn":
        withdraw_claim(claim_id=claim.public_id, reason="金额有误", actor=scene.handler, at=NOW)
    else:
        begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
        refuse_claim(claim_id=claim.public_id, reason="金额有误", actor=scene.guarantor_handler, at=NOW)
    with pytest.raises(AmountBeyondLoss) as refusal:
        scene.filed(bad_debt)
    assert "600,000.00" in str(refusal.value)


def test_one_open_claim_per_loan(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt)
    with pytest.raises(ClaimOpen):
        scene.filed(bad_debt)
    withdraw_claim(claim_id=claim.public_id, reason="材料有误", actor=scene.handler, at=NOW)
    assert scene.filed(bad_debt).number != claim.number


def test_a_claim_without_its_papers_is_refused(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(PaperMissing) as refusal:
        file_claim(bad_debt_id=bad_debt.public_id, amount=bad_debt.principal, actor=scene.handler, at=NOW)
    assert "借款合同、放款凭证" in str(refusal.value)
    assert not Claim.objects.exists()


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.parametrize("paper", RD_PAPERS)
def test_each_paper_is_needed_when_a_claim_is_filed_supplied_and_accepted(scene: Scene, paper: str) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt)
    document = documents_of(bad_debt).get(kind=paper)
    withdraw(document_id=document.public_id, reason="扫描不清", actor=scene.handler, at=NOW)
    begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    with pytest.raises(PaperMissing):
        accept_claim(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    ask_supplement(claim_id=claim.public_id, what="材料不全", actor=scene.guarantor_handler, at=NOW)
    with pytest.raises(PaperMissing):
        supply(claim_id=claim.public_id, actor=scene.handler, at=NOW)
    withdraw_claim(claim_id=claim.public_id, reason="补材料", actor=scene.handler, at=NOW)
    with pytest.raises(PaperMissing):
        file_claim(bad_debt_id=bad_debt.public_id, amount=bad_debt.principal, actor=scene.handler, at=NOW)


@pytest.mark.clause("FP 1.5.1")
@pytest.mark.parametrize("paper", PROJECT_PAPERS)
def test_each_paper_is_needed_when_a_loss_is_proposed_and_certified(scene: Scene, paper: str) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000, mode=Mode.TRUST, category=Category.FIXED_ASSET))
    scene.papers(bad_debt)
    claim = open_pursuit(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)
    proof: dict[str, Any] = {"amount": bad_debt.principal, "evidence_kind": "court", "evidence_number": "(2025)闽05执1号"}
    propose_loss(claim_id=claim.public_id, actor=scene.handler, at=NOW, **proof)
    document = documents_of(bad_debt).get(kind=paper)
    withdraw(document_id=document.public_id, reason="扫描不清", actor=scene.handler, at=NOW)
    with pytest.raises(PaperMissing):
        certify_loss(claim_id=claim.public_id, actor=scene.checker, at=NOW)
    send_back_loss(claim_id=claim.public_id, reason="补材料", actor=scene.checker, at=NOW)
    with pytest.raises(PaperMissing):
        propose_loss(claim_id=claim.public_id, actor=scene.handler, at=NOW, **proof)


def test_supplement_refusal_and_filing_anew(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt)
    ask_supplement(claim_id=claim.public_id, what="补充催收记录", actor=scene.guarantor_handler, at=NOW)
    claim = supply(claim_id=claim.public_id, actor=scene.handler, at=NOW)
    assert claim.state == ClaimState.FILED
    begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    with pytest.raises(ReasonMissing):
        refuse_claim(claim_id=claim.public_id, reason=" ", actor=scene.guarantor_handler, at=NOW)
    claim = refuse_claim(claim_id=claim.public_id, reason="贷款用途不符", actor=scene.guarantor_handler, at=NOW)
    assert (claim.state, claim.ended_on, claim.deadline.closed_on) == (ClaimState.REFUSED, TODAY, TODAY)
    assert scene.accepted(bad_debt).state == ClaimState.PAYABLE


@pytest.mark.parametrize("step", ["begin_review", "accept", "propose_payment", "release"])
def test_the_bank_takes_no_step_of_those_who_pay(scene: Scene, step: Callable[..., Any]) -> None:
    claim = scene.filed(scene.bad(scene.loan(1_000_000)))
    with pytest.raises(RoleMissing):
        CLAIM_SERVICES[step].run(claim_id=claim.public_id, actor=scene.handler, at=NOW)


def test_another_bank_sees_nothing(scene: Scene) -> None:
    claim = scene.filed(scene.bad(scene.loan(1_000_000)))
    stranger = MemberFactory()
    with pytest.raises(NotVisible):
        withdraw_claim(claim_id=claim.public_id, reason="x", actor=stranger, at=NOW)
    with pytest.raises(NotVisible):
        withdraw_claim(claim_id=claim.public_id, reason="x", actor=MemberFactory.of(claim.loan.enterprise), at=NOW)


def test_payment_needs_two_persons_and_happens_once(scene: Scene) -> None:
    scene.disburse(200_000_000)
    claim = scene.accepted(scene.bad(scene.loan(1_000_000)))
    both = MemberFactory(institution=scene.guarantor, roles=["handler", "checker"])
    propose_payment(claim_id=claim.public_id, actor=both, at=NOW)
    with pytest.raises(SamePerson):
        release_payment(claim_id=claim.public_id, actor=both, at=NOW)
    with pytest.raises(RoleMissing):
        release_payment(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
    assert not Payment.objects.exists()
    release_payment(claim_id=claim.public_id, actor=scene.guarantor_checker, at=NOW)
    with pytest.raises(TransitionNotAllowed):
        release_payment(claim_id=claim.public_id, actor=scene.guarantor_checker, at=NOW)
    assert Payment.objects.get().amount == yuan(800_000)


def test_a_proposed_payment_can_be_given_back(scene: Scene) -> None:
    claim = scene.proposed(scene.accepted(scene.bad(scene.loan(1_000_000))))
    claim = return_payment(claim_id=claim.public_id, reason="账户有误", actor=scene.guarantor_checker, at=NOW)
    assert (claim.state, claim.payment_proposed_by) == (ClaimState.PAYABLE, None)


def test_every_step_is_written_down(scene: Scene) -> None:
    scene.disburse(200_000_000)
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000))))
    verbs = list(Event.objects.filter(object_id=str(claim.public_id)).order_by("id").values_list("verb", flat=True))
    assert verbs == [
        "claim.opened",
        "claim.review_begun",
        "claim.accepted",
        "claim.payment_proposed",
        "claim.payment_released",
        "claim.paid",
    ]


@pytest.mark.clause("FP 1.5.3")
def test_a_debt_is_bad_only_when_its_class_says_so(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    with pytest.raises(NotNonPerforming):
        recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW)
    scene.bad(loan)
    with pytest.raises(AlreadyRecognised):
        recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW, on=BAD_ON)


@pytest.mark.clause("D15")
def test_a_bank_cannot_pick_the_tier_by_dating_the_recognition_back(scene: Scene) -> None:
    """9.5 M until 5 March, 10.5 M after: as of the 3rd the guarantor would bear 80 % of the loss instead of 50 %."""
    enterprise = EnterpriseFactory()
    loan = scene.loan(9_500_000, enterprise=enterprise)
    classify_loan(loan_id=loan.public_id, grade="loss", on=BAD_ON, reason="停产", actor=scene.handler, at=NOW)
    scene.loan(1_000_000, enterprise=enterprise, bank=scene.other_bank(), drawn_on=date(2025, 3, 6))
    with pytest.raises(RecognitionDated):
        recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW, on=BAD_ON)
    bad_debt = recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW)
    assert (bad_debt.recognised_on, bad_debt.enterprise_rd_total) == (TODAY, yuan(10_500_000))


@pytest.mark.clause("D16")
def test_a_recognition_dated_back_over_a_repayment_is_refused(scene: Scene) -> None:
    loan = scene.loan(1_000_000)
    classify_loan(loan_id=loan.public_id, grade="loss", on=BAD_ON, reason="停产", actor=scene.handler, at=NOW)
    move(loan, MovementKind.REPAYMENT, "400000.00", TODAY)
    with pytest.raises(RecognitionDated):
        recognise_bad_debt(loan_id=loan.public_id, reason="停产", actor=scene.handler, at=NOW, on=BAD_ON)


@pytest.mark.clause("D21")
@pytest.mark.clause("D37")
def test_a_recovery_is_shared_back_and_returned_in_time(scene: Scene) -> None:
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.paid(scene.accepted(bad_debt))
    recovery = scene.recovered(bad_debt, 250_000, 10_000)
    row = Return.objects.get()
    assert (recovery.claim, row.amount, str(row.deadline)) == (claim, yuan(192_000), "2025-03-24")
    scene.returned(recovery)
    row.refresh_from_db()
    assert f"凭证{row.answers.entry_id}）" in row.entry.description
    assert scene.balances()["guarantor"] == yuan(-608_000)
    claim.refresh_from_db()
    assert claim.state == ClaimState.RECOVERING
    close_claim(claim_id=claim.public_id, reason="执行终结", actor=scene.handler, at=NOW)


@pytest.mark.clause("D21")
def test_the_pool_is_refilled_last(scene: Scene) -> None:
    scene.disburse(200_000_000)
    scene.fill_pool(300_000)
    bad_debt = scene.bad(scene.loan(1_000_000, mode=Mode.TRUST))
    scene.paid(scene.accepted(bad_debt))
    scene.returned(scene.recovered(bad_debt, 500_000))
    assert (scene.balances()["city"], scene.balances()["fee_pool"]) == (yuan(-50_000), 0)
    scene.returned(scene.recovered(bad_debt, 400_000))
    found = scene.balances()
    assert (found["city"], found["county"], found["fee_pool"], found["bank"]) == (0, 0, yuan(200_000), yuan(100_000))
