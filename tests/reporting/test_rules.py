"""The response rate."""

from decimal import Decimal
from typing import Any

import pytest

from reporting.rules import response_of, response_rate
from tests.translations import vectors, version_1

RISK = vectors("risk")


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.parametrize("case", RISK["response"], ids=lambda case: case["expected"]["rate"])
def test_response_rate_of_the_vectors(case: dict[str, Any]) -> None:
    expected = case["expected"]
    found = response_rate(version_1(), case["working_days_to_ready"], pending=case["pending"])
    assert (found.numerator, found.denominator, found.pending) == (
        expected["numerator"],
        expected["denominator"],
        expected["pending_excluded"],
    )
    assert found.rate == Decimal(expected["numerator"]) / expected["denominator"]
    assert found.meets_threshold is expected["meets_60"]


@pytest.mark.clause("D8")
@pytest.mark.parametrize(
    ("in_time", "matured", "rate", "meets"),
    [
        pytest.param(14999, 25000, "0.599960", False, id="59.996 % is not 60 %"),
        pytest.param(15000, 25000, "0.600000", True, id="just 60 %"),
        pytest.param(5999999999, 10**10, "0.599999", False, id="the rounded rate would hide it"),
        pytest.param(0, 0, None, None, id="nothing matured is no failure"),
    ],
)
def test_the_threshold_is_held_against_the_counts(in_time: int, matured: int, rate: str | None, meets: bool | None) -> None:
    found = response_of(in_time, matured, threshold_rate=version_1().response.threshold_rate)
    assert (None if found.rate is None else str(found.rate), found.meets_threshold) == (rate, meets)
    assert RISK["response_rounding_trap"]["meets_60"] is False


@pytest.mark.clause("FP 2.2.2")
def test_small_enterprises_have_a_threshold_of_their_own() -> None:
    assert response_of(3, 5, threshold_rate=version_1().response.sme_threshold_rate).meets_threshold is True


@pytest.mark.clause("D8")
def test_the_thirtieth_day_is_in_time_and_the_next_is_not() -> None:
    assert response_rate(version_1(), [30, 31, None, 0]).numerator == 2
