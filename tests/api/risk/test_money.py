"""Recoveries, returns and fees over HTTP: recorded by programs, checked by people."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.enums import Category, Mode, Security
from risk.claims.services.payments import release_payment
from risk.fees.services import check_enhancement_fee, check_guarantee_fee, set_enhancement_fee_rate
from risk.models import EnhancementFee, GuaranteeFee, Recovery
from risk.recoveries.services.records import check_recovery
from risk.recoveries.services.returns import check_return
from tests.api.caller import token_of
from tests.api.risk.hall import Hall
from tests.loan_factories import noon
from tests.risk.scene import NOW

BACK = {"amount": "250000.00", "costs": "10000.00", "received_on": "2025-03-10", "bank_reference": "ZC-1", "remark": "拍卖设备"}


@pytest.fixture
def paid(hall: Hall) -> dict[str, Any]:
    """A bad debt of a million whose claim the guarantor paid."""
    hall.scene.disburse(200_000_000)
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.accepted(bad)
    hall.guarantor.post(f"claims/{claim['id']}/propose-payment/")
    release_payment(claim_id=claim["id"], actor=hall.scene.guarantor_checker, at=NOW)
    return bad | {"claim": claim["id"]}


@pytest.mark.clause("D21")
@pytest.mark.clause("D37")
def test_a_recovery_is_recorded_by_the_program_checked_by_a_person_and_shared(hall: Hall, paid: dict[str, Any]) -> None:
    address = f"bad-debts/{paid['id']}/recoveries/"
    first = hall.bank.post(address, BACK, status=201, key="z1")
    assert (first["net"], first["step"], first["claim_id"], first["remark"]) == ("240000.00", "recorded", None, "拍卖设备")
    again = hall.bank.response(address, BACK, key="z1")
    assert (again["Idempotent-Replayed"], again.json()) == ("true", first)
    assert hall.bank.post(address, BACK, status=201)["id"] == first["id"]
    taken = hall.bank.post(address, BACK | {"amount": "260000.00"}, status=409)
    assert (taken["code"], taken["errors"][0]["field"]) == ("reference_used", "bank_reference")
    here = f"recoveries/{first['id']}/"
    assert hall.bank.get(here)["shared"] == []
    for step in ("check", "send-back"):
        hall.bank.post(f"{here}{step}/", {"reason": "x"}, status=404)
    check_recovery(recovery_id=first["id"], actor=hall.scene.checker, at=NOW)
    seen = hall.guarantor.get(here)
    assert (seen["step"], seen["claim_id"]) == ("checked", paid["claim"])
    assert seen["shared"] == [
        {"payer": "bank", "amount": "48000.00", "returned": "0.00"}, {"payer": "guarantor", "amount": "192000.00", "returned": "192000.00"},
    ]  # fmt: skip
    assert hall.bank.get(f"recoveries/?claim={paid['claim']}&step=checked&bank_reference=ZC-1")["results"][0]["id"] == first["id"]
    opened = hall.bank.get(f"claims/{paid['claim']}/")
    assert (opened["state"], opened["recovered_total"], opened["paid_total"]) == ("recovering", "240000.00", "608000.00")
    assert hall.bank.get(f"bad-debts/{paid['id']}/")["recovered"] == "240000.00"
    (due,) = hall.bank.get("returns/?state=due&due_before=2025-03-25")["results"]
    assert (due["amount"], due["payer"], due["payee"]["code"]) == ("192000.00", "guarantor", hall.scene.guarantor.code)
    assert (due["deadline"]["due_on"], due["claim_id"], due["recovery_id"]) == ("2025-03-24", paid["claim"], first["id"])
    assert hall.guarantor.get(f"returns/{due['id']}/")["state"] == "due"


@pytest.mark.clause("D37")
def test_a_return_is_recorded_by_the_program_and_checked_by_a_person(hall: Hall, paid: dict[str, Any]) -> None:
    hall.scene.recovered(hall.row(paid), 250_000, 10_000)
    (due,) = hall.bank.get("returns/")["results"]
    here, asked = f"returns/{due['id']}/", {"returned_on": "2025-03-10", "voucher": "TH-1"}
    assert hall.guarantor.post(f"{here}record/", asked, status=403)["code"] == "not_allowed"
    hall.other.post(f"{here}record/", asked, status=404)
    hall.other.get(here, status=404)
    assert hall.bank.post(f"{here}record/", asked | {"voucher": ""}, status=400)["errors"][0]["field"] == "voucher"
    late = hall.bank.post(f"{here}record/", asked | {"returned_on": "2025-03-11"}, status=400)
    assert late["errors"][0]["field"] == "returned_on"
    assert hall.bank.get(here)["state"] == "due"
    first, again = (hall.bank.response(f"{here}record/", asked, key="t1") for _ in range(2))
    assert (first.json()["state"], first.json()["voucher"]) == ("recorded", "TH-1")
    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert hall.bank.post(f"{here}record/", asked, status=409)["code"] == "transition_not_allowed"
    check_return(return_id=due["id"], actor=hall.scene.checker, at=NOW)
    seen = hall.bank.get(f"returns/?claim={paid['claim']}&payer=guarantor&state=paid")["results"]
    assert [(row["id"], row["returned_on"]) for row in seen] == [(due["id"], "2025-03-10")]
    assert hall.bank.post(f"{here}reference/", {"bank_reference": "T-7"})["bank_reference"] == "T-7"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"amount": "1000000.01", "costs": "0.00"}, "recovery_exceeds_paid", "amount"),
        ({"amount": "0.00"}, "invalid_input", "amount"),
        ({"costs": "-1.00"}, "invalid_input", "costs"),
        ({"costs": 5}, "invalid_input", "costs"),
        ({"received_on": "2025-03-02"}, "recovery_dated", "received_on"),
        ({"received_on": "2025-03-11"}, "recovery_dated", "received_on"),
        ({"bank_reference": ""}, "invalid_input", "bank_reference"),
    ],
)
def test_a_recovery_that_cannot_stand_changes_nothing(hall: Hall, changed: dict[str, Any], code: str, field: str) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    refused = hall.bank.response(f"bad-debts/{bad['id']}/recoveries/", BACK | changed, key="k")
    assert (refused.json()["code"], refused.json()["errors"][0]["field"]) == (code, field)
    assert not Recovery.objects.exists()


def test_money_of_risk_needs_its_scope_and_its_party(hall: Hall, paid: dict[str, Any]) -> None:
    address = f"bad-debts/{paid['id']}/recoveries/"
    assert hall.guarantor.post(address, BACK, status=403)["code"] == "not_allowed"
    hall.scene.recovered(hall.row(paid), 250_000)
    (due,) = hall.bank.get("returns/")["results"]
    assert hall.bank.secret is not None
    hall.bank.token = token_of(hall.bank.secret, scope="read decide report")
    for path, asked in ((address, BACK), (f"returns/{due['id']}/record/", {"returned_on": "2025-03-10", "voucher": "1"})):
        assert hall.bank.post(path, asked, status=403)["code"] == "insufficient_scope"
    assert Recovery.objects.count() == 1


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("D23")
def test_a_guarantee_fee_is_charged_once_per_voucher(hall: Hall) -> None:
    loan = hall.scene.loan(1_000_000)
    address, asked = f"loans/{loan.public_id}/guarantee-fees/", {"amount": "5000.00", "charged_on": "2025-03-10", "voucher": "DBF-1"}
    fee = hall.guarantor.post(address, asked, status=201, key="f1")
    assert (fee["amount"], fee["step"], fee["guarantee_number"]) == ("5000.00", "recorded", loan.guarantee.number)
    assert hall.guarantor.response(address, asked, key="f1")["Idempotent-Replayed"] == "true"
    assert hall.guarantor.post(address, asked, status=201)["id"] == fee["id"]
    taken = hall.guarantor.post(address, asked | {"amount": "6000.00"}, status=409)
    assert (taken["code"], taken["errors"][0]["field"]) == ("voucher_taken", "voucher")
    assert hall.bank.post(address, asked, status=403)["code"] == "not_allowed"
    hall.other.post(address, asked, status=404)
    refused = hall.guarantor.post(address, asked | {"voucher": "DBF-2", "charged_on": "2025-03-11"}, status=400)
    assert (refused["code"], refused["errors"][0]["field"]) == ("fee_in_future", "collected_on")
    check_guarantee_fee(fee_id=fee["id"], actor=hall.scene.guarantor_checker, at=NOW)
    (seen,) = hall.bank.get(f"guarantee-fees/?loan={loan.public_id}&step=checked")["results"]
    assert (seen["id"], seen["guarantor"]["code"]) == (fee["id"], hall.scene.guarantor.code)
    assert hall.guarantor.post(f"guarantee-fees/{fee['id']}/reference/", {"bank_reference": "F-7"})["bank_reference"] == "F-7"
    hall.bank.post(f"guarantee-fees/{fee['id']}/reference/", {"bank_reference": "F-8"})
    assert hall.guarantor.get("guarantee-fees/?bank_reference=F-7")["results"][0]["id"] == fee["id"]
    assert GuaranteeFee.objects.count() == 1


@pytest.mark.clause("FP 1.5.2(1)")
def test_average_guarantee_fees_stand_beside_the_limit(hall: Hall) -> None:
    hall.scene.loan(1_000_000, guarantee={"fee_rate": Decimal("0.005")})
    hall.scene.loan(3_000_000, guarantee={"fee_rate": Decimal("0.013")})
    (year,) = hall.guarantor.get("guarantee-fee-averages/")
    assert (year["year"], year["count"], year["amount"], year["average_rate"], year["limit_rate"], year["is_above_limit"]) == (
        2024, 2, "4000000.00", "0.011000", "0.010000", True,
    )  # fmt: skip
    assert hall.bank.get("guarantee-fee-averages/") == [year]
    assert hall.other.get("guarantee-fee-averages/") == hall.trustee.get("guarantee-fee-averages/") == []


def set_rate(hall: Hall) -> None:
    set_enhancement_fee_rate(
        rate=Decimal("0.005"), from_on=date(2024, 1, 1), document_number="泉技基〔2024〕1号", actor=hall.scene.city_handler, at=NOW
    )


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D23")
def test_an_enhancement_fee_is_computed_collected_once_and_checked_by_a_person(hall: Hall) -> None:
    loan = hall.scene.loan(10_000_000, mode=Mode.TRUST)
    address = f"loans/{loan.public_id}/enhancement-fees/"
    asked = {"from_on": "2024-04-10", "until_on": "2024-07-09", "collected_on": "2025-03-10", "voucher": "ZX-1", "bank_reference": "Z-1"}
    assert hall.trustee.get(f"loans/{loan.public_id}/total-cost/")["total_rate"] is None
    assert hall.trustee.post(address, asked, status=400)["code"] == "no_enhancement_fee_rate"
    set_rate(hall)
    fee = hall.trustee.post(address, asked, status=201)
    assert (fee["amount"], fee["step"], fee["bank_reference"]) == ("12500.00", "recorded", "Z-1")  # 10 M × 0.5 % × 90 / 360
    assert hall.trustee.post(address, asked, status=201)["id"] == fee["id"]
    assert hall.trustee.post(address, asked | {"voucher": "ZX-2"}, status=409)["code"] == "reference_taken"
    assert hall.trustee.post(address, asked | {"bank_reference": "Z-2"}, status=409)["code"] == "fee_collected_before"
    assert hall.bank.post(address, asked, status=403)["code"] == "not_allowed"
    hall.other.post(address, asked, status=404)
    reversed_ = asked | {"until_on": "2024-04-09", "bank_reference": "Z-3"}
    assert hall.trustee.response(address, reversed_, key="k").json()["code"] == "period_reversed"
    assert EnhancementFee.objects.count() == 1
    check_enhancement_fee(fee_id=fee["id"], actor=hall.scene.trustee_checker, at=NOW)
    (seen,) = hall.bank.get("enhancement-fees/?step=checked")["results"]
    assert (seen["id"], seen["bank_reference"]) == (fee["id"], "")
    assert hall.bank.get("enhancement-fee-rates/") == [
        {"from_on": "2024-01-01", "rate": "0.005000", "document_number": "泉技基〔2024〕1号"}
    ]
    assert hall.trustee.post(f"enhancement-fees/{fee['id']}/reference/", {"bank_reference": "Z-1"})["bank_reference"] == "Z-1"


@pytest.mark.clause("FP 1.4.1")
def test_the_total_cost_of_a_loan_names_its_cover(hall: Hall) -> None:
    set_rate(hall)
    costs = {
        "guarantee_fee": (hall.scene.loan(1_000_000), "0.005000", "0.025000"),
        "enhancement_fee": (hall.scene.loan(1_000_000, mode=Mode.TRUST), "0.005000", "0.025000"),
        "none": (hall.scene.loan(1_000_000, category=Category.FIXED_ASSET, security=Security.SECURED), "0.000000", "0.020000"),
    }
    for cover, (loan, rate, total) in costs.items():
        seen = hall.bank.get(f"loans/{loan.public_id}/total-cost/")
        assert seen == {"enterprise_rate": "0.020000", "cover": cover, "cover_rate": rate, "total_rate": total}
        hall.other.get(f"loans/{loan.public_id}/total-cost/", status=404)


@pytest.mark.clause("D21")
def test_what_comes_back_beyond_the_claim_is_the_banks(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.filed(bad, amount="600000.00")
    for step in ("begin-review", "accept", "propose-payment"):
        hall.guarantor.post(f"claims/{claim['id']}/{step}/")
    release_payment(claim_id=claim["id"], actor=hall.scene.guarantor_checker, at=NOW)
    recovery = hall.scene.recovered(hall.row(bad), 700_000)
    assert hall.bank.get(f"recoveries/{recovery.public_id}/")["shared"] == [
        {"payer": "bank", "amount": "220000.00", "returned": "0.00"},
        {"payer": "guarantor", "amount": "480000.00", "returned": "480000.00"},
    ]
    beyond = hall.scene.recovered(hall.row(bad), 100_000)
    assert hall.bank.get(f"recoveries/{beyond.public_id}/")["shared"] == [{"payer": "bank", "amount": "100000.00", "returned": "0.00"}]


def test_what_came_back_is_found_by_moment_and_day(hall: Hall, paid: dict[str, Any]) -> None:
    hall.scene.recovered(hall.row(paid), 250_000)
    hall.on(date(2025, 3, 12))
    hall.scene.recovered(hall.row(paid), 50_000, on=date(2025, 3, 12), at=noon(date(2025, 3, 12)))
    rows = hall.bank.get("recoveries/?received_from=2025-03-11")["results"]
    assert [row["amount"] for row in rows] == ["50000.00"]
    assert [row["amount"] for row in hall.bank.get("recoveries/?ordering=amount")["results"]] == ["50000.00", "250000.00"]
    assert hall.bank.get("recoveries/?updated_since=2999-01-01T00:00:00%2B08:00")["results"] == []
    assert hall.bank.get(f"recoveries/{rows[0]['id']}/")["shared"][1] == {
        "payer": "guarantor",
        "amount": "40000.00",
        "returned": "40000.00",
    }
