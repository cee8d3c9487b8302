"""Classes and claims as banks and guarantors read them."""

from datetime import date

import pytest

from risk.models import Classification
from tests.api.bank import Stage
from tests.loan_factories import LoanFactory, noon


@pytest.mark.clause("FP 1.5.3")
def test_a_bank_reads_the_classes_of_its_own_loans(stage: Stage) -> None:
    loan = LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2))
    Classification.objects.create(
        loan=loan, grade="normal", from_on=date(2024, 4, 2), overdue_days=0, suggested="normal", decided_by=stage.scene.handler,
        decided_at=noon(date(2024, 4, 2)),
    )  # fmt: skip
    (seen,) = stage.bank.get(f"classifications/?loan={loan.public_id}")["results"]
    assert (seen["grade"], seen["overdue_days"], seen["contract_number"]) == ("normal", 0, loan.contract_number)
    assert stage.other.get("classifications/")["results"] == []


def test_claims_of_nobody_else_are_seen(stage: Stage) -> None:
    assert stage.bank.get("claims/?state=paid")["results"] == []
    stage.bank.get(f"claims/{stage.scene.entry.public_id}/", status=404)
    assert stage.bank.get("claims/?state=colour", status=400)["errors"]


@pytest.mark.clause("FP 1.5.3")
def test_the_radar_shows_the_own_bank_alone(stage: Stage) -> None:
    LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2))
    (own,) = stage.bank.get("radar/")
    assert (own["bank"]["code"], own["state"], own["disbursed"]) == (stage.scene.bank.code, "normal", "10000000.00")
    assert (own["bad_debt_rate"], own["cap"], own["to_warning"]) == ("0.000000", "1000000.00", "499999.99")
    (other,) = stage.other.get("radar/")
    assert (other["state"], other["bad_debt_rate"]) == ("no_data", None)


@pytest.mark.clause("FP 1.3")
def test_the_fund_manager_sees_the_radar_of_the_banks_of_the_trust_mode(stage: Stage) -> None:
    (own,), (other,) = stage.bank.get("radar/"), stage.other.get("radar/")
    seen = {row["bank"]["code"] for row in stage.trustee.get("radar/")}
    assert own["bank"]["code"] in seen
    assert other["bank"]["code"] not in seen
