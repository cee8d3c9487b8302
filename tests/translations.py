"""The worked examples of tests/vectors in the product's names and units: the one place that knows both."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from policy.terms.model import Terms
from policy.working_days import WorkingCalendar

ROOT = Path(__file__).parents[1]
SIZES = {"大型": "large", "中型": "medium", "小型": "small", "微型": "micro"}
INDUSTRY = "工业 B/C/D"
REASONS = {"length": "length", "charset": "alphabet", "check18": "check_digit"}
WAN = 10_000


@cache
def vectors(name: str) -> Any:
    """Return one file of worked examples."""
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text())


@cache
def version_1() -> Terms:
    """Return the terms of the 2023 plan."""
    return Terms.from_json(json.loads((ROOT / "policy" / "seeds" / "version_1.json").read_text()))


@cache
def xiamen_2022() -> Terms:
    """Return the 2023 plan's terms with the caps of another city's fund (Xiamen 2022): data only."""
    terms = version_1().as_json()
    terms["project_cap"] = {
        "total_amount": "500000000.00",
        "fixed_asset_share": "0.70",
        "working_capital_share": "0.10",
        "combined_share": "0.80",
    }
    terms["rd_cap"] = {"existing_amount": "50000000.00", "rd_expense_share": "0.50", "newly_registered_amount": "10000000.00"}
    return Terms.from_json(terms)


@cache
def calendar() -> WorkingCalendar:
    """Return the calendar of the notices 2023-2026 with a provisional 2027."""
    found = vectors("workdays")
    spans = [(date.fromisoformat(a), date.fromisoformat(b)) for year in found["years"].values() for a, b, _ in year["off"]]
    off = {date.fromordinal(n) for a, b in spans for n in range(a.toordinal(), b.toordinal() + 1)}
    off |= {date.fromisoformat(day) for day in found["provisional_2027"]["off"]}
    makeup = {date.fromisoformat(day) for year in found["years"].values() for day in year["makeup_workdays"]}
    return WorkingCalendar(
        version=1,
        days_off=frozenset(off),
        makeup=frozenset(makeup),
        published_years=frozenset({2022} | {int(year) for year in found["years"]}),
        provisional_years=frozenset({2027}),
    )


def percent(text: str) -> Decimal:
    """Return an annual fraction from a vector's percentage."""
    return Decimal(text) / 100


def industrial_sizes() -> list[dict[str, Any]]:
    """Return the size cases of industry: employees, revenue in yuan, size, is_sme."""
    return [
        {
            "employees": case["employees"],
            "revenue": f"{Decimal(case['revenue_wan']) * WAN:.2f}",
            "size": SIZES[case["size"]],
            "is_sme": case["is_sme"],
        }
        for case in vectors("sme")["vectors"]
        if case["sector"] == INDUSTRY
    ]


def subsidy_cases() -> list[dict[str, Any]]:
    """Return the subsidy cases as calculator input and answer; ``cap_end`` follows from the first drawdown."""
    return [
        {"name": case["name"], "asked": _subsidy_input(case["input"]), "answer": _subsidy_answer(case["expected"])}
        for case in _plan_rate_cases()
    ]


def _plan_rate_cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = vectors("subsidy")["cases"]
    assert all(case["input"]["borrower_rate"] == "2.00" for case in cases)
    return cases


def _subsidy_input(given: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "movements": [{"on": on, "amount": f"{Decimal(amount):.2f}"} for on, amount in given["events"]],
        "bank_rates": [{"from": on, "rate": str(percent(rate))} for on, rate in given["bank_rate"]],
        "period": {"from": given["period"][0], "until": given["period"][1]},
    }
    for theirs, ours in (("maturity", "matures_on"), ("subsidy_stop", "stopped_on")):
        if theirs in given:
            asked[ours] = given[theirs]
    return asked


def _subsidy_answer(expected: dict[str, Any]) -> dict[str, Any]:
    return {
        "segments": [
            {
                "from": segment["from"],
                "until": segment["to_exclusive"],
                "days": segment["days"],
                "balance": segment["balance"],
                "bank_rate": f"{percent(segment['bank_rate_pct']):.6f}",
            }
            for segment in expected["segments"]
        ],
        "eligible_days": expected["eligible_days"],
        "bank_interest": expected["bank_interest"],
        "enterprise_interest": expected["borrower_interest"],
        "subsidy": expected["subsidy"],
        "city": expected["city"],
        "county": expected["county"],
        "flags": ["bank_rate_below_enterprise_rate"] if Decimal(expected["bank_interest"]) < Decimal(expected["borrower_interest"]) else [],
    }


RISK_CATEGORIES = {"RD": "rd", "FA": "fixed_asset", "WC": "working_capital"}
RISK_PAYERS = {"bank": "bank", "guarantor": "guarantor", "fee_pool": "fee_pool", "gov_city": "city", "gov_county": "county"}
RISK_POSITION = {"cum_disbursed": "disbursed", "bad": "bad_debt", "recovered": "recovered", "compensated": "compensated"}
RISK_HEADROOM = {"net_bad": "net_bad_debt", "state": "state", "cap_total": "cap", "cap_left": "cap_left"}


def loss_cases() -> list[dict[str, Any]]:
    """Return the loss cases as calculator input and answer; an answer is the five shares or an ``error`` code."""
    return [
        {
            "name": f"{case['mode']} {case['category']} {case['net_loss']} of {case['enterprise_rd_total'] or case['fee_pool']}",
            "asked": {"mode": case["mode"], "category": RISK_CATEGORIES[case["category"]], "net_loss": case["net_loss"]}
            | {key: case[key] for key in ("enterprise_rd_total", "fee_pool") if case[key] is not None},
            "answer": {RISK_PAYERS.get(key, key): value for key, value in case["expected"].items()},
        }
        for case in vectors("risk")["loss"]
    ]


def breaker_cases() -> list[dict[str, Any]]:
    """Return the breaker cases as calculator input and the part of the answer they fix."""
    return [
        {
            "name": f"{case['bad']} bad of {case['cum_disbursed']}, {case['recovered']} back",
            "asked": {RISK_POSITION[key]: f"{Decimal(case[key]):.2f}" for key in RISK_POSITION},
            "answer": {RISK_HEADROOM[key]: value for key, value in case["expected"].items()},
        }
        for case in vectors("risk")["breaker"]
    ]
