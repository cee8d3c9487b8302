"""Every worked example of tests/vectors, asked over HTTP."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.api.examples import ENTERPRISE, PROJECT
from tests.translations import REASONS, RISK_PAYERS, breaker_cases, industrial_sizes, loss_cases, subsidy_cases, vectors

pytestmark = pytest.mark.django_db

Ask = Callable[..., dict[str, Any]]
RISK, WORKDAYS = vectors("risk"), vectors("workdays")


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize("case", WORKDAYS["plus_30"] + WORKDAYS["crosses_unpublished_2027"], ids=lambda case: case["start"])
def test_due_dates(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("working-days", {"start": case["start"], "days": 30})
    assert (found["due"], found["provisional"]) == (case["deadline_A"], case.get("provisional", False))
    assert (found["clauses"], found["interpretations"]) == (["FP 1.6.3"], ["D6", "D7"])


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize("case", WORKDAYS["elapsed_A"], ids=lambda case: f"{case['start']} to {case['end']}")
def test_elapsed_days(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("working-days", {"start": case["start"], "end": case["end"]})
    assert (found["elapsed"], found["within_limit"], found["provisional"]) == (case["working_days"], case["within_30"], False)


@pytest.mark.clause("D29")
@pytest.mark.parametrize("case", industrial_sizes(), ids=lambda case: f"{case['employees']} staff, {case['revenue']} yuan")
def test_sizes(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("enterprise-size", {"industry_code": "C1951", "employees": case["employees"], "revenue": case["revenue"]})
    assert (found["size"], found["is_sme"]) == (case["size"], case["is_sme"])


@pytest.mark.clause("D30")
@pytest.mark.parametrize("case", vectors("industry")["vectors"], ids=lambda case: case["label"])
def test_industry_codes(ask: Ask, case: dict[str, Any]) -> None:
    asked = {"industry_code": case["code"], "employees": 20, "revenue": "3000000.00"}
    found = ask("enterprise-size", asked, status=200 if case["industrial"] else 400)
    assert found.get("code") == (None if case["industrial"] else "not_industrial")
    check = ask("project-eligibility", PROJECT | {"industry_code": case["code"]})["checks"][0]
    assert (check["clause"], check["passed"]) == ("FP 1.1.1", case["industrial"])


@pytest.mark.parametrize("case", vectors("uscc")["valid"] + vectors("uscc")["invalid"], ids=lambda case: case["code"])
def test_credit_codes(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("credit-code", {"code": case["code"]})
    assert (found["valid"], found.get("reason")) == ("verdict" not in case, REASONS.get(case.get("verdict", "")))
    assert found["warnings"] == [] or not found["valid"]


@pytest.mark.parametrize("case", vectors("uscc")["normalize"], ids=lambda case: case["input"])
def test_normalized_credit_codes(ask: Ask, case: dict[str, Any]) -> None:
    assert ask("credit-code", {"code": case["input"]})["normalized"] == case["normalized"]


@pytest.mark.parametrize("case", vectors("rmb")["vectors"], ids=lambda case: case["amount"])
def test_amounts_in_words(ask: Ask, case: dict[str, Any]) -> None:
    assert ask("amount-in-words", {"amount": case["amount"]})["words"] == case["upper"]


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.parametrize("case", [case for case in RISK["caps"] if case["kind"] == "project"], ids=lambda case: case["total_investment"])
def test_project_caps(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("project-limit", {"total_investment": case["total_investment"]})
    assert {name: found[name] for name in case["expected"]} == case["expected"]
    for name in ("total", "fixed_asset", "working_capital"):
        assert found[f"headroom_{name}"] == found[f"max_{name}"]


@pytest.mark.clause("FP 1.2.2")
@pytest.mark.parametrize("case", [case for case in RISK["caps"] if case["kind"] != "project"], ids=lambda case: str(case))
def test_rd_caps(ask: Ask, case: dict[str, Any]) -> None:
    expense = case.get("last_year_rd", "0.00")
    facts = ENTERPRISE | {"is_little_giant": case.get("giant", False), "last_year_rd_expense": expense}
    if case["kind"] == "new":
        facts |= {"registered_capital": case["registered_capital"], "registered_on": "2024-01-05"}
    assert ask("rd-eligibility", facts)["eligible"] is case["expected"]["eligible"]
    if "cap" in case["expected"]:
        limit = ask("rd-limit", {"newly_registered": case["kind"] == "new", "last_year_rd_expense": expense})
        assert limit["max_total"] == limit["headroom_total"] == case["expected"]["cap"]


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.parametrize("case", subsidy_cases(), ids=lambda case: case["name"])
def test_subsidies(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("subsidy", case["asked"])
    assert {name: found[name] for name in case["answer"]} == case["answer"]


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.parametrize("case", RISK["response"], ids=lambda case: case["expected"]["rate"])
def test_response_rates(ask: Ask, case: dict[str, Any]) -> None:
    expected = case["expected"]
    found = ask("response-rate", {"working_days_to_conditions": case["working_days_to_ready"], "pending": case["pending"]})
    assert (found["numerator"], found["denominator"]) == (expected["numerator"], expected["denominator"])
    assert found["meets_threshold"] is expected["meets_60"]
    assert found["rate"] == f"{Decimal(expected['numerator']) / expected['denominator']:.6f}"


@pytest.mark.clause("FP 1.5.1")
@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.parametrize("case", loss_cases(), ids=lambda case: case["name"])
def test_loss_shares(ask: Ask, case: dict[str, Any]) -> None:
    refused = case["answer"].get("error")
    found = ask("loss-sharing", case["asked"], status=400 if refused else 200)
    if refused:
        assert (found["code"], found["errors"][0]["field"]) == (refused, "enterprise_rd_total")
    else:
        assert {name: found[name] for name in case["answer"]} == case["answer"]


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.parametrize("case", breaker_cases(), ids=lambda case: case["name"])
def test_breaker_and_cap(ask: Ask, case: dict[str, Any]) -> None:
    found = ask("compensation-headroom", case["asked"])
    assert {name: found[name] for name in case["answer"]} == case["answer"]
    assert (found["bad_debt_rate"] is None) == (found["state"] == "no_data")


SPECIAL = {"bank": "200000.00", "guarantor": "800000.00", "fee_pool": "0.00", "city": "0.00", "county": "0.00"}
TRUST = {"bank": "350000.00", "guarantor": "0.00", "fee_pool": "300000.00", "city": "175000.00", "county": "175000.00"}


@pytest.mark.clause("D21")
@pytest.mark.parametrize(
    ("recovered", "costs", "paid", "case"),
    [("250000.00", "10000.00", SPECIAL, 0), ("500000.00", "0.00", TRUST, 1), ("905000.00", "5000.00", TRUST, 2)],
)
def test_recovery_shares(ask: Ask, recovered: str, costs: str, paid: dict[str, str], case: int) -> None:
    names = {"net_recovered": "net", "to_guarantor": "guarantor", "to_bank": "bank"} | RISK_PAYERS
    expected = {names[key]: value for key, value in RISK["recovery"][case].items() if key != "case"}
    found = ask("recovery-sharing", {"recovered": recovered, "costs": costs, "paid": paid})
    assert {name: found[name] for name in expected} == expected
    assert sum(Decimal(found[name]) for name in paid) == Decimal(found["net"])


@pytest.mark.clause("D21")
def test_recovering_more_than_was_paid_is_refused(ask: Ask) -> None:
    found = ask("recovery-sharing", {"recovered": "1000000.01", "costs": "0.00", "paid": TRUST}, status=400)
    assert (found["code"], found["errors"][0]["field"]) == ("recovery_exceeds_paid", "recovered")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mode": "special", "category": "rd", "net_loss": "1.00"}, "enterprise_total_missing"),
        ({"mode": "trust", "category": "rd", "net_loss": "1.00"}, "fee_pool_missing"),
    ],
)
def test_a_loss_without_what_decides_its_share(ask: Ask, asked: dict[str, str], code: str) -> None:
    assert ask("loss-sharing", asked, status=400)["code"] == code
