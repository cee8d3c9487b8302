"""
A row of a file of movements, judged by the validator of the single call, under the same codes.

A cell of a table becomes what a program would have written in JSON; what then stands, the fields of the interface alone decide. What a row
has besides is a fault of the row, never dropped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from drf_standardized_errors.formatter import flatten_errors
from rest_framework import serializers

from api.enums import UploadFormat
from api.problems import shortened
from api.upload_formats import FORMATS, MOST_ROWS, UploadTooLong, UploadUnreadable, Written
from api.v1.fields import Asked, AskedId, AskedReference
from api.v1.steps import input_asking
from common.transitions import AnswerKind, Question
from loans.enums import MovementKind
from loans.movement_steps import MOVEMENT_STEP
from tables import strict
from tables.cells import Cell, Stored
from tables.faults import CellFault

LOAN = ("loan_id", "contract_number")  # which loan, said in one of two ways
WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that says what it must; either the loan's identifier or its contract number is there."""

    number: int  # of the data row, from 1
    loan_id: UUID | None
    contract_number: str
    answers: Mapping[str, Any]  # to what the movement asks; what was left open is not there

    @property
    def bank_reference(self) -> str:
        """Return the reference under which the row is told from others."""
        return str(self.answers["bank_reference"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a row cannot be recorded."""

    number: int
    bank_reference: str
    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that can be read, and how many data rows it has; only ``read_file`` makes one."""

    content: bytes
    file_format: UploadFormat
    row_count: int


class LoanNamed(Asked):
    """Which loan a row is about."""

    loan_id = AskedId(required=False)
    contract_number = AskedReference(max_length=64, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a row that names its loan once."""
        if ("loan_id" in attrs) == ("contract_number" in attrs):
            detail = serializers.ErrorDetail("请填写 loan_id 或 contract_number，只填其一。", code="required")
            raise serializers.ValidationError({"loan_id": [detail]})
        return attrs


def asked_of(kind: str) -> Sequence[Question]:
    """Return what a row of a kind of movement is asked."""
    return MOVEMENT_STEP[MovementKind(kind)].asks


def names_of(kind: str) -> tuple[str, ...]:
    """Return the headings of a file of a kind of movement."""
    return (*LOAN, *(question.name for question in asked_of(kind)))


def read_file(content: bytes, file_format: str, *, kind: str) -> ReadFile:
    """
    Return a file that can be read. It may start the reader of workbooks, so it is called before a transaction.

    Raises:
        UploadUnreadable, UploadTooLong, FileRefused: as ``read_rows``.
    """
    return ReadFile(content, UploadFormat(file_format), len(read_rows(content, file_format, kind=kind)))


def read_rows(content: bytes, file_format: str, *, kind: str) -> list[Written]:
    """
    Return the data rows as they are written; blank rows are left out, and one that cannot be read is a fault of its own.

    Raises:
        UploadUnreadable: not of the format, without a row that can be read, or with headings that are not the names.
        UploadTooLong.
        FileRefused: the guard or the reader stopped it; the sentence says why.
    """
    found: list[Written] = []
    required = {question.name for question in asked_of(kind) if question.required}
    for row in FORMATS[UploadFormat(file_format)](content, names_of(kind), required):
        found.append(row)
        if len(found) > MOST_ROWS:
            raise UploadTooLong(most=MOST_ROWS)
    if not found:
        raise UploadUnreadable(why="没有数据行")
    if all(isinstance(row, CellFault) for row in found):
        raise UploadUnreadable(why="没有一行是有效的 JSON 对象（UTF-8 编码）")
    return found


def parse_row(number: int, written: Written, *, kind: str) -> Row | Fault:
    """Return what a row of a kind of movement says, or its first fault."""
    if isinstance(written, CellFault):
        return Fault(number=number, bank_reference="", field="", code=written.code, detail=written.detail)
    reference = written.get("bank_reference")
    reference = reference.text if isinstance(reference, Cell) else reference
    named = _storable(reference).strip()[:64] if isinstance(reference, str) else ""
    try:
        values = dict(_judge(written, kind=kind))
    except _Refused as refused:
        field, detail = _storable(refused.field)[:60], _storable(shortened(refused.detail))
        return Fault(number=number, bank_reference=named, field=field, code=refused.code, detail=detail)
    return Row(number=number, loan_id=values.pop("loan_id", None), contract_number=values.pop("contract_number", ""), answers=values)


class _Refused(Exception):
    """The first fault of a row."""

    def __init__(self, field: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.field, self.code, self.detail = field, code, detail


def _judge(written: Mapping[str, Any], *, kind: str) -> Mapping[str, Any]:
    """Return the values of a row as the single call takes them, or raise its first fault."""
    asks = asked_of(kind)
    kinds = {question.name: question.kind for question in asks}
    said = {}
    for field, value in written.items():
        try:
            told = _as_json(value, kinds.get(field, AnswerKind.LINE)) if isinstance(value, Cell) else value
        except CellFault as fault:
            raise _Refused(field, fault.code, fault.detail) from None
        if told is not _LEFT_OPEN:
            said[field] = told
    try:
        values: Mapping[str, Any] = _shape(tuple(asks)).run_validation(said)
    except serializers.ValidationError as refused:
        first = flatten_errors(refused.detail)[0]
        raise _Refused(first.attr or "", first.code, str(first.detail)) from None
    return values


@lru_cache
def _shape(asks: tuple[Question, ...]) -> serializers.Serializer[Any]:
    """Return the input of the single call with the loan named, made once: it keeps nothing of what it judges."""
    single: Any = input_asking(asks, name="MovementAsked", doc="A movement.")
    shape: serializers.Serializer[Any] = type("MovementOfLoanAsked", (single, LoanNamed), {"example": {}})()
    return shape


_LEFT_OPEN = object()


def _as_json(cell: Cell, kind: AnswerKind) -> Any:
    """
    Return a cell as a program would write it in JSON.

    Raises:
        CellFault: it is stored as something else.
    """
    if cell.stored is Stored.EMPTY or (cell.stored is Stored.TEXT and not cell.text):
        return _LEFT_OPEN
    return _JSON_OF.get(kind, strict.text)(cell)


def _day(cell: Cell) -> str:
    day = strict.day(cell)
    return day if isinstance(day, str) else day.isoformat()


def _count(cell: Cell) -> Any:
    digits = strict.digits(cell)
    return int(digits) if WHOLE.fullmatch(digits) else digits


def _yes_no(cell: Cell) -> Any:
    said = cell.text if cell.stored is Stored.BOOL else strict.text(cell)
    return {"true": True, "false": False}.get(said.lower(), said)


def _storable(text: str) -> str:
    """Return a text without what no database holds: NUL and half characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


_JSON_OF: Mapping[AnswerKind, Callable[[Cell], Any]] = {
    AnswerKind.MONEY: strict.digits,
    AnswerKind.RATE: strict.digits,
    AnswerKind.DAY: _day,
    AnswerKind.COUNT: _count,
    AnswerKind.YES_NO: _yes_no,
}
