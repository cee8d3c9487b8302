"""Caps of projects and enterprises."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.terms.model import Terms
from tests.translations import vectors, version_1, xiamen_2022
from whitelist.limits import RdExpenseMissing, project_limit, rd_limit

CAPS = vectors("risk")["caps"]
amounts = st.decimals(min_value=0, max_value=Decimal("5000000000.00"), places=2)


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.parametrize("case", [case for case in CAPS if case["kind"] == "project"], ids=lambda case: case["total_investment"])
def test_project_caps_of_the_vectors(case: dict[str, Any]) -> None:
    limit = project_limit(version_1(), total_investment=Decimal(case["total_investment"]))
    assert {name: str(getattr(limit, name)) for name in case["expected"]} == case["expected"]


@pytest.mark.clause("FP 1.2.2")
@pytest.mark.parametrize("case", [case for case in CAPS if "cap" in case["expected"]], ids=lambda case: str(case))
def test_rd_caps_of_the_vectors(case: dict[str, Any]) -> None:
    expense = Decimal(case["last_year_rd"]) if "last_year_rd" in case else None
    limit = rd_limit(version_1(), newly_registered=case["kind"] == "new", last_year_rd_expense=expense)
    assert str(limit.max_total) == case["expected"]["cap"]


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.clause("D2")
@pytest.mark.parametrize(
    ("investment", "fixed", "working", "left"),
    [
        pytest.param("100000000.00", "0.00", "0.00", ("90000000.00", "80000000.00", "10000000.00"), id="nothing lent"),
        pytest.param(
            "100000000.00", "80000000.00", "0.00", ("10000000.00", "0.00", "10000000.00"), id="fixed assets full, working capital open"
        ),
        pytest.param("100000000.00", "79999999.99", "10000000.00", ("0.01", "0.01", "0.00"), id="one cent left"),
        pytest.param("1000000000.00", "250000000.00", "0.00", ("50000000.00", "50000000.00", "50000000.00"), id="300 M binds both parts"),
        pytest.param("1000000000.00", "300000000.00", "0.00", ("0.00", "0.00", "0.00"), id="working capital is inside the 300 M"),
        pytest.param(
            "100000000.00", "95000000.00", "0.00", ("0.00", "0.00", "0.00"), id="more committed than the limit leaves nothing, not less"
        ),
        pytest.param("0.00", "0.00", "0.00", ("0.00", "0.00", "0.00"), id="no investment"),
    ],
)
def test_project_headroom(investment: str, fixed: str, working: str, left: tuple[str, str, str]) -> None:
    limit = project_limit(
        version_1(),
        total_investment=Decimal(investment),
        committed_fixed_asset=Decimal(fixed),
        committed_working_capital=Decimal(working),
    )
    assert (str(limit.headroom_total), str(limit.headroom_fixed_asset), str(limit.headroom_working_capital)) == left


@pytest.mark.clause("FP 1.2.2")
@pytest.mark.clause("D3")
@pytest.mark.parametrize(
    ("new", "expense", "committed", "limit", "left"),
    [
        pytest.param(False, "60000000.00", "0.00", "30000000.00", "30000000.00", id="half is just 30 M"),
        pytest.param(False, "59999999.99", "0.00", "29999999.99", "29999999.99", id="one cent of expense less rounds down"),
        pytest.param(False, "80000000.00", "29999999.99", "30000000.00", "0.01", id="one cent left"),
        pytest.param(False, "80000000.00", "31000000.00", "30000000.00", "0.00", id="committed above the limit"),
        pytest.param(True, None, "4000000.00", "10000000.00", "6000000.00", id="newly registered: 10 M"),
        pytest.param(True, "1.00", "0.00", "10000000.00", "10000000.00", id="newly registered: expense does not matter"),
    ],
)
def test_rd_headroom(new: bool, expense: str | None, committed: str, limit: str, left: str) -> None:
    found = rd_limit(
        version_1(),
        newly_registered=new,
        last_year_rd_expense=None if expense is None else Decimal(expense),
        committed=Decimal(committed),
    )
    assert (str(found.max_total), str(found.headroom_total), found.without_rd_expense) == (limit, left, False)


@pytest.mark.clause("D3")
def test_no_rd_expense_gives_no_limit_and_says_so() -> None:
    found = rd_limit(version_1(), newly_registered=False, last_year_rd_expense=Decimal("0.00"))
    assert (found.max_total, found.without_rd_expense) == (0, True)


def test_an_existing_enterprise_without_a_figure_is_refused() -> None:
    with pytest.raises(RdExpenseMissing):
        rd_limit(version_1(), newly_registered=False, last_year_rd_expense=None)


@pytest.mark.clause("FP 1.2.1")
@pytest.mark.parametrize(
    ("investment", "limits"),
    [
        pytest.param("100000000.00", ("80000000.00", "70000000.00", "10000000.00"), id="70 + 10 = 80 %"),
        pytest.param("625000000.00", ("500000000.00", "437500000.00", "62500000.00"), id="80 % is just 500 M"),
        pytest.param("1000000000.00", ("500000000.00", "500000000.00", "100000000.00"), id="500 M binds"),
    ],
)
def test_another_citys_caps_are_data(investment: str, limits: tuple[str, str, str]) -> None:
    limit = project_limit(xiamen_2022(), total_investment=Decimal(investment))
    assert (str(limit.max_total), str(limit.max_fixed_asset), str(limit.max_working_capital)) == limits
    rd = rd_limit(xiamen_2022(), newly_registered=False, last_year_rd_expense=Decimal("120000000.00"))
    assert str(rd.max_total) == "50000000.00"


def test_a_combined_share_binds_below_the_sum_of_both_parts() -> None:
    terms = xiamen_2022().as_json()
    terms["project_cap"]["combined_share"] = "0.75"
    limit = project_limit(Terms.from_json(terms), total_investment=Decimal("100000000.00"))
    assert str(limit.max_total) == "75000000.00"


@given(amounts, amounts, amounts, amounts)
def test_project_caps_are_monotone_and_bounded(investment: Decimal, more: Decimal, fixed: Decimal, working: Decimal) -> None:
    terms = version_1()
    one = project_limit(terms, total_investment=investment, committed_fixed_asset=fixed, committed_working_capital=working)
    two = project_limit(terms, total_investment=investment + more, committed_fixed_asset=fixed, committed_working_capital=working)
    for name in (
        "max_total",
        "max_fixed_asset",
        "max_working_capital",
        "headroom_total",
        "headroom_fixed_asset",
        "headroom_working_capital",
    ):
        assert 0 <= getattr(one, name) <= getattr(two, name) <= terms.project_cap.total_amount
    for part in ("fixed_asset", "working_capital"):
        assert getattr(one, f"headroom_{part}") <= min(one.headroom_total, getattr(one, f"max_{part}"))


@given(amounts, amounts, amounts)
def test_rd_caps_are_monotone_and_more_commitments_leave_less(expense: Decimal, more: Decimal, committed: Decimal) -> None:
    one = rd_limit(version_1(), newly_registered=False, last_year_rd_expense=expense, committed=committed)
    two = rd_limit(version_1(), newly_registered=False, last_year_rd_expense=expense + more, committed=committed)
    tighter = rd_limit(version_1(), newly_registered=False, last_year_rd_expense=expense, committed=committed + more)
    assert one.max_total <= two.max_total <= 30_000_000
    assert tighter.headroom_total <= one.headroom_total <= one.max_total
