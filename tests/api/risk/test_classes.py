"""Classes, suggestions and bad debts over HTTP."""

from typing import Any

import pytest

from api.enums import Scope
from parties.selectors import system_member
from risk.classification.services import suggest_classes
from risk.models import BadDebt, BankRisk, Classification
from tests.api.caller import Caller, token_of
from tests.api.risk.hall import Hall
from tests.risk.scene import NOW

ASKED = {"grade": "loss", "on": "2025-03-03", "reason": "借款人停产", "bank_reference": "FL-1"}


@pytest.mark.clause("FP 1.5.3")
def test_a_bank_decides_on_a_class_once(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    here = f"loans/{loan.public_id}/classifications/"
    first = hall.bank.post(here, ASKED, status=201, key="k1")
    assert (first["grade"], first["from_on"], first["overdue_days"], first["suggested"]) == ("loss", "2025-03-03", 101, "substandard")
    assert (first["bank_reference"], first["contract_number"], first["reason"]) == ("FL-1", loan.contract_number, "借款人停产")
    again = hall.bank.response(here, ASKED, key="k1")
    assert (again.status_code, again["Idempotent-Replayed"], again.json()) == (201, "true", first)
    assert hall.bank.post(here, ASKED, status=201)["id"] == first["id"]
    taken = hall.bank.post(here, ASKED | {"grade": "doubtful"}, status=409)
    assert (taken["code"], taken["errors"][0]["field"]) == ("reference_taken", "bank_reference")
    assert Classification.objects.count() == 1
    assert hall.bank.get(f"classifications/{first['id']}/")["id"] == first["id"]
    assert hall.bank.get("classifications/?bank_reference=FL-1&grade=loss")["results"][0]["id"] == first["id"]
    assert hall.bank.get(f"loans/{loan.public_id}/")["risk"]["grade"] == "loss"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"grade": "awful"}, 400, "invalid_input", "grade"),
        ({"on": "2025-03-11"}, 400, "day_to_come", "on"),
        ({"reason": ""}, 400, "reason_missing", "reason"),
        ({"on": "gestern"}, 400, "invalid_input", "on"),
        ({"colour": "red"}, 400, "invalid_input", "colour"),
    ],
)
def test_a_class_that_cannot_stand_changes_nothing(hall: Hall, changed: dict[str, Any], status: int, code: str, field: str) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    refused = hall.bank.post(f"loans/{loan.public_id}/classifications/", ASKED | changed, status=status)
    assert (refused["code"], [problem["field"] for problem in refused["errors"]]) == (code, [field])
    assert not Classification.objects.exists()


def test_classes_come_in_the_order_of_their_days(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    hall.classified(loan)
    refused = hall.bank.post(f"loans/{loan.public_id}/classifications/", ASKED | {"bank_reference": "FL-2"}, status=409)
    assert (refused["code"], refused["clause"]) == ("classified_before", "FP 1.5.3")


def test_only_the_own_bank_with_the_scope_decides(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    address = f"loans/{loan.public_id}/classifications/"
    hall.other.post(address, ASKED, status=404)
    assert hall.guarantor.post(address, ASKED, status=403)["code"] == "not_allowed"
    assert hall.bank.secret is not None
    hall.bank.token = token_of(hall.bank.secret, scope="read money report")
    for step in ("classifications", "bad-debts"):
        assert hall.bank.post(f"loans/{loan.public_id}/{step}/", ASKED, status=403)["code"] == "insufficient_scope"
    assert not Classification.objects.exists()


@pytest.mark.clause("FP 1.5.3")
def test_a_suggestion_is_read_and_answered_by_deciding(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    assert suggest_classes(actor=system_member(), at=NOW) == 1
    (waiting,) = hall.bank.get("classification-suggestions/?state=open")["results"]
    assert (waiting["grade"], waiting["overdue_days"], waiting["loan_id"], waiting["answer_id"]) == (
        "substandard", 108, str(loan.public_id), None,
    )  # fmt: skip
    decided = hall.bank.post(f"loans/{loan.public_id}/classifications/", {"grade": "substandard"}, status=201)
    assert decided["from_on"] == "2025-03-10"
    (answered,) = hall.bank.get("classification-suggestions/")["results"]
    assert (answered["state"], answered["answer_id"]) == ("taken", decided["id"])
    assert hall.other.get("classification-suggestions/")["results"] == []


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D16")
def test_a_debt_is_recognised_as_bad_once_and_opened_with_what_a_claim_needs(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    address = f"loans/{loan.public_id}/bad-debts/"
    asked = {"reason": "停产", "bank_reference": "HZ-1"}
    refused = hall.bank.post(address, asked, status=409)
    assert refused["code"] == "not_non_performing"
    assert not BankRisk.objects.filter(bank=hall.scene.bank).exists()
    decided = hall.classified(loan)
    bad = hall.bank.post(address, asked, status=201)
    assert (bad["principal"], bad["recognised_on"], bad["enterprise_rd_total"]) == (
        "1000000.00",
        "2025-03-10",
        "10000000.00",
    )  # the end of its tier
    assert (bad["classification_id"], bad["bank"]["code"], bad["bank_reference"]) == (decided["id"], hall.scene.bank.code, "HZ-1")
    assert hall.bank.post(address, asked, status=201)["id"] == bad["id"]
    assert hall.bank.post(address, {"reason": "停产"}, status=409)["code"] == "already_recognised"
    hall.with_papers(bad, ("contract", "self_check"))
    seen = hall.bank.get(f"bad-debts/{bad['id']}/")
    assert seen["papers_missing"] == ["drawdown_voucher", "use_of_funds", "collection_record", "classification"]
    assert (seen["recovered"], seen["claim_ids"], len(seen["papers_required"])) == ("0.00", [], 6)
    of_loan = hall.bank.get(f"loans/{loan.public_id}/")["risk"]
    assert (of_loan["bad_debt_id"], of_loan["bad_debt_principal"], of_loan["claim_id"]) == (bad["id"], "1000000.00", None)
    assert [row["id"] for row in hall.bank.get("loans/?is_bad=true")["results"]] == [str(loan.public_id)]
    assert hall.bank.get("loans/?is_bad=false")["results"] == []
    assert hall.bank.get("bad-debts/?has_claim=true")["results"] == []
    assert hall.bank.get("bad-debts/?has_claim=false&bank_reference=HZ-1")["results"][0]["id"] == bad["id"]


def test_a_bad_debt_without_a_reason_or_of_a_day_to_come_is_refused(hall: Hall) -> None:
    loan = hall.overdue(hall.scene.loan(1_000_000))
    hall.classified(loan)
    address = f"loans/{loan.public_id}/bad-debts/"
    assert hall.bank.post(address, {}, status=400)["errors"][0]["field"] == "reason"
    refused = hall.bank.post(address, {"reason": "停产", "on": "2025-03-11"}, status=400)
    assert (refused["code"], refused["errors"][0]["field"]) == ("day_to_come", "on")
    assert not BadDebt.objects.exists()


def test_another_banks_bad_debt_does_not_exist(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    here = f"bad-debts/{bad['id']}/"
    hall.other.get(here, status=404)
    hall.trustee.get(here, status=404)
    for step, asked in (
        ("claims", {"amount": "1.00"}),
        ("pursuits", {}),
        ("recoveries", {"amount": "1.00", "received_on": "2025-03-10", "bank_reference": "Z1"}),
        ("reference", {"bank_reference": "X"}),
    ):
        hall.other.post(f"{here}{step}/", asked, status=404)
    assert hall.upload(hall.other, here, kind="contract").status_code == 404
    hall.other.get(f"{here}papers/", status=404)
    for name in ("classifications", "bad-debts", "claims", "recoveries", "returns", "compensations", "guarantee-fees", "exemptions"):
        assert hall.other.get(f"{name}/")["results"] == []
    assert hall.guarantor.get(here)["principal"] == "1000000.00"


def test_papers_are_whole_of_a_known_type_and_handed_out_as_they_came(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    here = f"bad-debts/{bad['id']}/"
    good = "a" * 64
    refused = hall.upload(hall.bank, here, kind="contract", sha256=good)
    assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["field"]) == (400, "digest_differs", "sha256")
    assert hall.upload(hall.bank, here, kind="letter").json()["errors"][0]["field"] == "kind"
    assert hall.upload(hall.bank, here, kind="contract", content=b"MZ\x90\x00").json()["code"] == "type_not_accepted"
    assert hall.upload(hall.bank, here, kind="contract", filename="a.png").json()["code"] == "name_contradicts_content"
    assert hall.bank.get(f"{here}papers/") == []
    first, again = (hall.upload(hall.bank, here, kind="contract", key="p1") for _ in range(2))
    assert (first.json(), again["Idempotent-Replayed"]) == (again.json(), "true")
    paper = first.json()
    assert hall.upload(hall.bank, here, kind="self_check", sha256=paper["sha256"]).status_code == 201
    address = f"/api/v1/{here}papers/{paper['id']}/content/"
    fetched = hall.guarantor.http.get(address, headers=hall.guarantor.headers | {"accept": "application/pdf"})
    assert (fetched.status_code, fetched["Content-Type"], len(fetched.content)) == (200, "application/pdf", paper["size"])
    assert "contract.pdf" in fetched["Content-Disposition"]
    gone = hall.other.http.get(address, headers=hall.other.headers)
    assert (gone.status_code, gone["Content-Type"]) == (404, "application/problem+json")
    elsewhere = hall.bad(hall.scene.loan(2_000_000))
    hall.bank.get(f"bad-debts/{elsewhere['id']}/papers/{paper['id']}/content/", status=404)


def test_a_program_that_may_only_read_uploads_nothing(hall: Hall) -> None:
    bad = hall.bad(hall.scene.loan(1_000_000))
    reader = Caller.of(hall.scene.bank, scopes=[Scope.READ], name="报表系统")
    assert hall.upload(reader, f"bad-debts/{bad['id']}/", kind="contract").json()["code"] == "insufficient_scope"
    assert reader.get(f"bad-debts/{bad['id']}/papers/") == []
