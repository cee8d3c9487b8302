"""Which sheet of a book is the table, where its headings stand, and what they say; refused where two answers are possible."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from common.errors import DomainError
from tables.cells import NOTHING, Book, Cell, Row, Sheet, Stored
from tables.worksheet import Columns

SEARCHED_ROWS = 20  # titles and notes may stand above the headings
_UNIT = re.compile(r"(?<![0-9一二两三四五六七八九十百千.,])(?:百万|千万|万|亿|千|百)元")  # "(万元)", not "2000万元以上"
_RANGE = re.compile(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)")


class HeadingsMissing(DomainError):
    """Columns that must be there were not found."""

    code = "headings_missing"
    sentence = "文件中没有找到以下列：{columns}。请核对标题行，列的顺序不限。"
    status = 400


class HeadingUnit(DomainError):
    """Amounts are given in another unit than yuan."""

    code = "heading_unit"
    sentence = "{place}以“{unit}”为单位，请换算为元并改为“元”后重新上传。"
    status = 400


class HeadingTwice(DomainError):
    """Two columns carry the same heading."""

    code = "heading_twice"
    sentence = "“{column}”列出现两次，请保留一列后重新上传。"
    status = 400


class HeadingAmbiguous(DomainError):
    """A heading stands over several columns."""

    code = "heading_ambiguous"
    sentence = "“{column}”下有多列（{candidates}），无法确定取哪一列，请只保留需要的一列后重新上传。"
    status = 400


class SeveralSheets(DomainError):
    """More than one sheet holds rows."""

    code = "several_sheets"
    sentence = "文件有多个工作表含有数据（{sheets}），请合并到一个工作表，或分别上传。"
    status = 400


@dataclass(frozen=True, slots=True)
class Head:
    """Where the headings stand: the number of their last row, and the position of each field."""

    last_row: int
    positions: Mapping[str, int]


def heading(cell: Cell) -> str:
    """Return a heading without blanks and without the unit in brackets: `` 研发费用 (元)`` gives ``研发费用``."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell.text))
    return re.sub(r"\((?:单位:?)?(?:(?:人民币)?[百千万亿]*元|人)\)$", "", text)


def unit_in(cell: Cell) -> str:
    """Return the unit other than yuan that a cell names, empty for none. A threshold (``2000万元以上``) names none."""
    found = _UNIT.search(re.sub(r"\s", "", unicodedata.normalize("NFKC", cell.text))) if cell.stored is Stored.TEXT else None
    return found[0] if found else ""


def table_of(book: Book, *, wanted: Mapping[str, str], least: int) -> Sheet:
    """
    Return the sheet that is the table: the one with headings, beside others that hold no rows of as many cells as are required.

    Raises:
        SeveralSheets: rows of another would be lost.
    """
    seen = [sheet for sheet in book.sheets if not sheet.is_hidden]
    tables = [sheet for sheet in seen if _matches(_best(_head_rows(sheet), wanted), wanted)]
    chosen = tables[0] if tables else book.first
    others = [sheet for sheet in seen if sheet is not chosen and (sheet in tables or _is_broad(sheet, least))]
    if others:
        raise SeveralSheets(sheets="、".join(sheet.name for sheet in seen if sheet is chosen or sheet in others))
    return chosen


def find_head(sheet: Sheet, *, wanted: Mapping[str, str], required: Mapping[str, str]) -> Head:
    """
    Return where the headings stand.

    ``wanted`` maps a normalized heading to a field, ``required`` a field to its label. The row with most matches is the heading row.

    Raises:
        HeadingsMissing, HeadingTwice, HeadingUnit, HeadingAmbiguous.
    """
    rows = _head_rows(sheet)
    row = _best(rows, wanted)
    found: dict[str, int] = {}
    for position, cell in enumerate(row.cells):
        field = wanted.get(heading(cell))
        if field is None:
            continue
        if field in found:
            raise HeadingTwice(column=heading(cell))
        if unit := unit_in(cell):
            raise HeadingUnit(place=f"“{heading(cell)}”列", unit=unit)
        found[field] = position
    missing = [label for field, label in required.items() if field not in found]
    if missing:
        raise HeadingsMissing(columns="、".join(missing))
    for above in rows:
        if above.number < row.number:
            require_yuan(above)
    below = next((one for one in rows if one.number == row.number + 1), Row(row.number + 1, ()))
    tall = _merged_at(sheet, row.number)
    for position in found.values():
        _require_one(row, below, position, tall.get(position, (row.number, position))[1])
    return Head(max([row.number, *(tall[position][0] for position in found.values() if position in tall)]), found)


def require_yuan(row: Row) -> None:
    """
    Refuse a title or note that gives the amounts another unit.

    Raises:
        HeadingUnit.
    """
    for cell in row.cells:
        if unit := unit_in(cell):
            raise HeadingUnit(place=f"第{row.number}行注明金额", unit=unit)


def _head_rows(sheet: Sheet) -> list[Row]:
    return list(takewhile(lambda row: row.number <= SEARCHED_ROWS, sheet))


def _best(rows: Iterable[Row], wanted: Mapping[str, str]) -> Row:
    return max(rows, key=lambda row: _matches(row, wanted), default=Row(0, ()))


def _matches(row: Row, wanted: Mapping[str, str]) -> int:
    return sum(heading(cell) in wanted for cell in row.cells)


def _is_broad(sheet: Sheet, least: int) -> bool:
    return any(sum(cell.stored is not Stored.EMPTY for cell in row.cells) >= least for row in sheet)


def _merged_at(sheet: Sheet, number: int) -> dict[int, tuple[int, int]]:
    """Return the last row and last column of each merged area that begins in a row, by its first column."""
    columns, found = Columns(), {}
    for area in sheet.merged:
        parts = _RANGE.fullmatch(area)
        if parts is not None and int(parts[2]) == number:
            found[columns[parts[1]]] = (int(parts[4]), columns[parts[3]])
    return found


def _require_one(row: Row, below: Row, position: int, last: int) -> None:
    """
    Refuse a heading over several columns: merged, or followed by empty headings, with headings of their own beneath.

    Raises:
        HeadingAmbiguous.
    """
    if last == position:
        while last + 1 < len(below.cells) and (last + 1 >= len(row.cells) or row.cells[last + 1] == NOTHING):
            last += 1
    beneath = below.cells[position : last + 1]
    candidates = [cell.text.strip() for cell in beneath if cell.stored is Stored.TEXT and not re.search(r"\d{2}", cell.text)]
    if len(candidates) > 1 and len(candidates) == len(beneath):
        raise HeadingAmbiguous(column=heading(row.cells[position]), candidates="、".join(candidates))
