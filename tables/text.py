"""A text file of rows: its encoding, its delimiter, its cells. Streamed here: Python's reader of csv builds no grid."""

import codecs
import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice

from tables import limits
from tables.cells import NOTHING, Book, Cell, Row, Sheet, Stored
from tables.errors import CellFarAway, CellTooLong, FileDamaged, NotText, ReadingStopped, TooManyCells, TooManyRows
from tables.patience import is_patient
from tables.worksheet import letters_of

UTF_8 = ("utf-8-sig",)
KNOWN = ("utf-8-sig", "gb18030")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 64 * limits.KIB
DELIMITERS = ",\t;"
_NAME = "csv"
_MARKS = (b",", b"\t", b";", b"\n", b"\r")


def read_text(content: bytes, *, encodings: tuple[str, ...] = KNOWN, delimiters: str = DELIMITERS, most_rows: int = limits.ROWS) -> Book:
    """
    Return a text file as a book of one sheet, of at most ``most_rows``; they have been read once, and are within what a list may be.

    The delimiter is the one that stands most often in the first line.

    Raises:
        NotText: in none of the encodings, or with NUL characters.
        FileDamaged: quotes that do not end.
        CellTooLong, CellFarAway, TooManyRows, TooManyCells.
        ReadingStopped: more than is read while somebody waits.
    """
    if not is_patient() and marks_in(content) > limits.MARKS_IN_REQUESTS:
        raise ReadingStopped
    encoding = _encoding_of(content, encodings)
    with _opened(content, encoding) as text:
        first_line = text.readline(_PIECE)
    delimiter = max(delimiters, key=first_line.count)

    def rows() -> Iterator[Row]:
        return islice(_rows(content, encoding, delimiter), most_rows)

    _judge(rows())
    return Book([Sheet(name=_NAME, rows=rows)])


def marks_in(content: bytes) -> int:
    """Return how many delimiters and ends of lines stand in a text, which is never less than it has rows and cells."""
    return sum(content.count(mark) for mark in _MARKS)


def _encoding_of(content: bytes, encodings: tuple[str, ...]) -> str:
    wanted = ("utf-16",) if content.startswith(_UTF_16) and len(encodings) > 1 else encodings
    for encoding in wanted:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(content), _PIECE):
                if "\0" in decoder.decode(content[start : start + _PIECE]):
                    raise NotText
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotText


def _opened(content: bytes, encoding: str) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(content), encoding=encoding, newline="")


def _rows(content: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty, numbered as they stand."""
    with _opened(content, encoding) as text:
        number = 0
        try:
            for number, written in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start=1):
                if number > limits.ROWS:
                    raise TooManyRows(sheet=_NAME, most=limits.ROWS)
                if len(written) > limits.COLUMNS and any(written[limits.COLUMNS :]):
                    place = f"{letters_of(len(written) - 1)}{number}"
                    raise CellFarAway(sheet=_NAME, cell=place, rows=limits.ROWS, columns=limits.COLUMNS)
                if any(written):
                    yield Row(number, tuple(Cell(Stored.TEXT, cell) if cell else NOTHING for cell in written[: limits.COLUMNS]))
        except csv.Error as problem:
            if "limit" in str(problem):
                raise CellTooLong(sheet=_NAME, row=number + 1, most=limits.CELL_TEXT) from None
            raise FileDamaged from None


def _judge(rows: Iterator[Row]) -> None:
    cells = 0
    for row in rows:
        if max(len(cell.text) for cell in row.cells) > limits.CELL_TEXT:
            raise CellTooLong(sheet=_NAME, row=row.number, most=limits.CELL_TEXT)
        cells += len(row.cells)
        if cells > limits.CELLS:
            raise TooManyCells(what=f"单元格超过 {limits.CELLS} 个")
