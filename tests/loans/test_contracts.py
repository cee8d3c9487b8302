"""Contract and guarantee: what becomes of an approval."""

from datetime import date
from decimal import Decimal

import pytest

from api.v1.loan_serializers import LoanShown
from audit.models import Event
from common.enums import Mode, Security
from common.errors import InvalidInput
from loans.admin.loans import LoanAdmin
from loans.models import Application, Guarantee, Loan
from loans.models.applications import ApprovalLapsed
from loans.models.loans import CONTRACT_TERMS
from loans.rules.dates import MaturityTooLate
from loans.services.approval import EntryRemoved
from loans.services.contracts import ContractNumberTaken, ContractOverApproval, GuaranteeDiffers, GuaranteeNotNeeded, record_guarantee
from loans.services.steps import LateReasonMissing, WrongState
from parties.access import RoleMissing
from tests.factories import InstitutionFactory
from tests.loan_factories import noon
from whitelist.models import Entry

pytestmark = pytest.mark.django_db


@pytest.mark.clause("FP 1.4.1")
def test_the_bank_signs_and_the_loan_carries_two_per_cent(scene):
    loan = scene.signed()
    assert loan.enterprise_rate == Decimal("0.02")
    assert loan.application.state == "contracted"
    assert (loan.bank, loan.mode, loan.project, loan.policy_version.number) == (scene.bank, "special", scene.entry.project, 1)
    assert loan.first_drawdown_on is None


@pytest.mark.clause("FP 1.6.3")
def test_in_trust_mode_the_fund_manager_signs(scene):
    application = scene.conditions_met(mode=Mode.TRUST)
    with pytest.raises(RoleMissing):
        scene.sign(application, actor=scene.handler)
    assert scene.sign(application).mode == "trust"


def test_in_special_mode_the_enterprise_does_not_sign(scene):
    with pytest.raises(RoleMissing):
        scene.sign(scene.conditions_met(), actor=scene.owner)


@pytest.mark.clause("D39")
@pytest.mark.clause("FP 1.2.1")
@pytest.mark.parametrize("today", [date(2024, 9, 20), date(2024, 10, 8)], ids=["失效当日", "失效以后"])
def test_a_lapsed_approval_is_not_signed_by_dating_the_contract_back(scene, today):
    """The room it kept under the caps is free from its last day on, whether or not the job has written the lapse down."""
    application = scene.conditions_met()
    with pytest.raises(ApprovalLapsed):
        scene.sign(application, signed_on=date(2024, 9, 19), late_reason="合同扫描件迟到", at=noon(today))
    assert not Loan.objects.exists()


@pytest.mark.clause("FP 1.6.3")
def test_a_signing_of_an_earlier_day_says_why(scene):
    application = scene.conditions_met()
    with pytest.raises(LateReasonMissing):
        scene.sign(application, signed_on=date(2024, 4, 1), at=noon(date(2024, 4, 8)))
    loan = scene.sign(application, signed_on=date(2024, 4, 1), late_reason="合同扫描件迟到", at=noon(date(2024, 4, 8)))
    assert loan.signed_on == date(2024, 4, 1)
    assert Event.objects.get(verb="application.contracted").after["late_reason"] == "合同扫描件迟到"


def test_at_most_one_loan_comes_of_an_application(scene):
    loan = scene.signed()
    with pytest.raises(WrongState):
        scene.sign(loan.application, contract_number="HT-2")
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        pytest.param({"contract_amount": Decimal("10000000.01")}, ContractOverApproval, id="超过批复"),
        pytest.param({"contract_amount": Decimal(0)}, ContractOverApproval, id="零元"),
        pytest.param({"contract_number": " "}, InvalidInput, id="无编号"),
        pytest.param({"available_until": date(2024, 4, 1)}, InvalidInput, id="可提款期为零"),
        pytest.param({"available_until": date(2029, 4, 2), "matures_on": date(2029, 4, 2)}, InvalidInput, id="可提款期过长"),
        pytest.param({"matures_on": date(2025, 3, 31)}, InvalidInput, id="到期早于可提款期"),
        pytest.param({"matures_on": date(2030, 4, 1)}, MaturityTooLate, id="最晚首放也超过五年"),
        pytest.param({"at": noon(date(2024, 9, 20))}, ApprovalLapsed, id="批复已失效"),
    ],
)
def test_contracts_that_cannot_be(scene, given, refused):
    application = scene.conditions_met()
    with pytest.raises(refused):
        scene.sign(application, **given)
    assert not Loan.objects.exists()
    assert Application.objects.get().state == "conditions_met"


def test_the_longest_maturity_a_contract_may_name(scene):
    assert scene.sign(scene.conditions_met(), matures_on=date(2030, 3, 31)).matures_on == date(2030, 3, 31)


def test_a_bank_s_contract_number_is_its_own_once(scene):
    first = scene.signed()
    with pytest.raises(ContractNumberTaken):
        scene.sign(scene.conditions_met(), contract_number=first.contract_number)


@pytest.mark.clause("D27")
def test_no_contract_for_an_entry_off_the_list(scene):
    application = scene.conditions_met()
    Entry.objects.filter(pk=scene.entry.pk).update(state="removed", removed_on=date(2024, 3, 26), removal_reason="停产")
    with pytest.raises(EntryRemoved):
        scene.sign(application)


def guarantee(scene, loan, guarantor, **given):
    wanted = {
        "loan_id": loan.public_id,
        "guarantor_id": guarantor.public_id,
        "number": "DB-1",
        "fee_rate": Decimal("0.008"),
        "is_batch_scheme": True,
        "actor": scene.handler,
        "at": noon(date(2024, 4, 2)),
    }
    return record_guarantee(**(wanted | given))


@pytest.mark.clause("FP 1.5.2(1)")
def test_a_credit_rd_loan_gets_one_guarantee(scene):
    loan, guarantor = scene.signed(rd=True), InstitutionFactory(guarantor=True)
    first = guarantee(scene, loan, guarantor)
    assert guarantee(scene, loan, guarantor) == first
    with pytest.raises(GuaranteeDiffers):
        guarantee(scene, loan, guarantor, number="DB-2")
    with pytest.raises(GuaranteeDiffers):
        guarantee(scene, scene.signed(rd=True), guarantor)
    assert Guarantee.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [{"number": ""}, {"fee_rate": Decimal(1)}, {"fee_rate": Decimal("-0.1")}],
    ids=["无编号", "费率为一", "负费率"],
)
def test_guarantees_that_cannot_be(scene, given):
    loan = scene.signed(rd=True)
    with pytest.raises(InvalidInput):
        guarantee(scene, loan, InstitutionFactory(guarantor=True), **given)
    with pytest.raises(InvalidInput):
        guarantee(scene, loan, scene.bank)


@pytest.mark.clause("D36")
def test_no_other_loan_has_the_plan_s_guarantee(scene):
    guarantor = InstitutionFactory(guarantor=True)
    with pytest.raises(GuaranteeNotNeeded):
        guarantee(scene, scene.signed(), guarantor)
    with pytest.raises(GuaranteeNotNeeded):
        guarantee(scene, scene.signed(rd=True, security=Security.SECURED, amount_requested=Decimal(1000)), guarantor)
    trust = scene.signed(rd=True, mode=Mode.TRUST, amount_requested=Decimal(1000))
    with pytest.raises(GuaranteeNotNeeded):
        guarantee(scene, trust, guarantor, actor=scene.trustee)


def test_terms_of_the_contract_are_shown_on_the_page_in_the_file_and_to_programs() -> None:
    assert set(CONTRACT_TERMS) <= set(LoanAdmin.shows) & set(LoanAdmin.exported) & set(LoanShown.Meta.fields)
