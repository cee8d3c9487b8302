"""The response rate."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import floor_rate
from reporting.response_rates.rules import Counts, efficiency, is_at_least, ranks, response_of, response_rate
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


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.parametrize(
    ("numerator", "denominator", "meets"),
    [
        pytest.param(3, 5, True, id="just 60 %"),
        pytest.param(599_999, 1_000_000, False, id="one in a million below"),
        pytest.param(0, 0, None, id="nobody: not applicable"),
    ],
)
def test_a_threshold_is_kept_by_whole_numbers(numerator: int, denominator: int, meets: bool | None) -> None:
    assert is_at_least(numerator, denominator, threshold=Decimal("0.60")) is meets


@pytest.mark.clause("FP 1.6.5")
@pytest.mark.parametrize(
    ("days", "median", "ninetieth"),
    [
        pytest.param({}, None, None, id="no case"),
        pytest.param({7: 1}, 7, 7, id="one case"),
        pytest.param({1: 1, 9: 1}, 1, 9, id="of two the first is the median: the value of a case, never between two"),
        pytest.param({5: 9, 40: 1}, 5, 5, id="nine of ten are ninety hundredths"),
        pytest.param({5: 8, 40: 2}, 5, 40, id="eight of ten are not"),
    ],
)
def test_median_and_ninetieth_percentile_are_days_of_cases(days: dict[int, int], median: int | None, ninetieth: int | None) -> None:
    found = efficiency(days)
    assert (found.median, found.ninetieth) == (median, ninetieth)
    assert (found.cases, found.days) == (sum(days.values()), sum(day * n for day, n in days.items()))


@pytest.mark.clause("FP 1.6.5")
def test_equal_rates_share_a_place_and_rounding_makes_no_tie() -> None:
    third, hair_more = (1, 3), (333_334, 1_000_000)
    assert ranks({"a": third, "b": (2, 6), "c": hair_more, "d": (0, 0), "e": (0, 4)}) == {"c": 1, "a": 2, "b": 2, "e": 4}


@pytest.mark.clause("FP 1.6.5")
@given(
    in_time=st.integers(0, 40), failed=st.integers(0, 40), pending_sure=st.integers(0, 9), pending_open=st.integers(0, 9),
    pending_lost=st.integers(0, 9), rescuable=st.integers(0, 9),
)  # fmt: skip
def test_whatever_becomes_of_open_applications_the_rate_ends_between_worst_and_best(
    in_time: int, failed: int, pending_sure: int, pending_open: int, pending_lost: int, rescuable: int
) -> None:
    rescuable = min(rescuable, failed)
    submitted = in_time + failed + pending_sure + pending_open + pending_lost
    counts = Counts(
        in_time=in_time,
        matured=in_time + failed,
        pending=pending_sure + pending_open + pending_lost,
        best=in_time + rescuable + pending_sure + pending_open,
        sure=in_time + pending_sure,
        submitted=submitted,
    )
    assert (counts.best_rate is None) == (submitted == 0)
    for made in range(pending_open + rescuable + 1):  # so many of the open ones reach conditions in time, the others do not
        end = floor_rate(in_time + pending_sure + made, submitted)
        if submitted:
            assert counts.worst_rate <= end <= counts.best_rate


@pytest.mark.clause("FP 1.6.5")
@pytest.mark.parametrize(
    ("already", "succeeded", "rate"),
    [
        pytest.param(False, False, "0.615384", id="a new enterprise: eight of thirteen"),
        pytest.param(True, False, "0.666666", id="an enterprise that counts as a failure: eight of twelve"),
        pytest.param(True, True, "0.583333", id="an enterprise that has succeeded: nothing changes"),
    ],
)
def test_the_rate_if_one_application_reaches_conditions(already: bool, succeeded: bool, rate: str) -> None:
    counts = Counts(in_time=7, matured=12, pending=1, best=8, sure=7, submitted=13)
    assert str(counts.if_met(counts_already=already, succeeded_already=succeeded)) == rate
