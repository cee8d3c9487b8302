"""Where the headings of a sheet stand, in one row or several, and which column each of them is; refused where two answers are possible."""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from common.errors import DomainError
from tables.cells import NOTHING, Cell, Row, Sheet, Stored
from tables.worksheet import Columns, letters_of

_DEEPEST = 3  # rows of headings beneath one
SEARCHED_ROWS = 20  # titles and notes may stand above the headings
_RANGE = re.compile(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)")
_UNIT = re.compile(r"\((?:单位:?|计量单位:?)?(?:(?:人民币)?[百千万亿十]*元|人)\)$|/(?:人民币)?[百千万亿十]*元$")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?(?:度|末|数|末数)?")
_CONTENT = re.compile(r"[0-9一二三四五六七八九十百千万亿零〇壹贰叁肆伍陆柒捌玖拾佰仟]|元")  # of data, as headings have none


Merged = Mapping[tuple[int, int], tuple[int, int]]
"""Last row and last column of merged areas by their first row and column."""


class HeadingsMissing(DomainError):
    """Columns that must be there were not found."""

    code = "headings_missing"
    sentence = "文件中没有找到以下列：{columns}。请核对标题行，列的顺序不限。"
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


@dataclass(frozen=True, slots=True)
class Place:
    """One heading: the row it stands in, its first column, the last one it stands over, whether it is merged."""

    row: int
    first: int
    last: int
    is_merged: bool
    cell: Cell


@dataclass(frozen=True, slots=True)
class Head:
    """Where the headings stand: numbers of their first and last row, and the place of each field."""

    first_row: int
    last_row: int
    places: Mapping[str, Place]

    @property
    def positions(self) -> Mapping[str, int]:
        """Return the column of each field."""
        return {field: place.first for field, place in self.places.items()}


def heading(cell: Cell) -> str:
    """Return a heading without blanks and without the unit behind it: `` 研发费用 (元)`` and ``研发费用/元`` give ``研发费用``."""
    return _UNIT.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", cell.text)))


def head_matches(sheet: Sheet, wanted: Mapping[str, str]) -> int:
    """Return how many known headings stand in the row of a sheet that has most of them."""
    return _matches(_best(head_rows(sheet), wanted), wanted)


def find_head(sheet: Sheet, *, wanted: Mapping[str, str], required: Mapping[str, str]) -> Head:
    """
    Return where the headings stand.

    ``wanted`` maps a normalized heading to a field, ``required`` a field to its label. The row with most matches is the heading row; those
    of it that are missing may stand in the row above it or below it.

    Raises:
        HeadingsMissing, HeadingTwice, HeadingAmbiguous.
    """
    rows = {row.number: row for row in head_rows(sheet)}
    row = _best(rows.values(), wanted)
    merged = _merged_by_place(sheet)
    found = {field: (row.number, column) for field, column in _known(row, wanted, rows.get(row.number - 1)).items()}
    taken = {column for _, column in found.values()}
    for beside in (rows.get(row.number - 1), rows.get(row.number + 1)):
        others = _known(beside, wanted, None).items() if beside is not None else ()
        new = {field: (beside.number, column) for field, column in others if field not in found and column not in taken}  # type: ignore[union-attr]
        found |= new
        taken |= {column for _, column in new.values()}
    missing = [label for field, label in required.items() if field not in found]
    if missing:
        raise HeadingsMissing(columns="、".join(missing))
    width = max((len(one.cells) for number, one in rows.items() if abs(number - row.number) <= _DEEPEST), default=0)
    places = {field: _place(rows[number], column, width=width, taken=taken, merged=merged) for field, (number, column) in found.items()}
    for place in places.values():
        require_one(place, list(rows.values()))
    return Head(min(place.row for place in places.values()), _last_row(row, places, merged), places)


def head_rows(sheet: Sheet) -> list[Row]:
    """Return the rows among which headings are looked for."""
    return list(takewhile(lambda row: row.number <= SEARCHED_ROWS, sheet))


def is_subheading(row: Row) -> bool:
    """Return whether a row only tells more of the headings above it: words without anything that data consist of."""
    filled = [cell for cell in row.cells if cell.stored is not Stored.EMPTY]
    return all(cell.stored is Stored.TEXT and not _CONTENT.search(cell.text) for cell in filled)


def require_one(place: Place, rows: Sequence[Row], *, is_sure: bool = False) -> None:
    """
    Refuse a heading that has headings of its own beneath it; ``is_sure`` where another column under it is known to hold data.

    Raises:
        HeadingAmbiguous: with the candidates.
    """
    names = _beneath(place, rows)
    if not names and is_sure:
        names = [f"{letters_of(column)}列" for column in range(place.first, place.last + 1)]
    if names:
        raise HeadingAmbiguous(column=heading(place.cell), candidates="、".join(names)[:120])


def _beneath(place: Place, rows: Sequence[Row]) -> list[str]:
    """Return the headings beneath a broad one, in the first of three rows that has several."""
    if place.first == place.last:
        return []
    for row in [one for one in rows if place.row < one.number <= place.row + _DEEPEST]:
        cells = row.cells[place.first : place.last + 1]
        names = [cell.text.strip() for cell in cells if _names_a_column(cell)]
        filled = sum(cell.stored is not Stored.EMPTY for cell in cells)
        if len(names) > 1 and len(names) == filled and _names_a_column(cells[0]):
            return names
    return []


def _names_a_column(cell: Cell) -> bool:
    text = cell.text.strip()
    return _YEAR.fullmatch(text) is not None or (cell.stored is Stored.TEXT and not re.search(r"\d{2}", text) and text != "")


def _known(row: Row, wanted: Mapping[str, str], above: Row | None) -> dict[str, int]:
    """
    Return the columns of the known headings in a row.

    Raises:
        HeadingTwice, HeadingAmbiguous: one stands twice; under several groups, these are named.
    """
    found: dict[str, int] = {}
    for column, cell in enumerate(row.cells):
        field = wanted.get(heading(cell)) if cell.stored is not Stored.EMPTY else None
        if field is None:
            continue
        if field in found:
            groups = [_group(above, place) for place in (found[field], column)]
            if all(groups) and groups[0] != groups[1]:
                raise HeadingAmbiguous(column=heading(cell), candidates="、".join(groups))
            raise HeadingTwice(column=heading(cell))
        found[field] = column
    return found


def _group(above: Row | None, column: int) -> str:
    """Return the heading of the group that stands over a column."""
    cells = above.cells[: column + 1] if above is not None else ()
    return next((cell.text.strip() for cell in reversed(cells) if cell.text.strip()), "")


def _place(row: Row, column: int, *, width: int, taken: Container[int], merged: Merged) -> Place:
    last = merged.get((row.number, column), (0, column))[1]
    is_merged = last > column
    while not is_merged and last + 1 < width and last + 1 not in taken and (last + 1 >= len(row.cells) or row.cells[last + 1] == NOTHING):
        last += 1
    return Place(row.number, column, last, is_merged, row.cells[column])


def _last_row(row: Row, places: Mapping[str, Place], merged: Merged) -> int:
    ends = [merged.get((place.row, place.first), (place.row, 0))[0] for place in places.values()]
    return max([row.number, *(place.row for place in places.values()), *ends])


def _best(rows: Iterable[Row], wanted: Mapping[str, str]) -> Row:
    return max(rows, key=lambda row: _matches(row, wanted), default=Row(0, ()))


def _matches(row: Row, wanted: Mapping[str, str]) -> int:
    return sum(heading(cell) in wanted for cell in row.cells)


def _merged_by_place(sheet: Sheet) -> Merged:
    columns, found = Columns(), dict[tuple[int, int], tuple[int, int]]()
    for area in sheet.merged:
        parts = _RANGE.fullmatch(area)
        if parts is not None:
            found[int(parts[2]), columns[parts[1]]] = (int(parts[4]), columns[parts[3]])
    return found
