"""The cells of one sheet of an xlsx, read row by row; what no list needs ends the reading."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tables import limits
from tables.markup import LocalNames, each_end
from tables.numbers import as_date, shortest
from tables.refused import Refused
from tables.workbook import Workbook, as_count, is_on, rich_text, unescaped

Emit = Callable[[int, bool, list[object]], None]
"""Takes a row: its number, whether it is hidden, and column, kind, text, number format, whether computed of each cell, in one flat list."""

PER_CELL = 5
_AREA = re.compile(r"\$?([A-Za-z]{1,4})\$?([0-9]{1,8})(?::\$?([A-Za-z]{1,4})\$?([0-9]{1,8}))?")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


@dataclass(slots=True)
class Tally:
    """What was read of the whole book so far."""

    cells: int = 0
    text: int = 0

    def add(self, cells: int, text: int) -> None:
        """Count so many more cells with so many characters."""
        self.cells += cells
        self.text += text
        if self.cells > limits.CELLS:
            raise Refused("TooManyCells", what=f"单元格超过 {limits.CELLS} 个")
        if self.text > limits.TEXT:
            raise Refused("TooManyCells", what="文字过多")


class Columns(dict[str, int]):
    """The position of a column by its letters, from 0."""

    def __missing__(self, letters: str) -> int:
        position = 0
        for letter in letters:
            if not "A" <= letter <= "Z" or position > _LAST_COLUMN:
                raise Refused("FileDamaged")
            position = position * 26 + ord(letter) - 64
        if not 0 < position <= _LAST_COLUMN:
            raise Refused("FileDamaged")
        self[letters] = position - 1
        return position - 1


@dataclass(slots=True)
class Worksheet:
    """Reads one sheet; ``merged`` and ``hidden_columns`` are there when it is through."""

    name: str
    book: Workbook
    tally: Tally
    emit: Emit
    merged: list[str] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    _names: LocalNames = field(default_factory=LocalNames)
    _columns: Columns = field(default_factory=Columns)
    _row: int = 0
    _rows: int = 0

    def read(self, pieces: Iterable[bytes]) -> None:
        """
        Give every row with a cell to ``emit``.

        Raises:
            Refused.
        """
        names = self._names
        for element in each_end(pieces):
            tag = names[element.tag]
            if tag == "row":
                self._read_row(element)
                element.clear()
            elif tag == "dimension":
                self._judge_dimension(element.get("ref", ""))
            elif tag == "col" and is_on(element.get("hidden")):
                first, last = (min(as_count(element.get(name)), limits.COLUMNS) for name in ("min", "max"))
                self.hidden_columns += range(first - 1, last)
            elif tag == "mergeCell":
                self.merged.append(element.get("ref", "")[:20])
                if len(self.merged) > limits.MERGED:
                    raise Refused("TooManyCells", what="合并单元格过多")

    def _read_row(self, row: Element) -> None:
        written = row.get("r")
        number = self._row + 1 if written is None else as_count(written)
        if not self._row < number <= _LAST_ROW:
            raise Refused("FileDamaged")
        self._row = number
        self._rows += 1
        if self._rows > limits.ROWS:
            raise Refused("TooManyRows", sheet=self.name, most=limits.ROWS)
        cells: list[object] = []
        names, columns, digits, column = self._names, self._columns, str(number), -1
        for cell in row:
            if names[cell.tag] != "c":
                continue
            before, place = column, cell.get("r")
            if place is None:
                column += 1
            else:
                letters = place.removesuffix(digits)
                column = columns[letters]
            if column <= before:
                raise Refused("FileDamaged")
            kind, text, shown_as, is_computed = self._value(cell)
            if kind != "-":
                cells += (column, kind, text, shown_as, is_computed)
        if cells:
            self._judge(cells)
            self.emit(number, is_on(row.get("hidden")), cells)

    def _value(self, cell: Element) -> tuple[str, str, str, bool]:
        """Return kind, text, number format of a cell, and whether a formula gave it."""
        written, is_computed, names = None, False, self._names
        for part in cell:
            tag = names[part.tag]
            if tag == "v":
                written = part.text
            elif tag == "f":
                is_computed = True
            elif tag == "is":
                written = rich_text(part, names)
        kind = cell.get("t", "n")
        if written is None:
            is_unknown = is_computed and kind != "str"
            return ("f", "", "", True) if is_unknown else ("-", "", "", False)
        if kind == "s":
            text = self._shared(written)
            return "t" if text else "-", text, "", is_computed
        if kind == "n":
            return *self._number(written.strip(), cell.get("s", "0")), is_computed
        return *self._rest(kind, written), is_computed

    def _shared(self, written: str) -> str:
        place = as_count(written)
        if place >= len(self.book.shared):
            raise Refused("FileDamaged")
        return self.book.shared[place]

    def _number(self, written: str, style_written: str) -> tuple[str, str, str]:
        if not written:
            return "-", "", ""
        style, formats = as_count(style_written), self.book.formats
        shown_as = formats[style] if style < len(formats) else ""
        if style in self.book.dates:
            day = as_date(written, starts_1904=self.book.starts_1904)
            if day:
                return "d", day, shown_as
        return "n", shortest(written), shown_as

    def _rest(self, kind: str, written: str) -> tuple[str, str, str]:
        if kind in ("str", "inlineStr"):
            text = unescaped(written)
            return "t" if text else "-", text, ""
        if kind == "b":
            return "b", "TRUE" if is_on(written.strip()) else "FALSE", ""
        if kind == "e":
            return "e", written.strip()[:20], ""
        if kind == "d":
            day = as_date(written.strip(), starts_1904=False, is_iso=True)
            return "d" if day else "t", day or written, ""
        raise Refused("FileDamaged")

    def _judge(self, cells: list[object]) -> None:
        """Judge the cells of a row, the last of which is the farthest."""
        column = cells[-PER_CELL]
        if column >= limits.COLUMNS or self._row > limits.ROWS:  # type: ignore[operator]
            place = f"{letters_of(column)}{self._row}"  # type: ignore[arg-type]
            raise Refused("CellFarAway", sheet=self.name, cell=place, rows=limits.ROWS, columns=limits.COLUMNS)
        lengths = [len(text) for text in cells[2::PER_CELL]]  # type: ignore[arg-type]
        if max(lengths) > limits.CELL_TEXT:
            raise Refused("CellTooLong", sheet=self.name, row=self._row, most=limits.CELL_TEXT)
        self.tally.add(len(lengths), sum(lengths))

    def _judge_dimension(self, area: str) -> None:
        found = _AREA.fullmatch(area)
        if found is None:
            raise Refused("DimensionTooLarge", sheet=self.name, area=area[:40])
        last_row, last_column = int(found[4] or found[2]), self._columns[(found[3] or found[1]).upper()] + 1
        if last_row > _LAST_ROW or (last_row > limits.ROWS and last_column > limits.COLUMNS):
            raise Refused("DimensionTooLarge", sheet=self.name, area=area[:40])


def letters_of(column: int) -> str:
    """Return the letters of a column: 0 is ``A``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
