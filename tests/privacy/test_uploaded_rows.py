"""A bank's file that names another bank's loans is answered as one that names loans that do not exist, in every kind of upload."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from api.enums import UploadKind
from loans.models import Loan, Movement
from subsidy.models import Settlement
from subsidy.services.reconciliation import check_bank_figures
from tests.api.bank import Stage
from tests.api.conftest import stage as stage
from tests.api.test_uploads import FORMATS, worked
from tests.loan_factories import LoanFactory
from tests.subsidy.conftest import AT
from tests.subsidy.conftest import bank as bank
from tests.subsidy.conftest import draft as draft
from tests.subsidy.conftest import people as people
from tests.subsidy.factories import People

DAY = date(2024, 6, 20)
EVERY = [(kind, "ndjson") for kind in UploadKind] + [(UploadKind.REPAYMENT, form) for form in ("csv", "xlsx")]


def row(number: int, **named: str) -> dict[str, Any]:
    empty = {"loan_id": "", "contract_number": ""}
    return empty | named | {"amount": "1000.00", "value_on": str(DAY), "bank_reference": f"LS{number:04d}"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("kind", "form"), EVERY)
def test_rows_of_foreign_loans_are_answered_as_rows_of_none(stage: Stage, kind: UploadKind, form: str, check: bool) -> None:
    foreign = LoanFactory(application__bank=stage.other.client.member.institution, drawn_on=date(2024, 4, 2))
    own = LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2))
    stage.on(DAY)
    used = Movement.objects.filter(loan=foreign).values_list("bank_reference", flat=True).first()
    assert used
    rows = [
        row(1, loan_id=str(foreign.public_id)),
        row(2, loan_id=str(uuid4())),
        row(3, contract_number=foreign.contract_number),
        row(4, contract_number="没有这份合同"),
        row(5, contract_number=own.contract_number) | {"bank_reference": used},  # a reference of another bank's is free
    ]
    if form == "ndjson":  # where what is left open is left out
        rows = [{name: value for name, value in one.items() if value} for one in rows]
    before = Movement.objects.count()
    progress, told = worked(stage, FORMATS[form][1](rows), form=form, kind=kind.value, check=check)
    by_id, by_none, by_contract, by_no_contract, taken = [
        {name: value for name, value in one.items() if name not in ("number", "bank_reference", "movement_id")} for one in told
    ]
    assert by_id == by_none == {"outcome": "rejected", "field": "loan_id", "code": "not_found", "detail": by_none["detail"]}
    assert by_contract == by_no_contract == by_none | {"field": "contract_number"}
    done = {UploadKind.DRAWDOWN: "rejected"}.get(kind, "acceptable" if check else "recorded")  # drawn whole already
    assert taken["outcome"] == done
    assert taken["code"] != "reference_reused"
    assert progress["rejected_count"] == 4 + (done == "rejected")
    assert Movement.objects.count() - before == (done == "recorded")


@pytest.mark.django_db
def test_figures_of_foreign_contracts_are_answered_as_figures_of_none(draft: Settlement, people: People) -> None:
    foreign = LoanFactory().contract_number
    assert Loan.objects.filter(contract_number=foreign).exclude(bank=draft.bank).exists()
    told = []
    for number in (foreign, "没有这份合同"):
        content = f"合同编号,贴息金额\n{number},1.00".encode()
        file = check_bank_figures(
            settlement_id=str(draft.public_id), filename="对账.csv", content=content, actor=people.bank_handler, at=AT
        )
        told.append([(one["row"], one["column"], one["code"], one["detail"].replace(number, "")) for one in file.errors])
        assert not file.figures.exists()
    assert told[0] == told[1]
