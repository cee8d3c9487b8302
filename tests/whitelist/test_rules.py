"""Eligibility, condition by condition."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from policy.terms.version import VersionInForce
from tests.translations import vectors, version_1
from whitelist.rules import ProjectFacts, RdFacts, is_newly_registered, not_in_force, project_eligibility, rd_eligibility

ON = date(2024, 6, 1)
PROJECT = ProjectFacts(
    industry_code="C1951",
    registered_in_city=True,
    project_type="technical_upgrade",
    is_key_project=False,
    is_named_by_city=False,
    holds_technical_upgrade_subsidy=False,
)
ENTERPRISE = RdFacts(
    industry_code="C1951",
    is_little_giant=False,
    is_municipal_key=False,
    last_year_rd_expense=Decimal("2000000.00"),
    registered_capital=Decimal("5000000.00"),
    registered_on=date(2010, 5, 1),
    registered_in_city=True,
    other_technology_credit=False,
)
NEW = replace(ENTERPRISE, last_year_rd_expense=None, registered_capital=Decimal("20000000.00"), registered_on=date(2024, 1, 5))


def failed(checks: Any) -> list[str]:
    return [check.name for check in checks if not check.passed]


@pytest.mark.clause("FP 1.1.1")
@pytest.mark.parametrize(
    ("change", "failing"),
    [
        pytest.param({}, [], id="technical upgrade"),
        pytest.param({"project_type": "expansion"}, [], id="expansion"),
        pytest.param({"project_type": "other"}, ["project_kind"], id="other kind alone"),
        pytest.param({"project_type": "other", "is_key_project": True}, [], id="key project"),
        pytest.param({"project_type": "other", "is_named_by_city": True}, [], id="named by the city"),
        pytest.param({"registered_in_city": False}, ["registered_in_city"], id="registered elsewhere"),
        pytest.param({"registered_in_city": False, "is_key_project": True}, ["registered_in_city"], id="key project from elsewhere"),
        pytest.param({"industry_code": "6513"}, ["industrial"], id="software"),
        pytest.param({"industry_code": "6513", "is_named_by_city": True}, ["industrial"], id="software named by the city"),
        pytest.param({"industry_code": "6513", "industry_override_reason": "主营为设备制造"}, [], id="county override with reason"),
        pytest.param({"holds_technical_upgrade_subsidy": True}, ["technical_upgrade_subsidy"], id="technical-upgrade subsidy held"),
    ],
)
def test_project_eligibility(change: dict[str, Any], failing: list[str]) -> None:
    result = project_eligibility(version_1(), replace(PROJECT, **change))
    assert (failed(result.checks), result.eligible) == (failing, not failing)


@pytest.mark.clause("FP 3.1")
def test_every_line_names_clause_requirement_and_finding() -> None:
    result = project_eligibility(version_1(), replace(PROJECT, holds_technical_upgrade_subsidy=True))
    assert [check.clause for check in result.checks] == ["FP 1.1.1", "FP 1.1.1", "FP 1.1.1", "FP 3.1"]
    assert all(check.required and check.found for check in result.checks)
    assert result.checks[-1].as_json() == {
        "name": "technical_upgrade_subsidy",
        "clause": "FP 3.1",
        "required": "不与技改贴息政策叠加享受",
        "found": "该项目已享受技改贴息",
        "passed": False,
    }


@pytest.mark.clause("FP 1.1.2")
@pytest.mark.parametrize(
    ("facts", "failing"),
    [
        pytest.param(ENTERPRISE, [], id="R&D of just 2 M"),
        pytest.param(replace(ENTERPRISE, last_year_rd_expense=Decimal("1999999.99")), ["rd_condition"], id="one cent below 2 M"),
        pytest.param(replace(ENTERPRISE, last_year_rd_expense=None), ["rd_condition"], id="no figure"),
        pytest.param(replace(ENTERPRISE, last_year_rd_expense=Decimal("0.00"), is_little_giant=True), [], id="little giant without R&D"),
        pytest.param(replace(ENTERPRISE, last_year_rd_expense=Decimal("0.00"), is_municipal_key=True), [], id="municipal key without R&D"),
        pytest.param(replace(ENTERPRISE, is_little_giant=True, industry_code="6513"), ["industrial"], id="little giant outside industry"),
        pytest.param(replace(ENTERPRISE, registered_in_city=False), ["registered_in_city"], id="registered elsewhere"),
        pytest.param(replace(ENTERPRISE, other_technology_credit=True), ["other_technology_credit"], id="other technology credit"),
        pytest.param(NEW, [], id="newly registered with just 20 M"),
        pytest.param(replace(NEW, registered_capital=Decimal("19999999.99")), ["rd_condition"], id="one cent below 20 M"),
        pytest.param(replace(NEW, registered_on=date(2023, 6, 1)), [], id="registered just 12 months before"),
        pytest.param(replace(NEW, registered_on=date(2023, 5, 31)), ["rd_condition"], id="registered 12 months and a day before"),
        pytest.param(replace(NEW, registered_on=date(2024, 6, 2)), ["rd_condition"], id="registered after the application"),
        pytest.param(replace(NEW, registered_on=ON), [], id="registered on the day itself"),
    ],
)
def test_rd_eligibility(facts: RdFacts, failing: list[str]) -> None:
    result = rd_eligibility(version_1(), facts, on=ON)
    assert (failed(result.checks), result.eligible) == (failing, not failing)


@pytest.mark.clause("FP 1.1.2")
@pytest.mark.parametrize("case", [case for case in vectors("risk")["caps"] if "eligible" in case["expected"]], ids=lambda case: str(case))
def test_rd_eligibility_of_the_vectors(case: dict[str, Any]) -> None:
    facts = replace(ENTERPRISE, is_little_giant=case.get("giant", False), last_year_rd_expense=Decimal(case.get("last_year_rd", "0")))
    if case["kind"] == "new":
        facts = replace(facts, registered_capital=Decimal(case["registered_capital"]), registered_on=date(2024, 1, 5))
    assert rd_eligibility(version_1(), facts, on=ON).eligible is case["expected"]["eligible"]


@pytest.mark.clause("FP 3.2")
def test_the_stacking_line_of_rd_financing_names_its_clause() -> None:
    result = rd_eligibility(version_1(), replace(ENTERPRISE, other_technology_credit=True), on=ON)
    assert [check.clause for check in result.checks if not check.passed] == ["FP 3.2"]


@pytest.mark.clause("D4")
@pytest.mark.parametrize(
    ("registered_on", "on", "new"),
    [
        pytest.param(date(2023, 1, 2), date(2024, 1, 2), True, id="12 months, first year not whole"),
        pytest.param(date(2023, 1, 1), date(2024, 1, 1), False, id="a whole year of figures"),
        pytest.param(date(2024, 2, 29), date(2025, 2, 28), True, id="registered on 29 February"),
        pytest.param(date(2024, 2, 29), date(2025, 3, 1), False, id="a day later"),
    ],
)
def test_newly_registered(registered_on: date, on: date, new: bool) -> None:
    assert is_newly_registered(version_1(), registered_on=registered_on, on=on) is new


def version(**change: Any) -> VersionInForce:
    facts = {"version": 1, "name": "2023年方案", "terms": version_1(), "in_force": True, "valid_from": date(2023, 1, 1)} | change
    return VersionInForce(**facts)


@pytest.mark.clause("FP 3.4")
def test_after_the_plans_end_a_failed_line_is_added() -> None:
    ended = version(in_force=False, valid_until=date(2026, 1, 1))
    check = not_in_force(ended)
    assert check is not None
    assert (check.clause, check.passed) == ("FP 3.4", False)
    result = project_eligibility(version_1(), PROJECT).with_check(check)
    assert (result.eligible, len(result.checks)) == (False, 5)
    assert not_in_force(version()) is None
