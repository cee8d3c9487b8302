"""Domain errors."""

import pickle
from collections.abc import Iterator
from decimal import Decimal

from common.errors import DomainError, FieldProblem, InvalidInput, ReasonMissing


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


def test_one_refusal_asks_for_reasons_and_names_the_deed() -> None:
    assert str(ReasonMissing(field="reason")) == ReasonMissing.sentence
    named = pickle.loads(pickle.dumps(ReasonMissing(act="冲正须", field="reason")))
    assert (str(named), named.errors[0].detail, named.code) == ("冲正须填写理由。", "冲正须填写理由。", "reason_missing")


def test_no_app_has_a_refusal_of_its_own_for_a_missing_reason() -> None:
    """What a late record says (``LateReasonMissing``) is another fact under another public code."""
    own = {kind.__name__ for kind in _kinds(DomainError) if kind.__name__.endswith("ReasonMissing")}
    assert own == {"ReasonMissing", "LateReasonMissing"}


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
