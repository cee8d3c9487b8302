"""A file of rows as it was stored. Pure: knows neither the framework nor the formats."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Stored(StrEnum):
    """How the file holds a cell. Text that looks like a number is text; a number may have lost what an identifier needs."""

    EMPTY = "-"
    TEXT = "t"
    NUMBER = "n"  # binary floating point: 15 digits, no leading zeros
    BOOL = "b"
    DATE = "d"  # a number that its format shows as a day or a moment
    ERROR = "e"  # #DIV/0! and its like
    FORMULA = "f"  # a formula whose result the program that wrote the file did not store


class Cell(NamedTuple):
    """
    One cell.

    ``text`` is what stands in it: the text itself untrimmed, a number in its shortest exact digits without exponent, a date as ISO 8601,
    ``TRUE`` or ``FALSE``, the error's name. ``shown_as`` is the number format (``0.00%``), empty where there is none or the file does
    not tell; ``computed`` whether a formula gave the value.
    """

    stored: Stored
    text: str = ""
    shown_as: str = ""
    computed: bool = False

    @property
    def plain(self) -> str | float | bool | date | datetime:
        """Return the value as Python holds it; text for what has no value."""
        if self.stored is Stored.NUMBER:
            return float(self.text)
        if self.stored is Stored.BOOL:
            return self.text == "TRUE"
        if self.stored is Stored.DATE:
            return datetime.fromisoformat(self.text) if "T" in self.text else date.fromisoformat(self.text)
        return self.text


NOTHING = Cell(Stored.EMPTY)


class Row(NamedTuple):
    """One row that has a cell: its number as people count, from 1, and its cells from the first column on."""

    number: int
    cells: tuple[Cell, ...]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    One sheet; iterating yields its rows that are not empty, every time anew, so that a large file need not be held as objects.

    Of a hidden sheet nothing is read: it has no rows. ``merged`` are ranges such as ``B2:C2``.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    is_hidden: bool = False
    merged: Sequence[str] = ()
    hidden_columns: Sequence[int] = ()  # from 0

    def __iter__(self) -> Iterator[Row]:
        return self.rows()


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a file, in their order; a text file is a book of one."""

    sheets: Sequence[Sheet]

    @property
    def first(self) -> Sheet:
        """Return the first sheet that people see."""
        return next((sheet for sheet in self.sheets if not sheet.is_hidden), self.sheets[0])
