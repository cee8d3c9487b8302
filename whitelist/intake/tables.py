"""A sheet read by named columns: good rows as values, bad ones as problems."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whitelist.intake.cells import CellFault, text_of
from whitelist.intake.sheets import Sheet, find_headings, heading

LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column we know: its field, its headings (the first is the label), how a cell is read."""

    field: str
    headings: tuple[str, ...]
    read: Callable[[object], object]
    required: bool = True  # the column must be there and every cell filled
    empty: object = None  # what an empty cell of an optional column means

    @property
    def label(self) -> str:
        """Return the heading as we call it."""
        return self.headings[0]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: row as people count, column label, code, sentence. A warning does not refuse the row."""

    row: int
    column: str
    code: str
    detail: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row: the values by field, or why it cannot stand."""

    row: int
    values: dict[str, object]
    problems: tuple[Problem, ...] = ()


def read_rows(sheet: Sheet, columns: Sequence[Column]) -> Iterator[ParsedRow]:
    """
    Yield every row below the headings.

    Raises:
        HeadingsMissing, HeadingTwice, HeadingUnit.
    """
    wanted = {heading(name): column.field for column in columns for name in column.headings}
    required = {column.field: column.label for column in columns if column.required}
    heading_row, positions = find_headings(sheet, wanted=wanted, required=required)
    present = [(column, positions[column.field]) for column in columns if column.field in positions]
    absent = {column.field: column.empty for column in columns if column.field not in positions}
    for number, cells in sheet.numbered_after(heading_row):
        yield _read_row(number, cells, present, absent)


def _read_row(number: int, cells: Sequence[object], present: Sequence[tuple[Column, int]], absent: dict[str, object]) -> ParsedRow:
    values, problems = dict(absent), []
    for column, position in present:
        cell = cells[position] if position < len(cells) else None
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            values[column.field] = column.empty
            if column.required:
                problems.append(Problem(number, column.label, "required", "此项必填。"))
            continue
        try:
            values[column.field] = column.read(cell)
        except CellFault as fault:
            problems.append(Problem(number, column.label, fault.code, f"{fault.detail}（填写为：{text_of(cell)[:40]}）"[:LONGEST_SHOWN]))
    return ParsedRow(number, values, tuple(problems))
