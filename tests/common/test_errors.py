"""Domain errors."""

import pickle
from decimal import Decimal

from common.errors import DomainError, FieldProblem, InvalidInput


class OverCap(DomainError):
    """For the tests only."""

    code = "over_cap"
    sentence = "剩余额度 {left:,.2f} 元，请调整金额。"
    clause = "FP 1.2.1"


def test_the_sentence_carries_the_facts_and_the_field() -> None:
    error = OverCap(field="amount", left=Decimal("1234.50"))
    assert str(error) == error.message == "剩余额度 1,234.50 元，请调整金额。"
    assert error.errors == (FieldProblem("amount", "over_cap", error.message),)
    assert error.status == 409


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(OverCap(left=Decimal("1.00"))))
    assert (type(error), error.message, error.facts) == (OverCap, "剩余额度 1.00 元，请调整金额。", {"left": Decimal("1.00")})


def test_invalid_input_lists_its_problems() -> None:
    problem = FieldProblem("period.from", "date", "请填写日期。")
    error = InvalidInput(errors=[problem])
    assert (error.status, error.errors, problem.as_json()["field"]) == (400, (problem,), "period.from")
