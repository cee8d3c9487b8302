"""A workbook or a text file as a heading row and numbered rows of cells."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from common.errors import DomainError

SEARCHED_ROWS = 20  # titles and notes may stand above the headings
_WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


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

    rows: Sequence[Sequence[object]]

    def numbered_after(self, heading_row: int) -> Iterator[tuple[int, Sequence[object]]]:
        """Yield number and cells of every row below the headings that is not empty."""
        for number, cells in enumerate(self.rows[heading_row:], start=heading_row + 1):
            if any(cell is not None and cell != "" for cell in cells):
                yield number, cells


def read_sheet(*, filename: str, content: bytes) -> Sheet:
    """
    Return the first sheet of a workbook, or the rows of a text file in UTF-8 or GBK.

    Raises:
        UnreadableFile: neither of the two.
    """
    if content.startswith(_WORKBOOK_MAGIC):
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
            return Sheet(workbook.get_sheet_by_index(0).to_python(skip_empty_area=False))
        except (CalamineError, IndexError) as problem:
            raise UnreadableFile(filename=filename) from problem
    text = _decoded(content)
    if text is None or "\0" in text:
        raise UnreadableFile(filename=filename)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    return Sheet(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


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
    best = max(
        range(min(SEARCHED_ROWS, len(sheet.rows))),
        key=lambda index: sum(heading(cell) in wanted for cell in sheet.rows[index]),
        default=None,
    )
    cells = [] if best is None else sheet.rows[best]
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
    if missing or best is None:
        raise HeadingsMissing(columns="、".join(missing or required.values()))
    return best + 1, found


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
