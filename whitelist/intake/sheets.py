"""A workbook or a text file as a heading row and numbered rows of cells."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from common.errors import DomainError
from tables import cells as stored
from tables.errors import FileDamaged, NotText
from tables.reading import read_book

SEARCHED_ROWS = 20  # titles and notes may stand above the headings


class UnreadableFile(DomainError):
    """The file is neither a workbook nor a text file with columns."""

    code = "unreadable_file"
    sentence = "无法读取文件“{filename}”，请上传 xlsx 文件，或以 UTF-8、GBK 编码保存的 csv 文件。"
    status = 400


class HeadingsMissing(DomainError):
    """Columns that must be there were not found."""

    code = "headings_missing"
    sentence = "文件中没有找到以下列：{columns}。请核对标题行，列的顺序不限。"
    status = 400


class HeadingUnit(DomainError):
    """Amounts are given in another unit than yuan."""

    code = "heading_unit"
    sentence = "“{column}”列以万元为单位，请换算为元后重新上传。"
    status = 400


class HeadingTwice(DomainError):
    """Two columns carry the same heading."""

    code = "heading_twice"
    sentence = "“{column}”列出现两次，请保留一列后重新上传。"
    status = 400


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells as they stand in the file; row numbers as people see them, from 1."""

    stored: stored.Sheet

    def head(self) -> list[tuple[int, Sequence[object]]]:
        """Return number and cells of the rows in which headings are looked for."""
        return [(row.number, _plain(row)) for row in islice(self.stored, SEARCHED_ROWS) if row.number <= SEARCHED_ROWS]

    def numbered_after(self, heading_row: int) -> Iterator[tuple[int, Sequence[object]]]:
        """Yield number and cells of every row below the headings that is not empty."""
        for row in self.stored:
            if row.number > heading_row:
                yield row.number, _plain(row)


def read_sheet(*, filename: str, content: bytes) -> Sheet:
    """
    Return the first sheet of a workbook, or the rows of a text file in UTF-8 or GBK.

    Raises:
        UnreadableFile: neither of the two.
        FileRefused: the guard or the reader stopped it; the sentence says why.
    """
    try:
        return Sheet(read_book(content).first)
    except (FileDamaged, NotText) as problem:
        raise UnreadableFile(filename=filename) from problem


def heading(cell: object) -> str:
    """Return a heading without blanks and without the unit in brackets: `` 研发费用 (元)`` gives ``研发费用``."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(cell or "")))
    return re.sub(r"\((?:单位:?)?(?:元|万元|人|人民币元|人民币万元)\)$", "", text)


def find_headings(sheet: Sheet, *, wanted: dict[str, str], required: dict[str, str]) -> tuple[int, dict[str, int]]:
    """
    Return the number of the heading row and the position of each field.

    ``wanted`` maps a normalized heading to a field, ``required`` a field to its label. The row with most matches is the heading row.

    Raises:
        HeadingsMissing, HeadingTwice, HeadingUnit.
    """
    number, cells = max(sheet.head(), key=lambda row: sum(heading(cell) in wanted for cell in row[1]), default=(0, []))
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        field = wanted.get(heading(cell))
        if field is None:
            continue
        if field in found:
            raise HeadingTwice(column=heading(cell))
        if "万元" in str(cell):
            raise HeadingUnit(column=heading(cell))
        found[field] = position
    missing = [label for field, label in required.items() if field not in found]
    if missing:
        raise HeadingsMissing(columns="、".join(missing))
    return number, found


def _plain(row: stored.Row) -> list[object]:
    return [cell.plain for cell in row.cells]
