"""A table read by named columns: good rows as values, bad ones as problems, sums checked, notes passed over."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from common.errors import DomainError
from tables.cells import NOTHING, Book, Cell, Row, Stored
from tables.errors import FileDamaged, NotText
from tables.faults import CellFault
from tables.heads import Head, HeadingUnit, find_head, heading, require_yuan, table_of, unit_in
from tables.lenient import cleaned
from tables.limits import ROWS
from tables.reading import read_book

LONGEST_SHOWN = 200
MOST_LISTED = 1_000  # of a file's faults, and of what it has to look at
_TOTAL = re.compile(r"[^0-9A-Za-z]{0,12}(?:合计|总计|共计|小计|累计)(?:[(（][^()（）]{1,20}[)）])?[:：]?")
_NOTE = re.compile(r"(?:注|备注|说明|附注|填表|填报|制表|审核|复核|经办|联系|数据来源|单位负责人|单位|第.{1,4}页)")
_NOTE_CELLS = 3  # 制表人, 审核人, 日期


class UnreadableFile(DomainError):
    """The file is neither a workbook nor a text file with columns."""

    code = "unreadable_file"
    sentence = "无法读取文件“{filename}”，请上传 xlsx 文件，或以 UTF-8、GBK 编码保存的 csv 文件。"
    status = 400


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
    is_amount: bool = False  # summed, and compared with rows of totals

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

    @property
    def is_refused(self) -> bool:
        """Return whether one of the problems is more than a warning."""
        return any(not problem.is_warning for problem in self.problems)


def read_table(*, filename: str, content: bytes, columns: Sequence[Column], most_rows: int = ROWS) -> Iterator[ParsedRow]:
    """
    Yield every row of the table in a file that people hand in; of each sheet no more than ``most_rows`` rows with a cell are read.

    Raises:
        UnreadableFile: neither a workbook nor text.
        FileRefused: the guard or the reader stopped it; the sentence says why.
        SeveralSheets, HeadingsMissing, HeadingTwice, HeadingUnit, HeadingAmbiguous.
    """
    try:
        book = read_book(content, most_rows=most_rows)
    except (FileDamaged, NotText) as problem:
        raise UnreadableFile(filename=filename) from problem
    return read_rows(book, columns)


def read_rows(book: Book, columns: Sequence[Column]) -> Iterator[ParsedRow]:
    """
    Yield every row below the headings; rows of totals only where they differ from the sum, notes never.

    Raises:
        SeveralSheets, HeadingsMissing, HeadingTwice, HeadingUnit, HeadingAmbiguous.
    """
    wanted = {heading(Cell(Stored.TEXT, name)): column.field for column in columns for name in column.headings}
    required = {column.field: column.label for column in columns if column.required}
    sheet = table_of(book, wanted=wanted, least=len(required))
    head = find_head(sheet, wanted=wanted, required=required)
    table = _Table(head, columns)
    rows = (row for row in sheet if row.number > head.last_row)
    hidden = tuple(one.name for one in book.sheets if one.is_hidden)
    for parsed in filter(None, map(table.read, rows)):
        yield replace(parsed, problems=(*parsed.problems, *_hidden_sheets(parsed.row, hidden))) if hidden else parsed
        hidden = ()


@dataclass(slots=True)
class _Sum:
    """What an amount's column comes to: in all, and since the last subtotal; ``None`` once a cell could not be read."""

    whole: Decimal | None = Decimal(0)
    part: Decimal | None = Decimal(0)

    def add(self, value: object) -> None:
        known = isinstance(value, Decimal)
        self.whole = self.whole + value if known and self.whole is not None else None  # type: ignore[operator]
        self.part = self.part + value if known and self.part is not None else None  # type: ignore[operator]


@dataclass(slots=True)
class _Table:
    """Reads rows one after the other and keeps the sums."""

    head: Head
    columns: Sequence[Column]
    _sums: dict[str, _Sum] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sums = {column.field: _Sum() for column in self.columns if column.is_amount and column.field in self.head.positions}

    def read(self, row: Row) -> ParsedRow | None:
        """Return what a row says, ``None`` for a total that is right, a note, or headings again."""
        found = [(column, self._cell(row, column)) for column in self.columns if column.field in self.head.positions]
        filled = [cell for cell in row.cells if cleaned(cell.text) or cell.stored is Stored.FORMULA]
        if not filled:
            return None
        first = cleaned(filled[0].text)
        is_whole = all(cleaned(cell.text) for column, cell in found if column.required)
        names = (found[0][1].text, "" if is_whole else first)  # a total stands where the key does, or leaves it empty
        if label := next((name for name in names if "计" in name and _TOTAL.fullmatch(re.sub(r"\s", "", name))), ""):
            return self._total(row, found, is_part=re.search(r"小\s*计", label) is not None)
        if not is_whole and len(filled) <= _NOTE_CELLS and (_NOTE.match(first) or unit_in(filled[0])):
            require_yuan(row)
            return None
        if found and all(heading(cell) in column.headings for column, cell in found):
            return None
        return self._data(row, found)

    def _cell(self, row: Row, column: Column) -> Cell:
        position = self.head.positions[column.field]
        return row.cells[position] if position < len(row.cells) else NOTHING

    def _data(self, row: Row, found: Sequence[tuple[Column, Cell]]) -> ParsedRow:
        values: dict[str, object] = {column.field: column.empty for column in self.columns if column.field not in self.head.positions}
        problems: list[Problem] = []
        for column, cell in found:
            values[column.field] = self._value(row.number, column, cell, problems)
        if row.is_hidden:
            problems.append(Problem(row.number, "", "hidden_row", "该行在文件中是隐藏的，已照常读取，请核对。", is_warning=True))
        return ParsedRow(row.number, values, tuple(problems))

    def _value(self, number: int, column: Column, cell: Cell, problems: list[Problem]) -> object:
        sums = self._sums.get(column.field)
        if not cleaned(cell.text) and cell.stored is not Stored.FORMULA:
            if column.required:
                problems.append(Problem(number, column.label, "required", "此项必填。"))
            return column.empty
        if sums is not None and (unit := unit_in(cell)) and not re.search(r"\d", cell.text):
            raise HeadingUnit(place=f"“{column.label}”列", unit=unit)
        try:
            value = column.read(cell)
        except CellFault as fault:
            problems.append(Problem(number, column.label, fault.code, f"{fault.detail}（填写为：{cell.text[:40]}）"[:LONGEST_SHOWN]))
            value = None
        if isinstance(value, Noted):
            problems.append(Problem(number, column.label, value.code, value.detail, is_warning=True))
            value = value.value
        if sums is not None:
            sums.add(value)
        return value

    def _total(self, row: Row, found: Sequence[tuple[Column, Cell]], *, is_part: bool) -> ParsedRow | None:
        """Return a row of totals as a faulty row where it differs from the rows above it."""
        problems: list[Problem] = []
        for column, cell in found:
            sums = self._sums.get(column.field)
            if sums is None or not cleaned(cell.text):
                continue
            due = sums.part if is_part else sums.whole
            try:
                said = column.read(cell)
            except CellFault as fault:
                problems.append(Problem(row.number, column.label, fault.code, f"合计行：{fault.detail}"))
                continue
            if due is not None and said != due:
                detail = f"合计行为{said:,}元，与以上各行之和{due:,}元不符，请核对是否缺行或有误。"
                problems.append(Problem(row.number, column.label, "total_differs", detail))
        if is_part:
            for sums in self._sums.values():
                sums.part = Decimal(0)
        return ParsedRow(row.number, {column.field: column.empty for column in self.columns}, tuple(problems)) if problems else None


def _hidden_sheets(number: int, names: Sequence[str]) -> Iterator[Problem]:
    shown = "、".join(names)[:100]
    yield Problem(number, "", "hidden_sheet", f"文件有隐藏的工作表（{shown}），未读取，请核对。", is_warning=True)
