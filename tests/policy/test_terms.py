"""The typed terms of a policy version."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.enums import Mode
from policy.terms.describe import parameters
from policy.terms.fields import InvalidTerms
from policy.terms.model import Terms

SEED = Path(__file__).parents[2] / "policy" / "seeds" / "version_1.json"
VERSION_1: dict[str, Any] = json.loads(SEED.read_text())


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    terms = copy.deepcopy(VERSION_1)
    change(terms)
    return terms


def test_version_1_reads_and_writes_back_unchanged() -> None:
    assert Terms.from_json(VERSION_1).as_json() == VERSION_1


@pytest.mark.clause("FP 1.3")
def test_the_government_contributes_only_in_trust_mode() -> None:
    terms = Terms.from_json(VERSION_1)
    assert terms.risk.government_contribution.of(Mode.SPECIAL) == 0
    assert terms.risk.government_contribution.of("trust") == Decimal("0.05")


@pytest.mark.clause("FP 3.3")
def test_every_parameter_has_label_unit_and_clause() -> None:
    lines = parameters(Terms.from_json(VERSION_1))
    assert all(line.label and line.unit and line.shown and line.clause.startswith("FP ") for line in lines)
    assert len({line.path for line in lines}) == len(lines) > 50
    shown = {line.path: line for line in lines}
    assert shown["project_cap.total_amount"].shown == "300,000,000.00元"
    assert shown["project_cap.combined_share"].shown == "不设"
    assert shown["loan.enterprise_rate"].shown == "2%"
    assert shown["eligibility.eligible_project_types"].shown == "技术改造、增资扩产"
    assert shown["clock.reminder_working_days"].shown == "10、5、1个工作日"
    assert shown["risk.rd_tiers.1.up_to"].label.endswith("第2档：单户企业贷款金额至（含）")
    assert (shown["subsidy.base_share.trust"].clause, shown["subsidy.base_share.trust"].decision) == ("FP 1.4.1", "D35")
    assert shown["subsidy.base_share.trust"].is_interpretation
    assert not shown["loan.enterprise_rate"].is_interpretation


def test_another_city_is_data_only() -> None:
    terms = Terms.from_json(changed(lambda t: t["project_cap"].update(combined_share="0.80")))
    assert terms.project_cap.combined_share == Decimal("0.80")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param(lambda t: t.pop("loan"), "loan", "required", id="a group is missing"),
        pytest.param(lambda t: t["loan"].pop("max_term_years"), "loan.max_term_years", "required", id="a parameter is missing"),
        pytest.param(lambda t: t["loan"].update(bonus=1), "loan.bonus", "unknown", id="an unknown parameter"),
        pytest.param(lambda t: t["loan"].update(enterprise_rate="2"), "loan.enterprise_rate", "share", id="percent instead of fraction"),
        pytest.param(lambda t: t["loan"].update(enterprise_rate=0.02), "loan.enterprise_rate", "share", id="a JSON number for a rate"),
        pytest.param(lambda t: t["loan"].update(enterprise_rate="0.0200001"), "loan.enterprise_rate", "share", id="seven places"),
        pytest.param(lambda t: t["loan"].update(max_term_years=True), "loan.max_term_years", "count", id="a boolean is no number"),
        pytest.param(lambda t: t["loan"].update(max_term_years=0), "loan.max_term_years", "count", id="no years at all"),
        pytest.param(lambda t: t["rd_cap"].update(existing_amount="1.005"), "rd_cap.existing_amount", "money", id="a third place"),
        pytest.param(lambda t: t["rd_cap"].update(existing_amount="-1"), "rd_cap.existing_amount", "money", id="a negative amount"),
        pytest.param(lambda t: t["rd_cap"].update(existing_amount="NaN"), "rd_cap.existing_amount", "money", id="not a number"),
        pytest.param(lambda t: t["rd_cap"].update(existing_amount=None), "rd_cap.existing_amount", "money", id="null where it counts"),
        pytest.param(
            lambda t: t["clock"].update(reminder_working_days=[1, 5]), "clock.reminder_working_days", "counts", id="rising reminders"
        ),
        pytest.param(
            lambda t: t["eligibility"].update(last_industrial_division="4"),
            "eligibility.last_industrial_division",
            "division",
            id="one digit",
        ),
        pytest.param(
            lambda t: t["eligibility"].update(rd_grant_combinable="yes"), "eligibility.rd_grant_combinable", "flag", id="a word for a flag"
        ),
        pytest.param(
            lambda t: t["eligibility"].update(eligible_project_types=["a", "a"]), "eligibility.eligible_project_types", "names", id="twice"
        ),
        pytest.param(lambda t: t["risk"].update(rd_tiers=[]), "risk.rd_tiers", "not_a_list", id="no tier"),
        pytest.param(lambda t: t["risk"]["rd_tiers"].reverse(), "risk.rd_tiers", "not_rising", id="falling tiers"),
        pytest.param(lambda t: t["risk"]["rd_tiers"][1].update(up_to=5), "risk.rd_tiers.1.up_to", "money", id="a number in a tier"),
        pytest.param(lambda t: t["risk"].update(warning_rate="0.2"), "risk.warning_rate", "above_breaker", id="warning after the breaker"),
        pytest.param(lambda t: t["subsidy"].update(settlement_day=29), "subsidy.settlement_day", "not_in_every_month", id="the 29th"),
        pytest.param(lambda t: t["subsidy"].update(base_share=1), "subsidy.base_share", "not_an_object", id="no object"),
        pytest.param(
            lambda t: t["enterprise_size"]["small"].update(employees=301), "enterprise_size", "not_rising", id="small above medium"
        ),
        pytest.param(
            lambda t: t["eligibility"].update(first_industrial_division="47"),
            "eligibility.last_industrial_division",
            "not_rising",
            id="divisions reversed",
        ),
    ],
)
def test_terms_that_cannot_stand_are_refused(change: Callable[[dict[str, Any]], Any], path: str, code: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        Terms.from_json(changed(change))
    assert [(problem.field, problem.code) for problem in refused.value.errors] == [(path, code)]
    assert refused.value.errors[0].detail


def test_terms_must_be_an_object() -> None:
    with pytest.raises(InvalidTerms) as refused:
        Terms.from_json([])  # type: ignore[arg-type]
    assert refused.value.errors[0].field == "terms"
