"""One row of a file: read, or a fault with field and code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.enums import UploadKind
from api.upload_rows import MOST_ROWS, Fault, Row, names_of, parse_row, read_rows
from common.errors import DomainError
from common.transitions import AnswerKind, Question
from loans.enums import MovementKind
from loans.movement_steps import ASKED_ALWAYS, MOVEMENT_STEP, MovementStep
from tables import limits
from tables.cells import Cell, Stored
from tests.api.test_uploads import ndjson, table

DAY = date(2024, 6, 20)
GOOD = {"contract_number": "HT1", "amount": "1000.50", "value_on": "2024-06-20", "bank_reference": " LS1 "}


def test_a_good_row_is_read() -> None:
    row = parse_row(7, GOOD, kind="repayment")
    assert isinstance(row, Row)
    assert (row.number, row.bank_reference) == (7, "LS1")
    assert row.answers == {"amount": Decimal("1000.50"), "value_on": DAY, "bank_reference": "LS1"}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"amount": "1,000.00"}, "amount", "invalid"),
        ({"amount": "0.001"}, "amount", "max_decimal_places"),
        ({"amount": 0.001}, "amount", "invalid"),
        ({"amount": True}, "amount", "invalid"),
        ({"amount": None}, "amount", "null"),
        ({"value_on": "20240620"}, "value_on", "invalid"),
        ({"value_on": "2024-02-30"}, "value_on", "invalid"),
        ({"value_on": 45463}, "value_on", "invalid"),
        ({"bank_reference": ""}, "bank_reference", "blank"),
        ({"bank_reference": "x" * 65}, "bank_reference", "max_length"),
        ({"bank_reference": ["x"]}, "bank_reference", "invalid"),
        ({"contract_number": ""}, "contract_number", "blank"),
        ({"loan_id": "7"}, "loan_id", "invalid"),
        ({"loan_id": 7}, "loan_id", "invalid"),
        ({"loan_id": "3c59dc04-8e88-4024-b0f8-079a5c74d079"}, "loan_id", "required"),
        ({"colour": "red"}, "colour", "unknown"),
        ({"amount": " 1.00"}, "amount", "invalid"),
        ({"amount": "1.00\n"}, "amount", "invalid"),
        ({"amount": "1e2"}, "amount", "invalid"),
        ({"amount": 1}, "amount", "invalid"),
        ({"amount": "0.00"}, "amount", "min_value"),
        ({"value_on": "2026-W48-6"}, "value_on", "invalid"),
        ({"value_on": "２０２４-06-20"}, "value_on", "invalid"),
        ({"value_on": "0026-06-20"}, "value_on", "day_out_of_bounds"),
        ({"bank_reference": "LS\n1"}, "bank_reference", "several_lines"),
        ({"bank_reference": "LS\u202e1"}, "bank_reference", "unreadable"),
        ({"bank_reference": '="00012"'}, "bank_reference", "formula"),
        ({"bank_reference": "2.02611E+17"}, "bank_reference", "formula"),
        ({"loan_id": "urn:uuid:3c59dc04-8e88-4024-b0f8-079a5c74d079"}, "loan_id", "invalid"),
    ],
)
def test_bad_rows_name_field_and_code(change: dict[str, Any], field: str, code: str) -> None:
    fault = parse_row(1, GOOD | change, kind="repayment")
    assert isinstance(fault, Fault)
    assert (fault.field, fault.code) == (field, code)


FURTHER = Question(name="further", label="另问", choices=(("bank", "银行"), ("court", "法院")), required=False)
TYPED = [
    pytest.param(AnswerKind.MONEY, "1.50", Decimal("1.50"), "1,5", "invalid", id="money"),
    pytest.param(AnswerKind.RATE, "0.025", Decimal("0.025"), "2.5%", "invalid", id="rate"),
    pytest.param(AnswerKind.DAY, "2024-06-20", DAY, "2024/6/20", "invalid", id="day"),
    pytest.param(AnswerKind.COUNT, 3, 3, "1.5", "invalid", id="count"),
    pytest.param(AnswerKind.LINE, "凭证", "凭证", 7, "invalid", id="line"),
    pytest.param(AnswerKind.TEXT, "说明", "说明", "长" * 65, "max_length", id="text"),
    pytest.param(AnswerKind.CHOICE, "court", "court", "法院", "invalid_choice", id="choice"),
    pytest.param(AnswerKind.YES_NO, False, False, "是", "invalid", id="yes or no"),
]


def asks_further(monkeypatch: pytest.MonkeyPatch, question: Question) -> None:
    """Let repayments alone ask one thing more."""
    row = MovementStep(kind=MovementKind.REPAYMENT, asks=(*ASKED_ALWAYS, question))
    monkeypatch.setitem(MOVEMENT_STEP, MovementKind.REPAYMENT, row)


@pytest.mark.parametrize(("kind", "written", "read", "wrong", "code"), TYPED)
def test_a_further_question_of_any_type_is_read_from_files(
    kind: AnswerKind, written: Any, read: Any, wrong: Any, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks_further(monkeypatch, replace(FURTHER, kind=kind))
    said = parse_row(1, GOOD | {"further": written}, kind="repayment")
    assert isinstance(said, Row)
    assert said.answers["further"] == read
    open_ = parse_row(1, GOOD | {"further": Cell(Stored.EMPTY)}, kind="repayment")
    assert isinstance(open_, Row)
    assert not open_.answers.get("further")
    fault = parse_row(1, GOOD | {"further": wrong}, kind="repayment")
    assert isinstance(fault, Fault)
    assert (fault.field, fault.code) == ("further", code)


@pytest.mark.parametrize("kind", [kind for kind in AnswerKind if kind != AnswerKind.DIGEST])
def test_a_further_question_that_must_be_answered_is_not_left_open(kind: AnswerKind, monkeypatch: pytest.MonkeyPatch) -> None:
    asks_further(monkeypatch, replace(FURTHER, kind=kind, required=True))
    assert isinstance(parse_row(1, GOOD, kind="repayment"), Fault)


def test_cells_of_workbooks_are_read_as_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asks_further(monkeypatch, replace(FURTHER, kind=AnswerKind.YES_NO))
    said = parse_row(1, GOOD | {"further": Cell(Stored.BOOL, "TRUE")}, kind="repayment")
    assert isinstance(said, Row)
    assert said.answers["further"] is True


def test_a_kind_that_does_not_ask_does_not_know_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    asks_further(monkeypatch, FURTHER)
    assert names_of("repayment")[-1] == "further" not in names_of("drawdown")
    fault = parse_row(1, GOOD | {"further": "court"}, kind="drawdown")
    assert isinstance(fault, Fault)
    assert (fault.field, fault.code) == ("further", "unknown")


MANY = 4_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param((b'{"a":' + b"[" * 90 + b"]" * 90 + b"}\n") * MANY, "upload_unreadable", id="lists within lists"),
        pytest.param((b'{"a":[' + b"1," * 90 + b"1]}\n") * MANY, "upload_unreadable", id="long lists"),
        pytest.param((b"{" + b",".join(b'"%d":0' % name for name in range(90)) + b"}\n") * MANY, "upload_unreadable", id="many names"),
        pytest.param(b"\n" * 50_000, "upload_too_long", id="empty lines"),
        pytest.param(b"\r" * 50_000, "upload_too_long", id="empty lines of another kind"),
    ],
)
def test_lines_of_json_with_more_in_them_than_rows_have_are_refused_before_one_is_parsed(
    monkeypatch: pytest.MonkeyPatch, content: bytes, code: str
) -> None:
    monkeypatch.setattr("api.upload_formats.read_json", lambda _line: pytest.fail("a line was parsed"))
    with pytest.raises(DomainError) as refused:
        read_rows(content, "ndjson", kind="repayment")
    assert refused.value.code == code


def test_the_longest_honest_file_of_each_format_is_read_within_a_request() -> None:
    row = {
        "loan_id": str(uuid4()),
        "amount": "100000.00",
        "value_on": "2024-06-20",
        "bank_reference": "LS2024062000000001",
        "reason": "扣款, 补记",
    }
    rows = [row] * MOST_ROWS
    assert [len(read_rows(content, form, kind="repayment")) for form, content in (("ndjson", ndjson(rows)), ("csv", table(rows)))] == [
        MOST_ROWS
    ] * 2
    assert (1 + MOST_ROWS) * max(len(names_of(kind)) for kind in UploadKind) < limits.CELLS_IN_REQUESTS
