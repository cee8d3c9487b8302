"""The three formats of a file of rows: what is written in each row, by name; what cannot be read of a row is a fault of that row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from api.enums import UploadFormat
from common.errors import DomainError
from common.strict_json import NotStrictJson, read_json
from tables.cells import NOTHING, Book, Cell, Sheet, Stored
from tables.cells import Row as SheetRow
from tables.errors import FileDamaged, NotText
from tables.faults import CellFault
from tables.reading import is_xlsx, read_workbook
from tables.text import read_text
from tables.worksheet import letters_of

Written = Mapping[str, Any] | CellFault  # the values or cells of a row, or why nobody can read it
MOST_ROWS = 10_000
MOST_MARKS = 30 * MOST_ROWS  # what separates values, or lies around them, in all lines of JSON: a row has a dozen
_JSON_MARKS = (b"{", b"[", b",", b":")
_MOST_LINES = 4 * (1 + MOST_ROWS)  # two marks for the end of one, and empty ones between the rows
_READ_ROWS = 1 + MOST_ROWS + 1  # with the headings, and one that is too many
_BOM = b"\xef\xbb\xbf"


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


def rows_of_ndjson(content: bytes, names: Sequence[str], required: set[str]) -> Iterator[Written]:
    """Yield what each line says that is not empty; a line is judged as the body of a single call is."""
    if content.count(b"\n") + content.count(b"\r") > _MOST_LINES:
        raise UploadTooLong(most=MOST_ROWS)
    if sum(map(content.count, _JSON_MARKS)) > MOST_MARKS:  # known before anything is built
        raise UploadUnreadable(why=f"字段或层次过多，每行只含 {'、'.join(names)} 各一个值")
    for line in content.removeprefix(_BOM).split(b"\n"):
        if not line.strip():
            continue
        try:
            row = read_json(line)
        except NotStrictJson:
            yield CellFault("parse_error", "该行不是有效的 JSON（UTF-8 编码，名称不得重复），请检查后重新提交。")
        else:
            yield row if isinstance(row, dict) else CellFault("invalid", "该行须为一个 JSON 对象。")


def rows_of_csv(content: bytes, names: Sequence[str], required: set[str]) -> Iterator[Written]:
    """Yield the cells of each row below the headings."""
    try:
        book = read_text(content, encodings=("utf-8-sig",), delimiters=",", most_rows=_READ_ROWS)
    except NotText:
        raise UploadUnreadable(why="CSV 须为 UTF-8 编码，不含 NUL 字符") from None
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 CSV") from None
    yield from _rows_of_table(book.first, names, required)


def rows_of_xlsx(content: bytes, names: Sequence[str], required: set[str]) -> Iterator[Written]:
    """Yield the cells of each row below the headings of the one sheet."""
    if not is_xlsx(content):
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿")
    try:
        book = read_workbook(content, most_rows=_READ_ROWS)
    except FileDamaged:
        raise UploadUnreadable(why="不是有效的 xlsx 工作簿") from None
    _require_one_sheet(book)
    yield from _rows_of_table(book.first, names, required)


def _require_one_sheet(book: Book) -> None:
    """Refuse a workbook of which a part would be left unread."""
    for sheet in book.sheets:
        if sheet is not book.first and (sheet.is_hidden or any(True for _ in sheet)):
            raise UploadUnreadable(why=f"只读取一张工作表，请删除“{sheet.name[:60]}”，或另行提交")


def _rows_of_table(sheet: Sheet, names: Sequence[str], required: set[str]) -> Iterator[Written]:
    rows = iter(sheet)
    heading_row = next(rows, None)
    headings = [_heading(cell) for cell in heading_row.cells] if heading_row else []
    said = [heading for heading in headings if heading]
    if len(set(said)) != len(said) or not required <= set(said) <= set(names):
        raise UploadUnreadable(why="首行须为字段名：" + "、".join(names))
    for row in rows:
        yield dict(_named(row, headings))


def _heading(cell: Cell) -> str:
    return str(cell.plain).strip()


def _named(row: SheetRow, headings: Sequence[str]) -> Iterator[tuple[str, Cell]]:
    """Yield the cells by their headings; one under no heading is named by its column, which no row knows."""
    for place, cell in enumerate(row.cells):
        heading = headings[place] if place < len(headings) else ""
        if heading:
            yield heading, cell
        elif cell is not NOTHING and (cell.stored is not Stored.EMPTY or cell.text):
            yield f"{letters_of(place)} 列", cell


FORMATS: Mapping[UploadFormat, Callable[[bytes, Sequence[str], set[str]], Iterator[Written]]] = {
    UploadFormat.NDJSON: rows_of_ndjson,
    UploadFormat.CSV: rows_of_csv,
    UploadFormat.XLSX: rows_of_xlsx,
}
