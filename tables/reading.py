"""The one door for files of rows: what the bytes begin as decides how they are read; the guard stands before every reader."""

from tables import legacy, limits, package
from tables.cells import Book
from tables.errors import FileTooLarge, as_sentence
from tables.parent import read_in_child
from tables.patience import unpacked_bytes
from tables.refused import Refused
from tables.text import marks_in, read_text


def is_workbook(content: bytes) -> bool:
    """Return whether a file begins as an xlsx, or as an xls or et."""
    return content.startswith((package.MAGIC, legacy.MAGIC[:4]))


def is_xlsx(content: bytes) -> bool:
    """Return whether a file begins as an xlsx, or is one that was encrypted: both get a sentence of their own when they are read."""
    return content.startswith(package.MAGIC) or legacy.is_encrypted_xlsx(content)


def read_book(content: bytes, *, most_rows: int = limits.ROWS) -> Book:
    """
    Return the sheets of an xlsx, xls or et, or the rows of a text file; of each no more than ``most_rows`` rows with a cell.

    A workbook is judged as a container here, by streaming it; what is in its sheets is read by a child within limits.

    Raises:
        FileRefused: of the kind that says why.
    """
    if is_workbook(content):
        return read_workbook(content, most_rows=most_rows)
    _require_size(content)
    return read_text(content, most_rows=most_rows)


def read_workbook(content: bytes, *, most_rows: int = limits.ROWS) -> Book:
    """
    Return the sheets of an xlsx, xls or et. Of each no more than ``most_rows`` rows with a cell are read.

    Raises:
        FileRefused: of the kind that says why.
    """
    _require_size(content)
    is_legacy = content.startswith(legacy.MAGIC[:4])
    try:
        if is_legacy:
            legacy.judge(content)
        else:
            package.judge(content, most=unpacked_bytes())
    except Refused as refused:
        raise as_sentence(refused) from None
    return read_in_child(content, is_legacy=is_legacy, most_rows=most_rows)


def is_light(content: bytes) -> bool:
    """Return whether a file is small enough for its rows to be read and judged while somebody waits; told without reading it."""
    if content.startswith(legacy.MAGIC[:4]):
        return len(content) <= limits.LIGHT_BYTES
    if not content.startswith(package.MAGIC):
        return marks_in(content) <= limits.LIGHT_MARKS
    try:
        with package.opened(content) as opened:
            return sum(entry.file_size for entry in opened.infolist()) <= limits.LIGHT_UNPACKED_BYTES
    except Refused:
        return True  # it is refused before it is read


def _require_size(content: bytes) -> None:
    if len(content) > limits.FILE_BYTES:
        raise FileTooLarge(what=f"超过 {limits.FILE_BYTES // limits.MIB} MB")
