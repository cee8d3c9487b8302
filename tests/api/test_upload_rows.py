"""One row of a file: read, or a fault with field and code."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.upload_rows import Fault, Row, parse_row

DAY = date(2024, 6, 20)
GOOD = {"contract_number": "HT1", "amount": "1000.50", "value_on": "2024-06-20", "bank_reference": " LS1 "}


def test_a_good_row_is_read() -> None:
    row = parse_row(7, GOOD)
    assert isinstance(row, Row)
    assert (row.number, row.amount, row.value_on, row.bank_reference, row.reason) == (7, Decimal("1000.50"), DAY, "LS1", "")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"amount": "1,000.00"}, "amount", "amount_invalid"),
        ({"amount": "0.001"}, "amount", "amount_invalid"),
        ({"amount": 0.001}, "amount", "amount_invalid"),
        ({"amount": True}, "amount", "amount_invalid"),
        ({"amount": None}, "amount", "amount_invalid"),
        ({"value_on": "20240620"}, "value_on", "invalid"),
        ({"value_on": "2024-02-30"}, "value_on", "invalid"),
        ({"value_on": 45463}, "value_on", "invalid"),
        ({"bank_reference": ""}, "bank_reference", "required"),
        ({"bank_reference": "x" * 65}, "bank_reference", "max_length"),
        ({"bank_reference": ["x"]}, "bank_reference", "invalid"),
        ({"contract_number": ""}, "loan_id", "required"),
        ({"loan_id": "7"}, "loan_id", "invalid"),
        ({"loan_id": 7}, "loan_id", "invalid"),
        ({"loan_id": "3c59dc04-8e88-4024-b0f8-079a5c74d079"}, "loan_id", "required"),
        ({"colour": "red"}, "colour", "unknown"),
    ],
)
def test_bad_rows_name_field_and_code(change: dict[str, Any], field: str, code: str) -> None:
    fault = parse_row(1, GOOD | change)
    assert isinstance(fault, Fault)
    assert (fault.field, fault.code) == (field, code)
