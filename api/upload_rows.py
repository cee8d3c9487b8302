"""A file of movements read row by row: three formats, the same names, the same codes. Knows no database."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.enums import UploadFormat
from common.errors import DomainError
from common.texts import SAYS_UNREADABLE, is_readable, readable
from common.transitions import AnswerKind, Question
from loans.enums import MovementKind
from loans.movement_steps import MOVEMENT_STEP
from tables import strict
from tables.cells import Cell, Sheet, Stored
from tables.errors import FileDamaged, NotText
from tables.faults import CellFault
from tables.reading import is_xlsx, read_workbook
from tables.text import read_text

MOST_ROWS = 10_000
MOST_MARKS = 30 * MOST_ROWS  # what separates values, or lies around them, in all lines of JSON: a row has a dozen
_JSON_MARKS = (b"{", b"[", b",", b":")
_MOST_LINES = 4 * (1 + MOST_ROWS)  # two marks for the end of one, and empty ones between the rows
_READ_ROWS = 1 + MOST_ROWS + 1  # with the headings, and one that is too many
LOAN = ("loan_id", "contract_number")  # which loan, said in one of two ways
MONEY = re.compile(r"[0-9]{1,16}(\.[0-9]{1,2})?")
RATE = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")
WHOLE = re.compile(r"[0-9]{1,9}")


class UploadUnreadable(DomainError):
    """The file as a whole cannot be read."""

    code = "upload_unreadable"
    sentence = "文件无法读取：{why}。"
    status = 400


class UploadTooLong(DomainError):
    """More rows than one upload may have."""

    code = "upload_too_long"
    sentence = "文件超过 {most} 行，请分批提交。"
    status = 400


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


def read_rows(content: bytes, file_format: str, *, kind: str) -> list[Mapping[str, Any]]:
    """
    Return the data rows as they are written, by name; blank rows of a table are left out.

    Raises:
        UploadUnreadable: not of the format, without rows, or with headings that are not the names.
        UploadTooLong.
        FileRefused: the guard or the reader stopped it; the sentence says why.
    """
    found: list[Mapping[str, Any]] = []
    for row in _FORMATS[UploadFormat(file_format)](content, asked_of(kind)):
        found.append(row)
        if len(found) > MOST_ROWS:
            raise UploadTooLong(most=MOST_ROWS)
    if not found:
        raise UploadUnreadable(why="没有数据行")
    return found


def parse_row(number: int, written: Mapping[str, Any], *, kind: str) -> Row | Fault:
    """Return what a row of a kind of movement says, or its first fault."""
    reference = written.get("bank_reference")
    reference = reference.text if isinstance(reference, Cell) else reference
    named = _storable(reference).strip()[:64] if isinstance(reference, str) else ""
    field, names = "", names_of(kind)
    try:
        for field in written:
            if field not in names:
                raise CellFault("unknown", "没有这个字段，请核对名称。")
        field = "loan_id"
        loan_id = _identifier(written.get(field))
        field = "contract_number"
        contract_number = _text(CONTRACT, written.get(field))
        answers: dict[str, Any] = {}
        for question in asked_of(kind):
            field = question.name
            answers[field] = _READERS[question.kind](question, written.get(field))
        field = "loan_id"
        if (loan_id is None) == (contract_number == ""):
            raise CellFault("required", "请填写 loan_id 或 contract_number，只填其一。")
    except CellFault as bad:
        return Fault(number=number, bank_reference=named, field=_storable(field)[:60], code=bad.code, detail=bad.detail)
    given = {name: value for name, value in answers.items() if value is not None}
    return Row(number=number, loan_id=loan_id, contract_number=contract_number, answers=given)


def _ndjson(content: bytes, asks: Sequence[Question]) -> Iterator[Mapping[str, Any]]:
    if content.count(b"\n") + content.count(b"\r") > _MOST_LINES:
        raise UploadTooLong(most=MOST_ROWS)
    if sum(map(content.count, _JSON_MARKS)) > MOST_MARKS:  # known before anything is built
        names = "、".join((*LOAN, *(question.name for question in asks)))
        raise UploadUnreadable(why=f"字段或层次过多，每行只含 {names} 各一个值")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UploadUnreadable(why="须为 UTF-8 编码") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise UploadUnreadable(why=f"第 {number} 行不是有效的 JSON") from None
        if not isinstance(row, dict):
            raise UploadUnreadable(why=f"第 {number} 行不是 JSON 对象")
        yield row


def _csv(content: bytes, asks: Sequence[Question]) -> Iterator[Mapping[str, Any]]:
    try:
        book = read_text(content, encodings=("utf-8-sig",), delimiters=",", most_rows=_READ_ROWS)
    except NotText:
        raise UploadUnreadable(why="CSV 须为 UTF-8 编码，不含 NUL 字符") from None
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 CSV") from None
    yield from _table(book.first, asks)


def _xlsx(content: bytes, asks: Sequence[Question]) -> Iterator[Mapping[str, Any]]:
    if not is_xlsx(content):
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿")
    try:
        book = read_workbook(content, most_rows=_READ_ROWS)
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿") from None
    yield from _table(book.first, asks)


def _table(sheet: Sheet, asks: Sequence[Question]) -> Iterator[Mapping[str, Any]]:
    names = (*LOAN, *(question.name for question in asks))
    required = {question.name for question in asks if question.required}
    rows = iter(sheet)
    heading_row = next(rows, None)
    headings = [str(cell.plain).strip() for cell in heading_row.cells] if heading_row else []
    first = next((place for place, heading in enumerate(headings) if heading), 0)
    headings = headings[first:]
    while headings and not headings[-1]:
        headings.pop()
    if len(set(headings)) != len(headings) or not required <= set(headings) <= set(names):
        raise UploadUnreadable(why="首行须为字段名：" + "、".join(names))
    for row in rows:
        yield dict(zip(headings, row.cells[first:], strict=False))


def _storable(text: str) -> str:
    """Return a text without what no database holds: NUL and half characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _text(question: Question, cell: Any) -> str:
    if isinstance(cell, Cell):
        cell = strict.text(cell)
    if cell in (None, "") and not question.required:
        return ""
    if not isinstance(cell, str) or _storable(cell) != cell:
        raise CellFault("invalid" if cell not in (None, "") else "required", "请填写文本。")
    if not is_readable(cell):
        raise CellFault("unreadable", SAYS_UNREADABLE)
    said = readable(cell).strip()
    if question.required and not said:
        raise CellFault("required", "请填写此项。")
    if len(said) > question.max_length:
        raise CellFault("max_length", f"不超过 {question.max_length} 个字符。")
    return said


def _choice(question: Question, cell: Any) -> str:
    said = _text(question, cell)
    known = [value for value, _ in question.choices]
    if said and said not in known:
        raise CellFault("invalid_choice", f"“{said}” 不是可用的值，可用：{'、'.join(known)}。")
    return said


def _yes_no(question: Question, cell: Any) -> bool | None:
    if isinstance(cell, Cell):
        said = cell.text if cell.stored is Stored.BOOL else strict.text(cell)
        cell = {"true": True, "false": False}.get(said.strip().lower(), said)
    if not isinstance(cell, bool) and not _is_left_open(question, cell):
        raise CellFault("invalid", "请填写 true 或 false。")
    return cell if isinstance(cell, bool) else None


def _count(question: Question, cell: Any) -> int | None:
    if isinstance(cell, Cell):
        cell = strict.digits(cell)
    if _is_left_open(question, cell):
        return None
    if isinstance(cell, bool) or WHOLE.fullmatch(str(cell).strip()) is None:
        raise CellFault("invalid", "请填写整数。")
    return int(str(cell).strip())


def _rate(question: Question, cell: Any) -> Decimal | None:
    if isinstance(cell, Cell):
        cell = strict.digits(cell)
    if _is_left_open(question, cell):
        return None
    if not isinstance(cell, str) or RATE.fullmatch(cell.strip()) is None:
        raise CellFault("invalid", "费率须为年费率小数，最多六位小数，如 0.005。")
    return Decimal(cell.strip())


def _is_left_open(question: Question, cell: Any) -> bool:
    return cell in (None, "") and not question.required


def _money(question: Question, cell: Any) -> Decimal | None:
    if isinstance(cell, Cell):
        cell = strict.digits(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        cell = str(cell)
    if isinstance(cell, float) and cell == round(cell, 2):
        cell = f"{cell:.2f}"
    if _is_left_open(question, cell):
        return None
    if not isinstance(cell, str) or MONEY.fullmatch(cell.strip()) is None:
        raise CellFault("amount_invalid", "金额须大于 0，最多两位小数，以元为单位，不含千分位。")
    return Decimal(cell.strip())


def _day(question: Question, cell: Any) -> date | None:
    if isinstance(cell, Cell):
        cell = strict.day(cell)
    if _is_left_open(question, cell):
        return None
    if isinstance(cell, date):
        return cell
    try:
        if not isinstance(cell, str) or len(cell.strip()) != len("2024-01-01"):
            raise ValueError
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise CellFault("invalid", "日期须为 YYYY-MM-DD。") from None


def _identifier(cell: Any) -> UUID | None:
    if isinstance(cell, Cell):
        cell = strict.text(cell)
    if cell in (None, ""):
        return None
    try:
        return UUID(cell.strip())
    except (ValueError, AttributeError):
        raise CellFault("invalid", "loan_id 须为 UUID。") from None


CONTRACT = Question(name="contract_number", label="合同编号", required=False)
_READERS: Mapping[AnswerKind, Callable[[Question, Any], Any]] = {
    AnswerKind.MONEY: _money,
    AnswerKind.RATE: _rate,
    AnswerKind.DAY: _day,
    AnswerKind.COUNT: _count,
    AnswerKind.LINE: _text,
    AnswerKind.TEXT: _text,
    AnswerKind.CHOICE: _choice,
    AnswerKind.YES_NO: _yes_no,
}
_FORMATS: Mapping[UploadFormat, Callable[[bytes, Sequence[Question]], Iterator[Mapping[str, Any]]]] = {
    UploadFormat.NDJSON: _ndjson,
    UploadFormat.CSV: _csv,
    UploadFormat.XLSX: _xlsx,
}
