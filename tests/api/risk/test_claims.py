"""Claims over HTTP: filed, examined by the guarantor's program, proposed for payment; held back, applied for anew."""

from typing import Any

import pytest

from common.enums import Category, Mode, Security
from risk.claims.services.certifying import certify_loss
from risk.claims.services.payments import release_payment
from risk.models import Claim
from tests.api.caller import token_of
from tests.api.risk.hall import PROJECT_PAPERS, Hall
from tests.risk.scene import NOW

CLAUSE = "FP 1.5.2(1)"


def project_loan(hall: Hall, amount: int, *, mode: Mode = Mode.TRUST) -> Any:
    return hall.scene.loan(amount, mode=mode, category=Category.FIXED_ASSET, security=Security.SECURED)


def released(hall: Hall, claim: dict[str, Any]) -> dict[str, Any]:
    """Let the guarantor's program propose the payment and a person of it release it."""
    hall.guarantor.post(f"claims/{claim['id']}/propose-payment/")
    release_payment(claim_id=claim["id"], actor=hall.scene.guarantor_checker, at=NOW)
    found: dict[str, Any] = hall.bank.get(f"claims/{claim['id']}/")
    return found


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("D37")
def test_an_rd_claim_from_filing_to_the_money(hall: Hall) -> None:
    hall.scene.disburse(200_000_000)
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.filed(bad, bank_reference="BC-1")
    assert (claim["state"], claim["kind"], claim["amount"], claim["bank_reference"]) == ("filed", "rd", "1000000.00", "BC-1")
    assert (claim["deadline"]["due_on"], claim["reviewer"]["code"]) == ("2025-03-24", hall.scene.guarantor.code)
    here = f"claims/{claim['id']}/"
    assert hall.bank.get(here)["open_steps"] == ["withdraw"]
    assert hall.guarantor.get(here)["open_steps"] == ["ask_supplement", "begin_review"]
    asked = hall.guarantor.post(f"{here}ask-supplement/", {"what": "最近一次催收记录"})
    assert (asked["state"], asked["supplement"]) == ("supplement", "最近一次催收记录")
    assert hall.upload(hall.bank, here, kind="supplement").status_code == 201
    assert hall.bank.post(f"{here}supply/")["state"] == "filed"
    assert [paper["kind"] for paper in hall.guarantor.get(f"{here}papers/")] == ["supplement"]
    assert hall.guarantor.post(f"{here}begin-review/")["state"] == "under_review"
    accepted = hall.guarantor.post(f"{here}accept/")
    assert (accepted["state"], accepted["payable_on"]) == ("payable", "2025-03-10")
    seen = hall.bank.get(here)
    assert [(part["payer"], part["amount"], part["payable"], part["clause"]) for part in seen["split"]["parts"]] == [
        ("bank", "200000.00", "0.00", CLAUSE), ("guarantor", "800000.00", "800000.00", CLAUSE),
    ]  # fmt: skip
    assert (seen["split"]["is_fixed"], seen["payable_total"], seen["held_back"]) == (False, "800000.00", None)
    paid = released(hall, claim)
    assert (paid["state"], paid["paid_total"], paid["payable_total"], paid["split"]["is_fixed"]) == ("paid", "800000.00", "0.00", True)
    (payment,) = hall.bank.get(f"compensations/?claim={claim['id']}")["results"]
    assert (payment["amount"], payment["number"], payment["claim_number"]) == ("800000.00", 1, claim["number"])
    assert [(part["payer"], part["amount"], part["clause"]) for part in payment["parts"]] == [("guarantor", "800000.00", CLAUSE)]
    assert (payment["disbursed"], payment["bad_debt"], payment["rate"]) == ("201000000.00", "1000000.00", "0.004975")
    assert hall.guarantor.get(f"compensations/{payment['id']}/")["amount"] == "800000.00"
    hall.other.get(f"compensations/{payment['id']}/", status=404)
    assert hall.guarantor.post(f"compensations/{payment['id']}/reference/", {"bank_reference": "ZF-1"})["bank_reference"] == "ZF-1"
    assert hall.bank.get(f"loans/{bad['loan_id']}/")["risk"]["claim_state"] == "paid"
    closed = hall.bank.post(f"{here}close/", {"reason": "追偿终结"})
    assert (closed["state"], closed["ended_reason"]) == ("closed", "追偿终结")


def test_filing_twice_is_one_claim(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    claim = hall.filed(bad, bank_reference="BC-1")
    address, asked = f"bad-debts/{bad['id']}/claims/", {"amount": "1000000.00", "bank_reference": "BC-1"}
    assert hall.bank.post(address, asked, status=201)["id"] == claim["id"]
    first, again = (hall.bank.response(address, asked, key="k1") for _ in range(2))
    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert hall.bank.post(address, asked | {"amount": "999999.00"}, status=409)["code"] == "reference_taken"
    assert hall.bank.post(address, {"amount": "1000000.00"}, status=409)["code"] == "claim_open"
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"amount": "1000000.01"}, "amount_beyond_loss", "amount"),
        ({"amount": "0.00"}, "invalid_input", "amount"),
        ({"amount": 1000}, "invalid_input", "amount"),
        ({}, "invalid_input", "amount"),
        ({"amount": "1.00", "interest": "1.00"}, "invalid_input", "interest"),
    ],
)
def test_a_claim_of_no_good_amount_is_refused(hall: Hall, asked: dict[str, Any], code: str, field: str) -> None:
    bad = hall.with_papers(hall.bad(hall.scene.loan(1_000_000)))
    refused = hall.bank.post(f"bad-debts/{bad['id']}/claims/", asked, status=400)
    assert (refused["code"], refused["errors"][0]["field"]) == (code, field)
    assert not Claim.objects.exists()


@pytest.mark.clause("FP 1.5.1")
def test_a_claim_goes_the_way_of_its_loan_and_needs_its_papers(hall: Hall) -> None:
    rd, project = hall.bad(hall.scene.loan(1_000_000)), hall.bad(project_loan(hall, 2_000_000))
    assert hall.bank.post(f"bad-debts/{rd['id']}/claims/", {"amount": "1.00"}, status=409)["code"] == "paper_missing"
    assert hall.bank.post(f"bad-debts/{rd['id']}/pursuits/", status=409)["code"] == "wrong_way"
    assert hall.bank.post(f"bad-debts/{project['id']}/claims/", {"amount": "1.00"}, status=409)["code"] == "wrong_way"
    secured = hall.bad(hall.scene.loan(1_000_000, security=Security.SECURED))
    assert hall.bank.post(f"bad-debts/{secured['id']}/claims/", {"amount": "1.00"}, status=409)["code"] == "nothing_covered"
    assert not Claim.objects.exists()


@pytest.mark.clause("FP 1.5.1")
def test_a_project_loss_is_proposed_by_the_program_and_certified_by_a_person(hall: Hall) -> None:
    bad = hall.bad(project_loan(hall, 2_000_000))
    claim = hall.bank.post(f"bad-debts/{bad['id']}/pursuits/", {"bank_reference": "ZC-1"}, status=201)
    assert (claim["state"], claim["amount"], claim["kind"]) == ("pursuing", None, "project")
    assert hall.bank.post(f"bad-debts/{bad['id']}/pursuits/", {"bank_reference": "ZC-1"}, status=201)["id"] == claim["id"]
    here = f"claims/{claim['id']}/"
    loss = {"amount": "1500000.00", "evidence_kind": "court", "evidence_number": "(2025)闽05执恢1号"}
    assert hall.bank.post(f"{here}propose-loss/", loss, status=409)["code"] == "paper_missing"
    hall.with_papers(bad, PROJECT_PAPERS)
    for changed, code, field in (
        ({"amount": "2000000.01"}, "amount_beyond_loss", "amount"),
        ({"evidence_kind": "hearsay"}, "invalid_input", "evidence_kind"),
        ({"evidence_number": " "}, "invalid_input", "evidence_number"),
    ):
        refused = hall.bank.post(f"{here}propose-loss/", loss | changed, status=400)
        assert (refused["code"], refused["errors"][0]["field"]) == (code, field)
    proposed = hall.bank.post(f"{here}propose-loss/", loss)
    assert (proposed["state"], proposed["amount"], proposed["evidence_kind"]) == ("certifying", "1500000.00", "court")
    seen = hall.bank.get(here)
    assert seen["open_steps"] == ["withdraw"]
    hall.bank.post(f"{here}certify/", status=404)
    certify_loss(claim_id=claim["id"], actor=hall.scene.checker, at=NOW)
    seen = hall.trustee.get(here)
    assert [(part["payer"], part["amount"], part["clause"]) for part in seen["split"]["parts"]] == [
        ("bank", "1425000.00", "FP 1.5.1"), ("city", "37500.00", "FP 1.5.1"), ("county", "37500.00", "FP 1.5.1"),
    ]  # fmt: skip
    assert (seen["state"], seen["certified_on"]) == ("payable", "2025-03-10")


@pytest.mark.clause("FP 1.5.2(1)")
def test_the_guarantors_program_refuses_with_a_reason_and_the_bank_may_claim_anew(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    here = f"claims/{hall.filed(bad)['id']}/"
    hall.guarantor.post(f"{here}begin-review/")
    assert hall.guarantor.post(f"{here}refuse/", {"reason": " "}, status=400)["errors"][0]["field"] == "reason"
    refused = hall.guarantor.post(f"{here}refuse/", {"reason": "贷后未检查资金用途"})
    assert (refused["state"], refused["refusal"], refused["ended_on"]) == ("refused", "贷后未检查资金用途", "2025-03-10")
    assert hall.bank.get(here)["split"] is None
    second = hall.bank.post(f"bad-debts/{bad['id']}/claims/", {"amount": "1000000.00"}, status=201)
    withdrawn = hall.bank.post(f"claims/{second['id']}/withdraw/", {"reason": "重新整理材料"})
    assert (withdrawn["state"], withdrawn["ended_reason"]) == ("withdrawn", "重新整理材料")


def test_each_step_is_its_partys_and_each_in_its_state(hall: Hall) -> None:
    here = f"claims/{hall.filed(hall.bad(hall.scene.loan(1_000_000)))['id']}/"
    for step, asked in (("begin-review", {}), ("ask-supplement", {"what": "x"}), ("accept", {}), ("refuse", {"reason": "x"})):
        assert hall.bank.post(f"{here}{step}/", asked, status=403)["code"] == "not_allowed"
    assert hall.bank.post(f"{here}propose-payment/", status=403)["code"] == "not_allowed"
    for step, asked in (("supply", {}), ("withdraw", {"reason": "x"}), ("close", {"reason": "x"})):
        assert hall.guarantor.post(f"{here}{step}/", asked, status=403)["code"] == "not_allowed"
    for caller, step, asked in (
        (hall.guarantor, "accept", {}),
        (hall.guarantor, "refuse", {"reason": "x"}),
        (hall.guarantor, "propose-payment", {}),
        (hall.bank, "supply", {}),
        (hall.bank, "close", {"reason": "x"}),
    ):
        assert caller.post(f"{here}{step}/", asked, status=409)["code"] == "transition_not_allowed"
    assert hall.bank.get(here)["state"] == "filed"


def test_steps_of_a_claim_are_taken_once_and_need_their_scope(hall: Hall) -> None:
    claim = hall.filed(hall.bad(hall.scene.loan(1_000_000)))
    here = f"claims/{claim['id']}/"
    first, again = (hall.guarantor.response(f"{here}begin-review/", {}, key="r1") for _ in range(2))
    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert hall.guarantor.secret is not None
    hall.guarantor.token = token_of(hall.guarantor.secret, scope="read report")
    for step, asked in (("accept", {}), ("refuse", {"reason": "x"}), ("propose-payment", {}), ("reference", {"bank_reference": "x"})):
        assert hall.guarantor.post(f"{here}{step}/", asked, status=403)["code"] == "insufficient_scope"
    assert hall.bank.secret is not None
    hall.bank.token = token_of(hall.bank.secret, scope="read")
    for step, asked in (("supply", {}), ("withdraw", {"reason": "x"}), ("propose-loss", {}), ("close", {"reason": "x"})):
        assert hall.bank.post(f"{here}{step}/", asked, status=403)["code"] == "insufficient_scope"
    assert hall.bank.post("reapplications/", {"reason": "x"}, status=403)["code"] == "insufficient_scope"


def test_another_banks_claim_does_not_exist(hall: Hall) -> None:
    here = f"claims/{hall.filed(hall.bad(hall.scene.loan(1_000_000)))['id']}/"
    for caller in (hall.other, hall.trustee):
        caller.get(here, status=404)
        caller.get(f"{here}papers/", status=404)
        for step, asked in (
            ("supply", {}),
            ("withdraw", {"reason": "x"}),
            ("propose-loss", {"amount": "1.00", "evidence_kind": "court", "evidence_number": "1"}),
            ("close", {"reason": "x"}),
            ("begin-review", {}),
            ("ask-supplement", {"what": "x"}),
            ("accept", {}),
            ("refuse", {"reason": "x"}),
            ("propose-payment", {}),
            ("reference", {"bank_reference": "x"}),
        ):
            caller.post(f"{here}{step}/", asked, status=404)
        assert hall.upload(caller, here, kind="supplement").status_code == 404


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
def test_what_the_cap_holds_back_says_why_and_is_paid_when_applied_for_anew(hall: Hall) -> None:
    hall.scene.disburse(8_000_000)
    first = hall.accepted(hall.bad(hall.scene.loan(1_000_000)))
    assert released(hall, first)["paid_total"] == "0.00"
    held = hall.bank.get(f"claims/{first['id']}/")
    assert (held["state"], held["needs_reapplication"], held["payable_total"]) == ("queued", True, "800000.00")
    assert held["held_back"] == {
        "amount": "800000.00", "reason": "suspended", "position": 1, "cap_left": "0.00", "recovery_to_reopen": "100000.00",
        "disbursement_to_reopen": "1000000.00", "return_for_room": "0.00", "disbursement_for_room": "0.00",
    }  # fmt: skip
    refused = hall.bank.post("reapplications/", {"reason": "请求恢复"}, status=409)
    assert (refused["code"], refused["clause"]) == ("no_room_yet", "FP 1.5.3")
    assert hall.bank.get("breaker-changes/")["results"][0]["after"] == "suspended"
    hall.scene.disburse(1_000_000)
    assert hall.bank.get(f"claims/{first['id']}/")["held_back"]["reason"] == "reapply"
    asked = {"reason": "放款增加", "bank_reference": "CX-1"}
    again = hall.bank.post("reapplications/", asked, status=201)
    assert (again["cap_left"], again["disbursed"], again["bank_reference"]) == ("1000000.00", "10000000.00", "CX-1")
    assert hall.bank.post("reapplications/", asked, status=201)["id"] == again["id"]
    assert hall.bank.get(f"claims/{first['id']}/")["state"] == "paid"
    assert hall.bank.post("reapplications/", {"reason": "再来一次"}, status=409)["code"] == "nothing_queued"
    assert [row["id"] for row in hall.bank.get("reapplications/")["results"]] == [again["id"]]
    assert hall.other.get("reapplications/")["results"] == hall.other.get("breaker-changes/")["results"] == []
    assert hall.guarantor.post("reapplications/", {"reason": "x"}, status=403)["code"] == "not_allowed"
    assert hall.bank.post("reapplications/", {"reason": ""}, status=400)["errors"][0]["field"] == "reason"


@pytest.mark.clause("D20")
def test_a_claim_paid_in_part_and_those_behind_it_say_so(hall: Hall) -> None:
    hall.scene.disburse(8_000_000)
    loans = [hall.scene.loan(amount) for amount in (1_000_000, 900_000, 100_000)]
    paid_back = hall.bad(loans[0])
    assert released(hall, hall.accepted(paid_back))["state"] == "paid"
    hall.scene.recovered(hall.row(paid_back), 1_000_000)  # not returned yet, so that compensation still counts
    part = released(hall, hall.accepted(hall.bad(loans[1])))
    assert (part["state"], part["paid_total"], part["payable_total"]) == ("part_paid", "200000.00", "520000.00")
    assert (part["held_back"]["amount"], part["held_back"]["reason"], part["held_back"]["position"]) == ("520000.00", "cap", 1)
    behind = released(hall, hall.accepted(hall.bad(loans[2])))
    assert (behind["state"], behind["needs_reapplication"]) == ("queued", False)
    assert (behind["held_back"]["amount"], behind["held_back"]["reason"], behind["held_back"]["position"]) == ("80000.00", "queue", 2)
    assert {row["id"] for row in hall.bank.get("claims/?needs_reapplication=true")["results"]} == {part["id"]}
    hall.scene.disburse(100_000)  # room for a part of it, for which the bank may apply
    some = hall.bank.get(f"claims/{part['id']}/")["held_back"]
    assert (some["reason"], some["cap_left"]) == ("reapply", "10000.00")
    hall.bad(hall.scene.loan(10_000_000))
    reasons = [hall.bank.get(f"claims/{one['id']}/")["held_back"]["reason"] for one in (part, behind)]
    assert reasons == ["suspended", "queue"]  # as the screen says
    assert len(hall.guarantor.get("compensations/?paid_from=2025-03-10")["results"]) == 2


@pytest.mark.clause("FP 1.5.2(1)")
def test_a_loss_above_the_last_tier_says_that_nobody_may_share_it(hall: Hall) -> None:
    claim = hall.accepted(hall.bad(hall.scene.loan(31_000_000)))
    seen = hall.bank.get(f"claims/{claim['id']}/")
    assert (seen["split"]["is_fixed"], seen["split"]["parts"], seen["payable_total"]) == (False, [], "0.00")
    assert "31,000,000.00" in seen["split"]["problem"]
    refused = hall.guarantor.post(f"claims/{claim['id']}/propose-payment/", status=400)
    assert (refused["code"], refused["clause"]) == ("over_enterprise_cap", "FP 1.5.2(1)")
    assert hall.bank.get(f"claims/{claim['id']}/")["state"] == "payable"
