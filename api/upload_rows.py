"""A file of movements read row by row: three formats, the same names, the same codes. Knows no database."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.enums import UploadFormat
from common.errors import DomainError
from common.texts import SAYS_UNREADABLE, is_readable, readable
from tables import strict
from tables.cells import Cell, Sheet
from tables.errors import FileDamaged, NotText
from tables.faults import CellFault
from tables.reading import is_xlsx, read_workbook
from tables.text import read_text

MOST_ROWS = 10_000
_READ_ROWS = 1 + MOST_ROWS + 1  # with the headings, and one that is too many
NAMES = ("loan_id", "contract_number", "amount", "value_on", "bank_reference", "reason")
MONEY = re.compile(r"[0-9]{1,16}(\.[0-9]{1,2})?")
LONGEST = {"contract_number": 64, "bank_reference": 64, "reason": 500}


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
    amount: Decimal
    value_on: date
    bank_reference: str
    reason: str


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


def read_file(content: bytes, file_format: str) -> ReadFile:
    """
    Return a file that can be read. It may start the reader of workbooks, so it is called before a transaction.

    Raises:
        UploadUnreadable, UploadTooLong, FileRefused: as ``read_rows``.
    """
    return ReadFile(content, UploadFormat(file_format), len(read_rows(content, file_format)))


def read_rows(content: bytes, file_format: str) -> list[Mapping[str, Any]]:
    """
    Return the data rows as they are written, by name; blank rows of a table are left out.

    Raises:
        UploadUnreadable: not of the format, without rows, or with headings that are not the names.
        UploadTooLong.
        FileRefused: the guard or the reader stopped it; the sentence says why.
    """
    found: list[Mapping[str, Any]] = []
    for row in _FORMATS[UploadFormat(file_format)](content):
        found.append(row)
        if len(found) > MOST_ROWS:
            raise UploadTooLong(most=MOST_ROWS)
    if not found:
        raise UploadUnreadable(why="没有数据行")
    return found


def parse_row(number: int, written: Mapping[str, Any]) -> Row | Fault:
    """Return what a row says, or its first fault."""
    reference = written.get("bank_reference")
    reference = reference.text if isinstance(reference, Cell) else reference
    named = _storable(reference).strip()[:64] if isinstance(reference, str) else ""
    field = ""
    try:
        for field in written:
            if field not in NAMES:
                raise CellFault("unknown", "没有这个字段，请核对名称。")
        values: dict[str, Any] = {}
        for field, read in _READERS.items():
            values[field] = read(field, written.get(field))
        field = "loan_id"
        if (values["loan_id"] is None) == (values["contract_number"] == ""):
            raise CellFault("required", "请填写 loan_id 或 contract_number，只填其一。")
    except CellFault as bad:
        return Fault(number=number, bank_reference=named, field=_storable(field)[:60], code=bad.code, detail=bad.detail)
    return Row(number=number, **values)


def _ndjson(content: bytes) -> Iterator[Mapping[str, Any]]:
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


def _csv(content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        book = read_text(content, encodings=("utf-8-sig",), delimiters=",", most_rows=_READ_ROWS)
    except NotText:
        raise UploadUnreadable(why="CSV 须为 UTF-8 编码，不含 NUL 字符") from None
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 CSV") from None
    yield from _table(book.first)


def _xlsx(content: bytes) -> Iterator[Mapping[str, Any]]:
    if not is_xlsx(content):
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿")
    try:
        book = read_workbook(content, most_rows=_READ_ROWS)
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿") from None
    yield from _table(book.first)


def _table(sheet: Sheet) -> Iterator[Mapping[str, Any]]:
    rows = iter(sheet)
    heading_row = next(rows, None)
    headings = [str(cell.plain).strip() for cell in heading_row.cells] if heading_row else []
    first = next((place for place, heading in enumerate(headings) if heading), 0)
    headings = headings[first:]
    while headings and not headings[-1]:
        headings.pop()
    if (
        len(set(headings)) != len(headings)
        or not set(headings) <= set(NAMES)
        or not {"amount", "value_on", "bank_reference"} <= set(headings)
    ):
        raise UploadUnreadable(why="首行须为字段名：" + "、".join(NAMES))
    for row in rows:
        yield dict(zip(headings, row.cells[first:], strict=False))


def _storable(text: str) -> str:
    """Return a text without what no database holds: NUL and half characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _text(field: str, cell: Any, *, required: bool = False) -> str:
    if isinstance(cell, Cell):
        cell = strict.text(cell)
    if cell in (None, "") and not required:
        return ""
    if not isinstance(cell, str) or _storable(cell) != cell:
        raise CellFault("invalid" if cell not in (None, "") else "required", "请填写文本。")
    if not is_readable(cell):
        raise CellFault("unreadable", SAYS_UNREADABLE)
    said = readable(cell).strip()
    if required and not said:
        raise CellFault("required", "请填写此项。")
    if len(said) > LONGEST[field]:
        raise CellFault("max_length", f"不超过 {LONGEST[field]} 个字符。")
    return said


def _reference(field: str, cell: Any) -> str:
    return _text(field, cell, required=True)


def _money(field: str, cell: Any) -> Decimal:
    if isinstance(cell, Cell):
        cell = strict.digits(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        cell = str(cell)
    if isinstance(cell, float) and cell == round(cell, 2):
        cell = f"{cell:.2f}"
    if not isinstance(cell, str) or MONEY.fullmatch(cell.strip()) is None:
        raise CellFault("amount_invalid", "金额须大于 0，最多两位小数，以元为单位，不含千分位。")
    return Decimal(cell.strip())


def _day(field: str, cell: Any) -> date:
    if isinstance(cell, Cell):
        cell = strict.day(cell)
    if isinstance(cell, date):
        return cell
    try:
        if not isinstance(cell, str) or len(cell.strip()) != len("2024-01-01"):
            raise ValueError
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise CellFault("invalid", "日期须为 YYYY-MM-DD。") from None


def _identifier(field: str, cell: Any) -> UUID | None:
    if isinstance(cell, Cell):
        cell = strict.text(cell)
    if cell in (None, ""):
        return None
    try:
        return UUID(cell.strip())
    except (ValueError, AttributeError):
        raise CellFault("invalid", "loan_id 须为 UUID。") from None


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "loan_id": _identifier,
    "contract_number": _text,
    "amount": _money,
    "value_on": _day,
    "bank_reference": _reference,
    "reason": _text,
}
_FORMATS: Mapping[UploadFormat, Callable[[bytes], Iterator[Mapping[str, Any]]]] = {
    UploadFormat.NDJSON: _ndjson,
    UploadFormat.CSV: _csv,
    UploadFormat.XLSX: _xlsx,
}
