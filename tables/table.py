"""The table of people's in a book: on one sheet or several of the same head, with its units; what of it is read, and what is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from common.errors import DomainError
from tables.cells import Book, Cell, Sheet, Stored
from tables.columns import Column, ParsedRow, Problem, Rows
from tables.errors import FileDamaged, NotText
from tables.heads import Head, HeadingsMissing, find_head, head_matches, heading
from tables.limits import ROWS
from tables.reading import read_book
from tables.survey import HeadingUnit, Named, Survey, UnitsContradict
from tables.units import FACTORS, YUAN


class UnreadableFile(DomainError):
    """The file is neither a workbook nor a text file with columns."""

    code = "unreadable_file"
    sentence = "无法读取文件“{filename}”，请上传 xlsx 文件，或以 UTF-8、GBK 编码保存的 csv 文件。"
    status = 400


class SeveralSheets(DomainError):
    """More than one sheet holds rows."""

    code = "several_sheets"
    sentence = "文件有多个工作表含有数据（{sheets}），请合并到一个工作表，或分别上传。"
    status = 400


class SheetsDiffer(SeveralSheets):
    """Sheets with rows have other columns than the first."""

    sentence = "文件有多个工作表含有数据（{sheets}），其中“{strange}”的列与“{first}”不同，请统一标题行、删除无关的工作表，或分别上传。"


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet of the table: its head, and the unit of each column of amounts."""

    sheet: Sheet
    head: Head
    units: Mapping[str, Named]

    @property
    def said(self) -> Mapping[str, str]:
        """Return the units alone."""
        return {name: named.unit for name, named in self.units.items()}


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose meaning is known; iterating yields its rows in yuan, every time anew."""

    book: Book
    parts: Sequence[Part]
    columns: Sequence[Column]

    @property
    def hidden_sheets(self) -> tuple[str, ...]:
        """Return the names of the sheets that are not read because people do not see them."""
        return tuple(sheet.name for sheet in self.book.sheets if sheet.is_hidden)

    @property
    def is_plain(self) -> bool:
        """Return whether there is but one way to read it: one sheet, amounts in yuan."""
        return len(self.parts) == 1 and all(unit.unit == YUAN for unit in self.parts[0].units.values())

    def __iter__(self) -> Iterator[ParsedRow]:
        """
        Yield every row below the headings, those of totals only where they differ from the sum, notes never.

        A fault names the sheet where there are several.
        """
        reader = Rows(self.columns)
        unseen = [("hidden_sheet", f"文件有隐藏的工作表（{_named(self.hidden_sheets)}），未读取，请核对。")] if self.hidden_sheets else []
        for part in self.parts:
            unseen += self._hidden_columns(part)
            name = part.sheet.name if len(self.parts) > 1 else ""
            for parsed in reader.of(part.sheet, part.head, part.said, name=name):
                yield _told(parsed, unseen) if unseen else parsed
                unseen = []

    def _hidden_columns(self, part: Part) -> list[tuple[str, str]]:
        positions = part.head.positions
        hidden = [column.label for column in self.columns if positions.get(column.field) in part.sheet.hidden_columns]
        return [("hidden_column", f"文件中隐藏的列（{_named(hidden)}）已照常读取，请核对。")] if hidden else []


@dataclass(slots=True)
class Amounts:
    """What a column of amounts on one sheet comes to."""

    label: str
    unit: str
    total: Decimal = Decimal(0)  # yuan, of the rows that can be taken over

    def as_json(self) -> dict[str, str]:
        """Return it as it is shown and kept: the sum as written, the factor, the sum in yuan."""
        factor = FACTORS[self.unit]
        written = (self.total / factor).normalize()
        return {"label": self.label, "unit": self.unit, "factor": str(factor), "written": format(written, "f"), "yuan": str(self.total)}


@dataclass(slots=True)
class _Sheet:
    rows: int = 0
    refused: int = 0
    hidden_rows: int = 0
    amounts: dict[str, Amounts] = field(default_factory=dict)


class Reading:
    """How a table is read, counted while its rows go by: sheets, rows, units with their factors, sums; and what is not read."""

    def __init__(self, table: Table) -> None:
        labels = {column.field: column.label for column in table.columns}
        self._hidden = list(table.hidden_sheets)
        self._first = table.parts[0].sheet.name
        self._sheets = {
            part.sheet.name: _Sheet(amounts={name: Amounts(labels[name], unit) for name, unit in part.said.items()}) for part in table.parts
        }

    def watch(self, rows: Iterable[ParsedRow]) -> Iterator[ParsedRow]:
        """Yield the rows."""
        for row in rows:
            self._count(row)
            yield row

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept, for a person to confirm."""
        return {"sheets": [_as_json(name, sheet) for name, sheet in self._sheets.items()], "hidden_sheets": self._hidden}

    def _count(self, row: ParsedRow) -> None:
        sheet = self._sheets[row.sheet or self._first]
        sheet.rows += 1
        sheet.refused += row.is_refused
        sheet.hidden_rows += any(problem.code == "hidden_row" for problem in row.problems)
        for name, amounts in sheet.amounts.items():
            value = row.values.get(name)
            if isinstance(value, Decimal) and not row.is_refused:
                amounts.total += value


def open_table(*, filename: str, content: bytes, columns: Sequence[Column], most_rows: int = ROWS) -> Table:
    """
    Return the table in a file that people hand in, once it is sure what it means; of each sheet at most so many rows with a cell are read.

    Raises:
        UnreadableFile: neither a workbook nor text.
        FileRefused: the guard or the reader stopped it; the sentence says why.
        SheetsDiffer, HeadingsMissing, HeadingTwice, HeadingAmbiguous.
        HeadingUnit: amounts in a unit that cannot be converted, or in several.
    """
    try:
        book = read_book(content, most_rows=most_rows)
    except (FileDamaged, NotText) as problem:
        raise UnreadableFile(filename=filename) from problem
    wanted = {heading(Cell(Stored.TEXT, name)): column.field for column in columns for name in column.headings}
    required = {column.field: column.label for column in columns if column.required}
    amounts = frozenset(column.field for column in columns if column.is_amount)
    parts = []
    for sheet, head in _heads(_sheets(book, wanted=wanted, least=len(required)), wanted=wanted, required=required):
        titles = [PurePath(filename).stem, *([] if sheet.name.isascii() else [sheet.name])]
        parts.append(Part(sheet, head, Survey(head, amounts, frozenset(required)).units(sheet, titles)))
    for name in parts[0].units:
        _require_same_unit(name, parts)
    return Table(book, parts, columns)


def read_table(*, filename: str, content: bytes, columns: Sequence[Column], most_rows: int = ROWS) -> Iterator[ParsedRow]:
    """
    Return every row of a table that has but one way to be read, for screens that ask nobody.

    Raises:
        SeveralSheets, HeadingUnit: there is more than one sheet, or another unit than yuan.
        and what ``open_table`` raises.
    """
    table = open_table(filename=filename, content=content, columns=columns, most_rows=most_rows)
    if len(table.parts) > 1:
        raise SeveralSheets(sheets="、".join(part.sheet.name for part in table.parts))
    for named in table.parts[0].units.values():
        if named.unit != YUAN:
            raise HeadingUnit(place=named.place, unit=named.unit)
    return iter(table)


def _as_json(name: str, sheet: _Sheet) -> dict[str, Any]:
    told = {"name": name, "rows": sheet.rows, "refused": sheet.refused, "hidden_rows": sheet.hidden_rows}
    return told | {"amounts": [amounts.as_json() for amounts in sheet.amounts.values()]}


def table_of(book: Book, *, wanted: Mapping[str, str], least: int) -> Sheet:
    """
    Return the one sheet of a book that is a table.

    Raises:
        SeveralSheets: rows of another would be lost.
    """
    sheets = _sheets(book, wanted=wanted, least=least)
    if len(sheets) > 1:
        raise SeveralSheets(sheets="、".join(sheet.name for sheet in sheets)[:200])
    return sheets[0]


def _sheets(book: Book, *, wanted: Mapping[str, str], least: int) -> list[Sheet]:
    """
    Return the sheets that make the table: those with headings, beside others that hold no rows of as many cells as are required.

    Raises:
        SheetsDiffer: rows of another would be lost.
    """
    seen = [sheet for sheet in book.sheets if not sheet.is_hidden] or [book.first]
    matches = [head_matches(sheet, wanted) for sheet in seen]
    tables = [sheet for sheet, found in zip(seen, matches, strict=True) if found >= min(2, least)]
    tables = tables or [seen[matches.index(max(matches))]]
    others = [sheet for sheet in seen if sheet not in tables and _is_broad(sheet, least)]
    if others:
        raise _differ([sheet for sheet in seen if sheet in tables or sheet in others], others[0].name, tables[0].name)
    return tables


def _heads(sheets: Sequence[Sheet], *, wanted: Mapping[str, str], required: Mapping[str, str]) -> list[tuple[Sheet, Head]]:
    """
    Return the sheets with their heads, without those that have headings alone where others have rows.

    Raises:
        SheetsDiffer: they have not the same columns.
        and what ``find_head`` raises of a single sheet.
    """
    if len(sheets) == 1:
        return [(sheets[0], find_head(sheets[0], wanted=wanted, required=required))]
    found, strange = list[tuple[Sheet, Head]](), list[Sheet]()
    for sheet in sheets:
        try:
            found.append((sheet, find_head(sheet, wanted=wanted, required=required)))
        except HeadingsMissing:
            strange.append(sheet)
    with_rows = [(sheet, head) for sheet, head in found if any(row.number > head.last_row for row in sheet)] or found[:1]
    strange += [sheet for sheet, head in with_rows if set(head.places) != set(with_rows[0][1].places)]
    if strange:
        raise _differ(sheets, strange[0].name, next((one.name for one in sheets if one not in strange), sheets[0].name))
    return with_rows


def _require_same_unit(name: str, parts: Sequence[Part]) -> None:
    """Refuse sheets that do not agree on the unit of a column; one that says none is in yuan by its own words only."""
    said = {part.units[name].unit: part for part in parts}
    if len(said) > 1:
        raise UnitsContradict(places="、".join(f"工作表“{part.sheet.name}”为“{unit}”" for unit, part in said.items())[:200])


def _is_broad(sheet: Sheet, least: int) -> bool:
    return any(sum(cell.stored is not Stored.EMPTY for cell in row.cells) >= least for row in sheet)


def _differ(sheets: Sequence[Sheet], strange: str, first: str) -> SheetsDiffer:
    return SheetsDiffer(sheets="、".join(sheet.name for sheet in sheets)[:200], strange=strange, first=first)


def _told(parsed: ParsedRow, unseen: Sequence[tuple[str, str]]) -> ParsedRow:
    """Return the first row with what people do not see of the file."""
    problems = (Problem(parsed.row, "", code, detail, is_warning=True, sheet=parsed.sheet) for code, detail in unseen)
    return replace(parsed, problems=(*parsed.problems, *problems))


def _named(names: Sequence[str]) -> str:
    return "、".join(names)[:100]
