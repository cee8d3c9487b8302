"""Contract, guarantee, check of funds and weights typed wrong: what rests on them, and what follows once they are put right."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from common.errors import InvalidInput
from loans.models import Application, BankQuota, Loan
from loans.rules.caps import OverCap
from loans.services.contracts import ContractNumberTaken, ContractOverApproval, GuaranteeDiffers
from loans.services.use_of_funds import record_use_check
from notices.models import Notice
from parties.models import Correction
from parties.services.corrections import RestsOnIt, confirm_correction, propose_correction
from policy.models import ReturnRate
from risk.models import GuaranteeFee
from subsidy.models import RateDecision
from subsidy.rules import NoWeights
from subsidy.services.steps import confirm_settlement
from tests.admin.corrected import AT, TODAY, Sample, proposed, sample
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import BankQuotaFactory, LoanFactory, noon

pytestmark = pytest.mark.django_db


def corrected(name: str, one: Sample, changes: Mapping[str, Any]) -> Correction:
    correction = proposed(name, one, changes=changes)
    return confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)


def lines(refused: pytest.ExceptionInfo[RestsOnIt]) -> list[str]:
    return [problem.detail for problem in refused.value.errors]


class TestContract:
    def test_says_the_right_days_in_loan_and_application_and_the_enterprise_is_told(self) -> None:
        one = sample("loan_contract")
        signed_on = one.row.signed_on - timedelta(days=2)
        corrected("loan_contract", one, {"signed_on": signed_on, "contract_number": "HT-改1", "contract_amount": Decimal("9000000.00")})
        loan = Loan.objects.get(pk=one.row.pk)
        assert (loan.signed_on, loan.contract_number, loan.contract_amount) == (signed_on, "HT-改1", Decimal("9000000.00"))
        assert Application.objects.get(pk=loan.application_id).contracted_on == signed_on
        told = Notice.objects.get(enterprise=loan.enterprise, title__contains="已更正")
        assert "合同 HT-改1，金额 9,000,000.00 元" in told.body

    def test_what_was_drawn_under_it_is_reversed_first(self) -> None:
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        maker = MemberFactory(institution=loan.bank)
        with pytest.raises(RestsOnIt) as refused:
            propose_correction(table="loan_contract", row_id=loan.pk, changes={"contract_number": "HT-改"}, reason="误", actor=maker, at=AT)
        assert lines(refused) == [f"放款 2024-04-10 10,000,000.00 元（流水号 {loan.movements.get().bank_reference}）据此登记，须先冲正"]

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"contract_amount": Decimal("10000000.01")}, ContractOverApproval),
            ({"contract_amount": Decimal("0.00")}, ContractOverApproval),
            ({"signed_on": date(2024, 3, 24)}, InvalidInput),
            ({"available_until": date(2024, 3, 26)}, InvalidInput),
            ({"matures_on": date(2024, 6, 1)}, InvalidInput),
        ],
    )
    def test_what_could_not_have_been_signed_is_refused(self, changes: dict[str, Any], refusal: type[Exception]) -> None:
        one = sample("loan_contract")
        with pytest.raises(refusal):
            proposed("loan_contract", one, changes=changes)

    def test_another_contracts_number_is_refused_however_it_is_written(self) -> None:
        one = sample("loan_contract")
        other = LoanFactory(application__bank=one.row.bank, contract_number="HT-9A")
        with pytest.raises(ContractNumberTaken):
            proposed("loan_contract", one, changes={"contract_number": "ｈｔ－９ａ"})
        assert other.bank == one.row.bank

    def test_a_larger_amount_fits_under_what_the_caps_have_left(self) -> None:
        loan = LoanFactory(contract_amount=Decimal("4000000.00"), available_until=TODAY + timedelta(days=30))
        one = Sample(loan, MemberFactory(institution=loan.bank), {"contract_amount": Decimal("10000000.00")})
        quota = BankQuotaFactory(bank=loan.bank, mode=loan.mode, amount=Decimal("9999999.99"))
        correction = proposed("loan_contract", one)
        with pytest.raises(OverCap, match=re.escape("10,000,000.00 元超过尚可使用的额度")):
            confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)
        assert Loan.objects.get(pk=loan.pk).contract_amount == Decimal("4000000.00")
        BankQuota.objects.filter(pk=quota.pk).update(amount=Decimal("10000000.00"))
        confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)
        assert Loan.objects.get(pk=loan.pk).contract_amount == Decimal("10000000.00")


class TestGuarantee:
    def test_the_guarantor_too_and_a_number_of_another_loan_not(self) -> None:
        one, other = sample("guarantee"), LoanFactory(rd=True, guaranteed=True).guarantee
        with pytest.raises(GuaranteeDiffers):
            proposed("guarantee", one, changes={"guarantor_id": other.guarantor_id, "number": other.number.lower()})
        with pytest.raises(InvalidInput):
            proposed("guarantee", one, changes={"guarantor_id": InstitutionFactory().pk})
        corrected("guarantee", one, {"guarantor_id": other.guarantor_id, "is_batch_scheme": False})
        one.row.refresh_from_db()
        assert (one.row.guarantor, one.row.is_batch_scheme) == (other.guarantor, False)

    def test_fees_charged_by_its_rate_go_back_first(self) -> None:
        one = sample("guarantee")
        charged = {"amount": Decimal("50000.00"), "charged_on": date(2024, 5, 1), "voucher": "DB-1", "made_by": one.maker, "made_at": AT}
        GuaranteeFee.objects.create(guarantee=one.row, guarantor=one.row.guarantor, **charged)
        with pytest.raises(RestsOnIt) as refused:
            proposed("guarantee", one)
        assert lines(refused) == ["担保费 2024-05-01 50,000.00 元（凭证 DB-1）已据此收取，须先由担保公司退回"]
        proposed("guarantee", one, changes={"number": "DB-改"})  # no fee hangs on the number


class TestUseCheck:
    def misuse(self, loan: Loan, from_on: date) -> Sample:
        maker, at = MemberFactory(institution=loan.bank), noon(date(2024, 8, 1))
        row = record_use_check(loan_id=loan.public_id, finding="转入关联企业", is_misuse=True, misuse_from=from_on, actor=maker, at=at)
        return Sample(row, maker, {})

    def test_the_stop_of_the_subsidy_follows_what_the_checks_now_say(self) -> None:
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        wrong, right = (self.misuse(loan, day) for day in (date(2024, 5, 1), date(2024, 6, 1)))
        loan.refresh_from_db()
        assert loan.subsidy_stopped_on == date(2024, 5, 1)
        for one, changes, stops in (
            (wrong, {"is_misuse": False, "misuse_from": None, "finding": "他行贷款，误记"}, date(2024, 6, 1)),
            (right, {"misuse_from": date(2024, 6, 11)}, date(2024, 6, 11)),
            (right, {"is_misuse": False, "misuse_from": None}, None),
        ):
            corrected("use_check", one, changes)
            loan.refresh_from_db()
            assert loan.subsidy_stopped_on == stops
        moves = Event.objects.filter(verb="loan.subsidy_stop_put_right", object_id=str(loan.public_id)).order_by("id")
        assert [event.after["subsidy_stopped_on"] for event in moves] == ["2024-06-01", "2024-06-11", None]

    def test_a_misuse_without_its_day_and_before_the_money_are_refused(self) -> None:
        one = sample("use_check")
        for changes in ({"is_misuse": True}, {"is_misuse": True, "misuse_from": date(2024, 4, 9)}, {"misuse_from": date(2024, 5, 1)}):
            with pytest.raises(InvalidInput):
                proposed("use_check", one, changes=changes)

    def test_settlements_confirmed_and_not_filed_go_back_first(self, world: Any) -> None:
        settlement = world.settlement
        loan = settlement.current.lines.first().loan
        one = self.misuse(loan, loan.first_drawdown_on + timedelta(days=1))
        given = {"settlement_id": settlement.public_id, "sha256": settlement.current.sha256, "actor": world.checker}
        confirm_settlement(**given, at=noon(date(2024, 7, 1)))
        with pytest.raises(RestsOnIt) as refused:
            proposed("use_check", one, changes={"is_misuse": False, "misuse_from": None})
        assert lines(refused) == [f"贴息结算 {settlement}（{refused_state(settlement)}）已按此计算，须先退回重算"]
        proposed("use_check", one, changes={"finding": "转入关联企业甲"})  # no figure hangs on the words


def refused_state(settlement: Any) -> str:
    settlement.refresh_from_db()
    return str(settlement.get_state_display())


class TestWeights:
    def test_the_rate_follows_in_decision_and_rulebook(self) -> None:
        one = sample("rate_weights")
        corrected("rate_weights", one, one.changes)
        decision, rate = RateDecision.objects.get(), ReturnRate.objects.get(pk=one.row.pk)
        assert (decision.rd_weight, decision.weights_given, decision.rate) == (Decimal("2000000.00"), True, Decimal("0.038000"))
        assert (rate.rate, rate.weights) == (Decimal("0.038000"), {"fixed_asset": "500000.00", "rd": "2000000.00"})

    def test_loans_under_it_rest_on_it(self) -> None:
        one = sample("rate_weights", date(2023, 6, 1))
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        assert loan.return_rate == one.row
        with pytest.raises(RestsOnIt) as refused:
            proposed("rate_weights", one)
        assert loan.contract_number in lines(refused)[0]
        assert "另作决定" in lines(refused)[0]

    def test_no_weight_at_all_is_refused(self) -> None:
        one = sample("rate_weights")
        for changes in ({"rd_weight": Decimal("-1.00")}, {"rd_weight": Decimal(0), "fixed_asset_weight": Decimal(0)}):
            with pytest.raises((InvalidInput, NoWeights)):
                proposed("rate_weights", one, changes=changes)
