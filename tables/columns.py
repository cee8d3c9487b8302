"""Rows read by named columns: good ones as values in yuan, bad ones as problems, sums checked, notes passed over."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tables.cells import NOTHING, Cell, Row, Sheet, Stored
from tables.faults import CellFault
from tables.heads import Head, heading, is_subheading
from tables.lenient import cleaned
from tables.survey import is_filled, is_note, is_total
from tables.units import YUAN, bare, in_yuan

LONGEST_SHOWN = 200
MOST_LISTED = 1_000  # of a file's faults, and of what it has to look at
_COUNTED_IN = frozenset({"人", "个", "家", "户", "%"})  # units of columns that hold no amounts


class Noted(NamedTuple):
    """A value that stands, with something to look at."""

    value: object
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column we know: its field, its headings (the first is the label), how a cell is read."""

    field: str
    headings: tuple[str, ...]
    read: Callable[[Cell], object]
    required: bool = True  # the column must be there and every cell filled
    empty: object = None  # what an empty cell of an optional column means
    is_amount: bool = False  # in a unit, summed, and compared with rows of totals

    @property
    def label(self) -> str:
        """Return the heading as we call it."""
        return self.headings[0]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: sheet where there are several, row as people count, column label, code, sentence. A warning does not refuse the row."""

    row: int
    column: str
    code: str
    detail: str
    is_warning: bool = False
    sheet: str = ""


@dataclass(slots=True)
class Listed:
    """The problems of a file as they are kept: the first thousand faults and warnings each, and how many more there are."""

    problems: list[Problem] = field(default_factory=list)
    _counts: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})  # by whether they are warnings

    def add(self, problems: Iterable[Problem]) -> None:
        """Take the problems of a row."""
        for problem in problems:
            self._counts[problem.is_warning] += 1
            if self._counts[problem.is_warning] <= MOST_LISTED:
                self.problems.append(problem)

    def with_rest(self) -> list[Problem]:
        """Return the kept problems, and a last one that says how many are not among them."""
        left = sum(self._counts.values()) - len(self.problems)
        if not left:
            return self.problems
        detail = f"另有{left:,}处问题未列出，请先改正已列出的各处后重新上传。"
        return [*self.problems, Problem(self.problems[-1].row, "", "more_problems", detail, is_warning=True)]


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row: the values by field, or why it cannot stand."""

    row: int
    values: dict[str, object]
    problems: tuple[Problem, ...] = ()
    sheet: str = ""  # where there are several

    @property
    def place(self) -> str:
        """Return where the row stands, as people say it."""
        return f"“{self.sheet}”第{self.row}行" if self.sheet else f"第{self.row}行"

    def problem(self, column: str, code: str, detail: str, *, is_warning: bool = False) -> Problem:
        """Return a fault of this row that its cells alone do not show."""
        return Problem(self.row, column, code, detail, is_warning, sheet=self.sheet)

    @property
    def is_refused(self) -> bool:
        """Return whether one of the problems is more than a warning."""
        return any(not problem.is_warning for problem in self.problems)


@dataclass(slots=True)
class _Sum:
    """What an amount's column comes to: in all, and since the last subtotal; ``None`` once a cell could not be read."""

    whole: Decimal | None = Decimal(0)
    part: Decimal | None = Decimal(0)

    def add(self, value: object) -> None:
        known = isinstance(value, Decimal)
        self.whole = self.whole + value if known and self.whole is not None else None  # type: ignore[operator]
        self.part = self.part + value if known and self.part is not None else None  # type: ignore[operator]


class Rows:
    """Reads the rows of one sheet after the other and keeps the sums."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._before: dict[str, Decimal | None] = {column.field: Decimal(0) for column in columns if column.is_amount}

    def of(self, sheet: Sheet, head: Head, units: Mapping[str, str], *, name: str) -> Iterator[ParsedRow]:
        """Yield the rows of a sheet; ``name`` is what faults call it."""
        reader = _Reader(head, self.columns, units, name, dict(self._before))
        for row in sheet:
            if row.number > head.last_row and (parsed := reader.read(row)) is not None:
                yield parsed
        self._before = reader.sums()


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one sheet; ``before`` is what those of the sheets before it come to."""

    head: Head
    columns: Sequence[Column]
    units: Mapping[str, str]
    name: str
    before: Mapping[str, Decimal | None]
    _sums: dict[str, _Sum] = field(default_factory=dict)
    _is_head: bool = True  # until the first row of data

    def __post_init__(self) -> None:
        self._sums = {column.field: _Sum() for column in self.columns if column.is_amount and column.field in self.head.places}

    def sums(self) -> dict[str, Decimal | None]:
        """Return what the columns of amounts come to, with the sheets before; ``None`` where a cell could not be read."""
        known = {name: (self.before.get(name), sums.whole) for name, sums in self._sums.items()}
        return {name: None if one is None or other is None else one + other for name, (one, other) in known.items()}

    def read(self, row: Row) -> ParsedRow | None:
        """Return what a row says, ``None`` for a total that is right, a note, or more of the headings."""
        found = [(column, self._cell(row, column)) for column in self.columns if column.field in self.head.places]
        filled = [cell for cell in row.cells if cleaned(cell.text) or cell.stored is Stored.FORMULA]
        if not filled:
            return None
        first = cleaned(filled[0].text)
        is_whole = is_filled(row, self.head, [column.field for column in self.columns if column.required])
        names = (found[0][1].text, "" if is_whole else first)  # a total stands where the key does, or leaves it empty
        if label := next((name for name in names if is_total(name)), ""):
            return self._total(row, found, is_part=re.search(r"小\s*计", label) is not None)
        if self._is_beside_data(row, found, filled, is_whole=is_whole):
            return None
        self._is_head = False
        return self._data(row, found)

    def _is_beside_data(self, row: Row, found: Sequence[tuple[Column, Cell]], filled: Sequence[Cell], *, is_whole: bool) -> bool:
        """Return whether a row is a note, a row of units, the headings again or what stands beneath them."""
        if found and all(heading(cell) in column.headings for column, cell in found):
            return True
        if is_whole:
            return False
        first = cleaned(filled[0].text)
        if is_note(first, cells=len(filled)):
            return True
        if all(cell.stored is Stored.TEXT and (bare(cell.text) or cleaned(cell.text) in _COUNTED_IN) for cell in filled):
            return True
        is_bare_of_keys = not any(cleaned(cell.text) for column, cell in found if not column.is_amount)
        return self._is_head and is_bare_of_keys and is_subheading(row)

    def _cell(self, row: Row, column: Column) -> Cell:
        position = self.head.places[column.field].first
        return row.cells[position] if position < len(row.cells) else NOTHING

    def _data(self, row: Row, found: Sequence[tuple[Column, Cell]]) -> ParsedRow:
        values: dict[str, object] = {column.field: column.empty for column in self.columns if column.field not in self.head.places}
        problems: list[Problem] = []
        for column, cell in found:
            values[column.field] = self._value(row.number, column, cell, problems)
        if row.is_hidden:
            problems.append(self._problem(row.number, "", "hidden_row", "该行在文件中是隐藏的，已照常读取，请核对。", is_warning=True))
        return ParsedRow(row.number, values, tuple(problems), sheet=self.name)

    def _value(self, number: int, column: Column, cell: Cell, problems: list[Problem]) -> object:
        sums = self._sums.get(column.field)
        if not cleaned(cell.text) and cell.stored is not Stored.FORMULA:
            if column.required:
                problems.append(self._problem(number, column.label, "required", "此项必填。"))
            return column.empty
        try:
            value = self._read(column, cell)
        except CellFault as fault:
            problems.append(self._problem(number, column.label, fault.code, f"{fault.detail}（填写为：{cell.text[:40]}）"[:LONGEST_SHOWN]))
            value = None
        if isinstance(value, Noted):
            problems.append(self._problem(number, column.label, value.code, value.detail, is_warning=True))
            value = value.value
        if sums is not None:
            sums.add(value)
        return value

    def _read(self, column: Column, cell: Cell) -> object:
        unit = self.units.get(column.field, YUAN)
        return column.read(in_yuan(cell, unit) if unit != YUAN else cell)

    def _problem(self, number: int, label: str, code: str, detail: str, *, is_warning: bool = False) -> Problem:
        return Problem(number, label, code, detail, is_warning, sheet=self.name)

    def _total(self, row: Row, found: Sequence[tuple[Column, Cell]], *, is_part: bool) -> ParsedRow | None:
        """Return a row of totals as a faulty row where it differs from the rows above it, on this sheet or on all so far."""
        problems: list[Problem] = []
        over_all = self.sums()
        for column, cell in found:
            sums = self._sums.get(column.field)
            if sums is None or not cleaned(cell.text):
                continue
            due = sums.part if is_part else sums.whole
            try:
                said = self._read(column, cell)
            except CellFault as fault:
                problems.append(self._problem(row.number, column.label, fault.code, f"合计行：{fault.detail}"))
                continue
            if due is not None and said != due and (is_part or said != over_all[column.field]):
                detail = f"合计行为{said:,}元，与以上各行之和{due:,}元不符，请核对是否缺行或有误。"
                problems.append(self._problem(row.number, column.label, "total_differs", detail))
        if is_part:
            for sums in self._sums.values():
                sums.part = Decimal(0)
        empty: dict[str, object] = {column.field: column.empty for column in self.columns}
        return ParsedRow(row.number, empty, tuple(problems), sheet=self.name) if problems else None
