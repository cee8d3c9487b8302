"""The calculators over HTTP: what the contract promises, and every refusal."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from calculators.registry import CALCULATORS
from policy.models import PolicyVersion
from tests.api.examples import AS_OF, ENTERPRISE, GOOD, LOAN, PROJECT
from tests.translations import xiamen_2022

pytestmark = pytest.mark.django_db

Ask = Callable[..., dict[str, Any]]


def test_every_calculator_has_a_good_example() -> None:
    assert GOOD.keys() == CALCULATORS.keys()


@pytest.mark.parametrize("name", GOOD)
def test_every_calculator_answers_with_what_it_rests_on(ask: Ask, name: str) -> None:
    found = ask(name, GOOD[name] | {"as_of": AS_OF})
    assert found["in_force"] is True or not CALCULATORS[name].uses_policy
    assert all(clause.startswith("FP ") for clause in found["clauses"])
    assert all(decision.startswith("D") for decision in found["interpretations"])


@pytest.mark.clause("D8")
def test_a_response_rate_just_below_the_threshold_does_not_read_as_met(ask: Ask) -> None:
    found = ask("response-rate", {"working_days_to_conditions": [30] * 8999 + [None] * 6000})  # 8999 of 14999 = 0.59997…
    assert (found["rate"], found["meets_threshold"]) == ("0.599973", False)


@pytest.mark.clause("D8")
def test_an_empty_response_rate_is_not_applicable(ask: Ask) -> None:
    found = ask("response-rate", {"working_days_to_conditions": []})
    assert (found["numerator"], found["denominator"], found["rate"], found["meets_threshold"]) == (0, 0, None, None)


@pytest.mark.clause("FP 3.4")
@pytest.mark.parametrize(("name", "sent"), [("project-eligibility", PROJECT), ("rd-eligibility", ENTERPRISE)])
def test_after_the_plans_end_the_last_version_answers_and_eligibility_fails(ask: Ask, name: str, sent: dict[str, Any]) -> None:
    last = ask(name, sent | {"as_of": "2025-12-31"})
    assert (last["in_force"], last["eligible"]) == (True, True)
    after = ask(name, sent | {"as_of": "2026-01-01"})
    assert (after["in_force"], after["eligible"], after["policy_version"]) == (False, False, 1)
    assert [check["clause"] for check in after["checks"] if not check["passed"]] == ["FP 3.4"]
    assert "FP 3.4" in after["clauses"]


@pytest.mark.clause("FP 3.4")
def test_limits_go_on_answering_after_the_plans_end(ask: Ask) -> None:
    found = ask("project-limit", {"total_investment": "100000000.00", "as_of": "2026-01-01"})
    assert (found["in_force"], found["max_total"]) == (False, "90000000.00")


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.clause("FP 1.2.2")
def test_another_citys_plan_is_a_row_of_data(client: Client) -> None:
    PolicyVersion.objects.create(number=9, name="厦门2022年方案", valid_from=date(2026, 1, 1), terms=xiamen_2022().as_json())

    def limits(name: str, **sent: Any) -> dict[str, Any]:
        body = json.dumps(sent | {"as_of": "2026-06-01"})
        found: dict[str, Any] = client.post(f"/api/v1/calculators/{name}/", data=body, content_type="application/json").json()
        return found

    project = limits("project-limit", total_investment="100000000.00")
    assert (project["policy_version"], project["in_force"]) == (9, True)
    assert (project["max_total"], project["max_fixed_asset"], project["max_working_capital"]) == (
        "80000000.00",
        "70000000.00",
        "10000000.00",
    )
    assert limits("project-limit", total_investment="1000000000.00")["max_total"] == "500000000.00"
    assert limits("rd-limit", newly_registered=False, last_year_rd_expense="120000000.00")["max_total"] == "50000000.00"
    assert limits("rd-limit", newly_registered=True)["max_total"] == "10000000.00"


@pytest.mark.clause("D38")
def test_before_the_first_version_there_is_no_answer(ask: Ask) -> None:
    found = ask("project-limit", {"total_investment": "1.00", "as_of": "2022-12-31"}, status=400)
    assert (found["code"], found["clause"], found["errors"][0]["field"]) == ("no_policy_version", "FP 3.4", "as_of")


def test_a_calculator_without_policy_parameters_ignores_as_of(ask: Ask) -> None:
    assert ask("credit-code", {"code": "91350582XXAA10011P", "as_of": "1999-01-01"})["valid"] is True


@pytest.mark.clause("D35")
def test_in_trust_mode_the_banks_share_is_the_base(ask: Ask) -> None:
    # 10,000,000 × 0.95 × 66 days / 360: at 3.15 % 54,862.50; at 2 % 34,833.33
    found = ask("subsidy", LOAN | {"mode": "trust"})
    assert (found["bank_interest"], found["enterprise_interest"], found["subsidy"]) == ("54862.50", "34833.33", "20029.17")
    assert (found["city"], found["county"], found["segments"][0]["balance"]) == ("10014.59", "10014.58", "10000000.00")


@pytest.mark.clause("D3")
def test_no_rd_expense_gives_a_limit_of_zero_with_a_message(ask: Ask) -> None:
    found = ask("rd-limit", {"newly_registered": False, "last_year_rd_expense": "0.00"})
    assert (found["max_total"], found["headroom_total"]) == ("0.00", "0.00")
    assert "研发费用为零" in found["message"]


def test_optional_fields_may_be_null(ask: Ask) -> None:
    found = ask("subsidy", LOAN | {"matures_on": None, "stopped_on": None, "mode": None, "as_of": None})
    assert found["subsidy"] == "21083.33"


LOAN_WITH = {
    "a cent too much repaid": {"movements": [{"on": "2024-01-15", "amount": "1.00"}, {"on": "2024-01-16", "amount": "-1.01"}]},
    "nothing moved": {"movements": [{"on": "2024-01-15", "amount": "0.00"}]},
    "no drawdown": {"movements": [{"on": "2024-01-15", "amount": "-1.00"}]},
    "no movements": {"movements": []},
    "more than the columns hold": {"movements": [{"on": "2024-01-15", "amount": "9999999999999999.99"}] * 2},
    "rate too late": {"bank_rates": [{"from": "2024-01-16", "rate": "0.03"}]},
    "two rates": {"bank_rates": LOAN["bank_rates"] * 2},
    "percent": {"bank_rates": [{"from": "2023-01-01", "rate": "3.15"}]},
    "period reversed": {"period": {"from": "2024-03-21", "until": "2023-12-21"}},
    "half a period": {"period": {"from": "2024-03-21"}},
    "unknown mode": {"mode": "both"},
}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ("a cent too much repaid", "movements", "repayment_exceeds_balance"),
        ("nothing moved", "movements.0.amount", "zero"),
        ("no drawdown", "movements", "no_drawdown"),
        ("no movements", "movements", "empty"),
        ("more than the columns hold", "movements", "too_large"),
        ("rate too late", "bank_rates", "no_bank_rate"),
        ("two rates", "bank_rates", "bank_rate_twice"),
        ("percent", "bank_rates.0.rate", "too_large"),
        ("period reversed", "period", "period_reversed"),
        ("half a period", "period.until", "required"),
        ("unknown mode", "mode", "invalid_choice"),
    ],
)
def test_a_loan_that_contradicts_itself_is_refused(ask: Ask, change: str, field: str, code: str) -> None:
    found = ask("subsidy", LOAN | LOAN_WITH[change], status=400)
    assert [(problem["field"], problem["code"]) for problem in found["errors"]] == [(field, code)]


SIZE = {"employees": 1, "revenue": "1.00"}
START = {"start": "2024-01-15"}


@pytest.mark.parametrize(
    ("name", "sent", "field", "code"),
    [
        pytest.param("working-days", START, "days", "days_or_end", id="neither days nor end"),
        pytest.param("working-days", START | {"days": 1, "end": "2024-02-01"}, "days", "days_or_end", id="both"),
        pytest.param("working-days", START | {"end": "2024-01-14"}, "end", "end_before_start", id="end before start"),
        pytest.param("working-days", START | {"days": 0}, "days", "no_working_days", id="no days"),
        pytest.param("working-days", START | {"days": 10**9}, "days", "calendar_not_covered", id="a million years"),
        pytest.param("working-days", {"start": "1999-01-15", "days": 30}, "days", "calendar_not_covered", id="before the calendar"),
        pytest.param("working-days", START | {"end": "2199-01-01"}, "end", "calendar_not_covered", id="after the calendar"),
        pytest.param("enterprise-size", SIZE | {"industry_code": "XX"}, "industry_code", "unknown_industry_code", id="no code"),
        pytest.param("enterprise-size", SIZE | {"employees": -1}, "employees", "negative", id="negative staff"),
        pytest.param("project-eligibility", PROJECT | {"industry_code": "9"}, "industry_code", "unknown_industry_code", id="one digit"),
        pytest.param(
            "project-eligibility", PROJECT | {"is_key_project": "yes"}, "is_key_project", "invalid_boolean", id="a word for a flag"
        ),
        pytest.param("project-eligibility", PROJECT | {"project_type": "new"}, "project_type", "invalid_choice", id="unknown type"),
        pytest.param("rd-eligibility", ENTERPRISE | {"registered_on": "2024-06-02"}, "registered_on", "after_application", id="too young"),
        pytest.param("rd-eligibility", ENTERPRISE | {"last_year_rd_expense": None}, "last_year_rd_expense", "null", id="null"),
        pytest.param("project-limit", {"total_investment": 100000000}, "total_investment", "invalid_money", id="a JSON number for money"),
        pytest.param("project-limit", {"total_investment": "-1"}, "total_investment", "negative", id="negative investment"),
        pytest.param("project-limit", {"total_investment": "1", "commited": "1"}, "commited", "unknown_field", id="misspelt field"),
        pytest.param("rd-limit", {"newly_registered": False}, "last_year_rd_expense", "rd_expense_missing", id="no expense"),
        pytest.param("rd-limit", {"newly_registered": 1}, "newly_registered", "invalid_boolean", id="1 for true"),
        pytest.param("response-rate", {"working_days_to_conditions": [True]}, "working_days_to_conditions", "invalid_integer", id="true"),
        pytest.param("response-rate", {"working_days_to_conditions": [-1]}, "working_days_to_conditions", "negative", id="negative days"),
        pytest.param("amount-in-words", {"amount": "10000000000000000"}, "amount", "too_large", id="17 digits"),
        pytest.param("amount-in-words", {"amount": "0.001"}, "amount", "too_many_places", id="a tenth of a cent"),
        pytest.param("amount-in-words", {"amount": "1", "as_of": "today"}, "as_of", "invalid_date", id="a word for a date"),
        pytest.param("amount-in-words", [], "non_field_errors", "not_an_object", id="a list"),
        pytest.param("amount-in-words", None, "non_field_errors", "not_an_object", id="null as a whole"),
        pytest.param("amount-in-words", {}, "amount", "required", id="nothing"),
    ],
)
def test_bad_input_is_refused_with_the_field(ask: Ask, name: str, sent: Any, field: str, code: str) -> None:
    found = ask(name, sent, status=400)
    assert [(problem["field"], problem["code"]) for problem in found["errors"]] == [(field, code)]
    assert found["detail"].endswith("。")
    assert found["errors"][0]["detail"].endswith("。")


def test_the_list_names_every_calculator_with_its_fields(client: Client) -> None:
    found = {line["name"]: line for line in client.get("/api/v1/calculators/").json()}
    assert list(found) == list(CALCULATORS)
    subsidy = found["subsidy"]
    assert (subsidy["label"], subsidy["address"]) == ("贴息测算", "/api/v1/calculators/subsidy/")
    inputs = {field["name"]: field for field in subsidy["inputs"]}
    assert [column["name"] for column in inputs["bank_rates"]["columns"]] == ["from", "rate"]
    assert (inputs["period"]["required"], inputs["mode"]["required"]) == (True, False)
    assert inputs["mode"]["choices"] == [["special", "专项贷款"], ["trust", "信托服务"]]


def test_an_answer_costs_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(4):
        client.post("/api/v1/calculators/working-days/", data=json.dumps(GOOD["working-days"]), content_type="application/json")
    with django_assert_max_num_queries(1):
        client.post("/api/v1/calculators/subsidy/", data=json.dumps(LOAN), content_type="application/json")
