"""Files of rows made by code, as bureaus and banks send them; and how they are read without a process for each."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from tables import child, parent
from tables.cells import Book
from tables.legacy_sheets import read as read_legacy
from tests.factories import credit_code
from whitelist.intake.lists import tax_columns

ON = date(2026, 11, 28)
COLUMNS = tax_columns(districts={"晋江市": 1, "南安市": 2}, on=ON)
HEAD = ["统一社会信用代码", "企业名称", "行业代码", "所得税归属", "成立日期", "注册资本", "年度", "研发费用"]
CODE, NAME, INDUSTRY, HOME, FOUNDED, CAPITAL, YEAR, RD = range(8)


def good(number: int, **changed: Any) -> list[Any]:
    """Return a good row, in yuan; ``changed`` by the number of its column (``c7``)."""
    row = [credit_code(number), f"企业{number}", "C3429", "晋江市", "2015-06-01", 5_000_000 + number, "2025", 4_079_555.55 + number]
    return [changed.get(f"c{column}", value) for column, value in enumerate(row)]


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a number format, or a formula with or without its result."""

    value: Any
    shown_as: str = "General"
    result: Any = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet."""

    lines: Sequence[Sequence[Any]]
    name: str = ""
    is_hidden: bool = False
    merged: Sequence[str] = ()
    hidden_rows: Sequence[int] = ()  # from 1
    hidden_columns: str = ""


def xlsx(*pages: Page | Sequence[Sequence[Any]], options: Mapping[str, Any] | None = None) -> bytes:
    """Return a workbook; a list of lines is a sheet without a name."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_numbers": False, **(options or {})}) as book:
        sheets = [page if isinstance(page, Page) else Page(page) for page in pages]
        for number, page in enumerate(sheets, start=1):
            sheet = book.add_worksheet(page.name or f"Sheet{number}")
            _write(book, sheet, page)
            if page.is_hidden:
                sheet.hide()
            elif all(one.is_hidden for one in sheets[: number - 1]):
                sheet.activate()
                sheet.set_first_sheet()
    return held.getvalue()


def _write(book: Any, sheet: Any, page: Page) -> None:
    for row, line in enumerate(page.lines):
        for column, value in enumerate(line):
            if isinstance(value, Styled):
                shown = book.add_format({"num_format": value.shown_as})
                is_formula = isinstance(value.value, str) and value.value.startswith("=")
                sheet.write_formula(row, column, value.value, shown, value.result) if is_formula else sheet.write(
                    row, column, value.value, shown
                )
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
            elif isinstance(value, str):
                sheet.write_string(row, column, value) if value else None
            elif value is not None:
                sheet.write(row, column, value)
    for area in page.merged:
        corner = area.partition(":")[0]
        sheet.merge_range(area, page.lines[int(corner[1:]) - 1][ord(corner[0]) - 65])
    for row in page.hidden_rows:
        sheet.set_row(row - 1, None, None, {"hidden": True})
    if page.hidden_columns:
        sheet.set_column(page.hidden_columns, None, None, {"hidden": True})


def text(lines: Sequence[Sequence[Any]], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Return a text file of the same lines."""
    held = StringIO()
    csv.writer(held, delimiter=delimiter).writerows([["" if cell is None else cell for cell in line] for line in lines])
    return held.getvalue().encode(encoding)


@dataclass(slots=True)
class _Target:
    """Takes what the child's code writes, in this process."""

    answer: Any = field(default_factory=parent.Answer)

    def write(self, line: bytes) -> int:
        with open(self.answer.number, "ab", closefd=False) as file:
            return file.write(line)


def read_here(content: bytes, *, is_legacy: bool, most_rows: int) -> Book:
    """Read as the child does, without a process: what the child is bound by has tests of its own."""
    target = _Target()
    answer = child.Answer(target, most_rows=most_rows)  # type: ignore[arg-type]
    try:
        (read_legacy if is_legacy else child.read_xlsx)(content, answer)  # type: ignore[arg-type]
        answer.write({"sheets": answer.sheets})
    except child.Refused as refused:
        answer.write({"refused": refused.reason, "facts": refused.facts})
    return parent._book(target.answer)
