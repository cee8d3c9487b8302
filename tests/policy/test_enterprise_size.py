"""Enterprise size by the standard of 2011/2017."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.enums import Size
from policy.enterprise_size import enterprise_size, is_sme
from tests.translations import industrial_sizes, version_1


@pytest.mark.clause("FP 2.2.2")
@pytest.mark.clause("D29")
@pytest.mark.parametrize("case", industrial_sizes(), ids=lambda case: f"{case['employees']} staff, {case['revenue']} yuan")
def test_size_of_the_vectors(case: dict[str, Any]) -> None:
    size = enterprise_size(version_1(), employees=case["employees"], revenue=Decimal(case["revenue"]))
    assert (size, is_sme(size)) == (case["size"], case["is_sme"])


@pytest.mark.clause("D29")
@pytest.mark.parametrize(
    ("employees", "revenue", "size"),
    [
        pytest.param(1000, "400000000.00", Size.LARGE, id="both bounds of large"),
        pytest.param(999, "400000000.00", Size.MEDIUM, id="one person less"),
        pytest.param(1000, "399999999.99", Size.MEDIUM, id="one cent less"),
        pytest.param(299, "20000000.00", Size.SMALL, id="one person below medium"),
        pytest.param(20, "3000000.00", Size.SMALL, id="both bounds of small"),
        pytest.param(19, "3000000.00", Size.MICRO, id="one person below small"),
        pytest.param(0, "0.00", Size.MICRO, id="nobody and nothing"),
    ],
)
def test_size_on_both_sides_of_every_bound(employees: int, revenue: str, size: Size) -> None:
    assert enterprise_size(version_1(), employees=employees, revenue=Decimal(revenue)) == size


@given(st.integers(0, 5000), st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 10**7))
def test_more_staff_and_revenue_never_make_an_enterprise_smaller(employees: int, revenue: int, more_staff: int, more_revenue: int) -> None:
    order = [Size.MICRO, Size.SMALL, Size.MEDIUM, Size.LARGE]
    before = enterprise_size(version_1(), employees=employees, revenue=Decimal(revenue))
    after = enterprise_size(version_1(), employees=employees + more_staff, revenue=Decimal(revenue + more_revenue))
    assert order.index(after) >= order.index(before)
