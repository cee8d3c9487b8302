"""What a year costs, by worked sums: 365 days over 360, the fee for cover beside the fixed rate, the subsidy of both treasuries."""

from datetime import date
from typing import Any

import pytest

from calculators.selectors import ask
from common.errors import InvalidInput

TODAY = date(2024, 3, 21)
ASKED = {"amount": "5000000.00", "bank_rate": "0.0315", "cover_rate": "0.005"}

pytestmark = pytest.mark.django_db


def cost(**given: str) -> dict[str, Any]:
    return ask("yearly-cost", ASKED | given, today=TODAY)


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("FP 1.5.2(1)")
def test_special_mode_charges_the_guarantee_by_the_year() -> None:
    found = cost()
    assert (found["days"], found["enterprise_interest"]) == (365, "101388.89")  # 5 M × 2 % × 365 ÷ 360
    assert (found["cover_fee"], found["total"], found["total_rate"]) == ("25000.00", "126388.89", "0.025000")
    assert found["subsidy"] == "58298.61"  # 159,687.50 − 101,388.89
    assert (found["city"], found["county"]) == ("29149.31", "29149.30")  # the odd cent is the city's


@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D35")
def test_trust_mode_charges_by_days_and_subsidises_the_banks_share() -> None:
    found = cost(mode="trust")
    assert found["enterprise_interest"] == "101388.89"
    assert found["cover_fee"] == "25347.22"  # 5 M × 0.5 % × 365 ÷ 360
    assert found["subsidy"] == "55383.69"  # 151,703.13 − 96,319.44, of 95 % of the balance


def test_nothing_borrowed_is_no_question() -> None:
    with pytest.raises(InvalidInput):
        cost(amount="0.00")
