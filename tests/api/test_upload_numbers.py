"""Contract numbers and references in a file of movements, however they are written."""

import pytest

from loans.models import Loan
from tests.api.bank import Stage
from tests.api.test_uploads import drawn, ndjson, repayment, worked

__all__ = ["drawn"]


@pytest.mark.parametrize("check", [False, True])
def test_numbers_are_one_in_either_width_and_case(stage: Stage, drawn: tuple[Loan, ...], check: bool) -> None:
    rows = [repayment(drawn[0], 1), repayment(drawn[0], 1), repayment(drawn[0], 1, "7.00"), repayment(drawn[1], 2)]
    for row in rows[1:]:
        for name in ("contract_number", "bank_reference"):
            row[name] = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in row[name].lower())
    _, outcomes = worked(stage, ndjson(rows), check=check)
    good = "acceptable" if check else "recorded"
    assert [(row["outcome"], row["code"]) for row in outcomes] == [
        (good, ""),
        ("repeated", ""),
        ("rejected", "reference_reused"),
        (good, ""),
    ]
    _, (again, hidden) = worked(stage, ndjson([rows[1], rows[0] | {"contract_number": f"\u200b{drawn[0].contract_number}"}]), check=check)
    assert again["outcome"] == (good if check else "repeated")
    assert (hidden["outcome"], hidden["code"]) == ("rejected", "unreadable")  # what a program writes is told, not mended
