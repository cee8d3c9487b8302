"""The faults of a file handed back: in the workbook itself, marked, or as a new one of the faulty rows."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePath
from typing import Any

import xlsxwriter

from tables import limits, package
from tables.cells import NOTHING, Cell, Row, Stored
from tables.columns import Problem
from tables.errors import FileRefused
from tables.faults import EXACT_DIGITS
from tables.parent import mark_in_child
from tables.table import Part, Table

HEADING = "核对结果"
_NAME = "{stem}（核对结果）.xlsx"
_HINT = "提示："
_COLOUR = "#FFC7CE"


@dataclass(slots=True)
class _Faulty:
    """One row with what is wrong with it."""

    columns: set[int] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)


def fault_file_name(filename: str) -> str:
    """Return the name of the file that tells of another's faults."""
    return _NAME.format(stem=PurePath(filename).stem[:100])


def fault_file(table: Table, content: bytes, problems: Iterable[Problem]) -> bytes:
    """
    Return an xlsx that shows each problem where it stands, cells coloured and the reason at the end of the row.

    Of an xlsx, up to a size, it is the same workbook; of other files, and of what no spreadsheet program wrote, a new one of these rows.
    """
    faulty = _by_row(table, problems)
    if content.startswith(package.MAGIC) and len(content) <= limits.MARKED_FILE_BYTES:
        with suppress(FileRefused):
            return mark_in_child(content, {part.sheet.name: _marks(part, faulty) for part in table.parts})
    return _new_book(table, faulty)


Faulty = Mapping[tuple[str, int], _Faulty]


def _by_row(table: Table, problems: Iterable[Problem]) -> Faulty:
    """Return the first rows with problems, by sheet and number."""
    found: dict[tuple[str, int], _Faulty] = {}
    fields = {column.label: column.field for column in table.columns}
    parts = {part.sheet.name: part for part in table.parts}
    for problem in problems:
        part = parts.get(problem.sheet, table.parts[0])
        key = part.sheet.name, problem.row
        if key not in found and len(found) == limits.MARKED_ROWS:
            continue
        row = found.setdefault(key, _Faulty())
        place = part.head.places.get(fields.get(problem.column, ""))
        if place is not None:
            row.columns.add(place.first)
        said = f"{problem.column}：{problem.detail}" if problem.column else problem.detail
        row.reasons.append(_HINT + said if problem.is_warning else said)
    return found


def _marks(part: Part, faulty: Faulty) -> list[tuple[int, tuple[int, ...], str]]:
    head = (part.head.last_row, (), HEADING)
    return [
        head,
        *((row, tuple(sorted(one.columns)), " ".join(one.reasons)) for (name, row), one in faulty.items() if name == part.sheet.name),
    ]


def _new_book(table: Table, faulty: Faulty) -> bytes:
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        coloured = book.add_format({"bg_color": _COLOUR, "num_format": "@"})
        plain = book.add_format({"num_format": "@"})
        for number, part in enumerate(table.parts, start=1):
            sheet = book.add_worksheet(f"{HEADING}{number if len(table.parts) > 1 else ''}")
            _write(sheet, part, faulty, coloured, plain)
    return held.getvalue()


def _write(sheet: Any, part: Part, faulty: Faulty, coloured: Any, plain: Any) -> None:
    rows = {row.number: row for row in part.sheet if row.number == part.head.last_row or (part.sheet.name, row.number) in faulty}
    width = max((len(row.cells) for row in rows.values()), default=0)
    names = {place.first: place.cell for place in part.head.places.values()}
    heads = [names.get(column, _cell(rows.get(part.head.last_row), column)) for column in range(width)]
    _line(sheet, 0, ["原文件行号", *(cell.text.strip() for cell in heads), HEADING], plain)
    line = 0
    for number in sorted(rows):
        one = faulty.get((part.sheet.name, number))
        if one is None:
            continue
        line += 1
        sheet.write_number(line, 0, number)
        for column in range(width):
            style = coloured if column in one.columns else plain
            cell = _cell(rows[number], column)
            if _is_number(cell):
                sheet.write_number(line, column + 1, float(cell.text), style if column in one.columns else None)
            else:
                sheet.write_string(line, column + 1, cell.text, style) if cell.text else sheet.write_blank(line, column + 1, None, style)
        sheet.write_string(line, width + 1, " ".join(one.reasons)[: limits.CELL_TEXT], coloured)
    sheet.set_column(1, width, 18)
    sheet.set_column(width + 1, width + 1, 80)
    sheet.freeze_panes(1, 0)


def _line(sheet: Any, row: int, texts: Sequence[str], style: Any) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, style)


def _cell(row: Row | None, column: int) -> Cell:
    return row.cells[column] if row is not None and column < len(row.cells) else NOTHING


def _is_number(cell: Cell) -> bool:
    return cell.stored is Stored.NUMBER and sum(letter.isdigit() for letter in cell.text) <= EXACT_DIGITS
