"""What a sheet says of its amounts outside the cells that hold them: in which unit they are, and in which of several columns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from common.errors import DomainError
from common.typed import Mistyped, amount, cleaned
from tables import limits
from tables.cells import Cell, Row, Sheet, Stored
from tables.heads import Head, Place, head_rows, heading, require_one
from tables.units import FACTORS, YUAN, bare, named_in

_TOTAL = re.compile(r"[^0-9A-Za-z]{0,12}(?:合计|总计|共计|小计|累计)(?:[(（][^()（）]{1,20}[)）])?[:：]?")
_NOTE = re.compile(r"(?:注|备注|说明|附注|填表|填报|制表|审核|复核|经办|联系|数据来源|单位负责人|单位|第.{1,4}页)")
_NOTE_ALONE = re.compile(r"(?:注|备注|说明|附注)[:：]?")
_NOTE_CELLS = 3  # 制表人, 审核人, 日期
_MAY_TELL = re.compile(r"[元计]|单位|币种|货币|'000|’000|[A-Z]{3}|[金币镑]")
PLACES = 3  # of a contradiction are named


class HeadingUnit(DomainError):
    """Amounts are given in another unit than yuan."""

    code = "heading_unit"
    sentence = "{place}以“{unit}”为单位，请换算为元并改为“元”后重新上传。"
    status = 400


class UnitsContradict(HeadingUnit):
    """One table names several units for the same amounts."""

    sentence = "同一金额列注明了不同的单位（{places}），请统一为元后重新上传。"


class Named(NamedTuple):
    """A unit and where it stands."""

    unit: str
    place: str


@dataclass(slots=True)
class Survey:
    """Looks at every row of a sheet once. ``amounts`` are the fields that hold amounts, ``required`` those no row is without."""

    head: Head
    amounts: frozenset[str]
    required: frozenset[str]
    _everywhere: dict[str, str] = field(default_factory=dict)  # unit, and where it stands first
    _columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def units(self, sheet: Sheet, titles: Iterable[str]) -> Mapping[str, Named]:
        """
        Return the unit of each field that holds amounts: what its own heading says, else what the sheet says, else yuan.

        Raises:
            UnitsContradict: several are named. HeadingUnit: one that cannot be converted.
            HeadingAmbiguous: another column under the heading holds data, too.
        """
        for title in titles:
            self._note(self._everywhere, named_in(title), f"名称“{title[:40]}”")
        self._look_at_head(sheet)
        broad = {name: place for name, place in self.head.places.items() if place.last > place.first}
        for row in sheet:
            if row.number > self.head.last_row:
                self._look_below(row)
                for name, place in broad.items():
                    self._require_one(row, place, sheet, is_amount=name in self.amounts)
        return {name: self._unit_of(name) for name in self.head.places if name in self.amounts}

    def _look_at_head(self, sheet: Sheet) -> None:
        own = {(place.row, place.first) for place in self.head.places.values()}
        for row in head_rows(sheet):
            for column, cell in enumerate(row.cells if row.number <= self.head.last_row else ()):
                unit = named_in(cell.text) if cell.stored is Stored.TEXT and (row.number, column) not in own else ""
                if row.number < self.head.first_row:
                    self._note(self._everywhere, unit, f"第{row.number}行注明金额")
                elif unit and row.number < self.head.last_row:
                    self._note_group(row, column, unit)
        for name, place in self._amount_places():
            if place.cell.stored is Stored.TEXT:
                self._note(self._columns.setdefault(name, {}), named_in(place.cell.text), f"“{heading(place.cell)}”列")

    def _note_group(self, row: Row, column: int, unit: str) -> None:
        """Note the unit of a group's heading for the columns it stands over."""
        ends = (place for place in range(column + 1, len(row.cells)) if row.cells[place].stored is not Stored.EMPTY)
        last = next(ends, limits.COLUMNS) - 1
        for name, place in self._amount_places():
            if column <= place.first <= last:
                self._note(self._columns.setdefault(name, {}), unit, f"“{heading(place.cell)}”列")

    def _look_below(self, row: Row) -> None:
        for column, cell in enumerate(row.cells):
            if cell.stored is not Stored.TEXT or not _MAY_TELL.search(cell.text):
                continue
            alone = bare(cell.text)
            name = next((name for name, place in self._amount_places() if place.first == column), "")
            if alone and name:
                self._note(self._columns.setdefault(name, {}), alone, f"“{heading(self.head.places[name].cell)}”列第{row.number}行注明")
            elif alone or is_total(cell.text) or not is_filled(row, self.head, self.required):
                self._note(self._everywhere, alone or named_in(cell.text), f"第{row.number}行注明金额")

    def _amount_places(self) -> Iterator[tuple[str, Place]]:
        return ((name, place) for name, place in self.head.places.items() if name in self.amounts)

    def _note(self, known: dict[str, str], unit: str, place: str) -> None:
        if unit:
            known.setdefault(unit, place)

    def _unit_of(self, name: str) -> Named:
        own = self._columns.get(name, {})
        others = {unit: place for unit, place in self._everywhere.items() if unit != YUAN}
        said = own | others if own else self._everywhere or {YUAN: ""}  # a column in 万元 of a table in 元 is told by its heading
        if len(said) > 1:
            raise UnitsContradict(places="、".join(f"{place}为“{unit}”" for unit, place in list(said.items())[:PLACES]))
        ((unit, place),) = said.items()
        if unit not in FACTORS:
            raise HeadingUnit(place=place, unit=unit)
        return Named(unit, place)

    def _require_one(self, row: Row, place: Place, sheet: Sheet, *, is_amount: bool) -> None:
        others = row.cells[place.first + 1 : place.last + 1]
        if any(cell.stored is not Stored.EMPTY if place.is_merged else is_amount and _is_amount(cell) for cell in others):
            require_one(place, head_rows(sheet), is_sure=True)


def is_total(text: str) -> bool:
    """Return whether a text is the label of a row of totals."""
    return "计" in text and _TOTAL.fullmatch(re.sub(r"\s", "", text)) is not None


def is_note(first: str, *, cells: int) -> bool:
    """Return whether a row that lacks what every row has is a note, by its first cell and how many it has."""
    return _NOTE_ALONE.fullmatch(first) is not None or (cells <= _NOTE_CELLS and (_NOTE.match(first) is not None or named_in(first) != ""))


def is_filled(row: Row, head: Head, fields: Iterable[str]) -> bool:
    """Return whether a row has something in each of these columns."""
    columns = (head.places[name].first for name in fields if name in head.places)
    return all(column < len(row.cells) and cleaned(row.cells[column].text) for column in columns)


def _is_amount(cell: Cell) -> bool:
    if cell.stored is Stored.TEXT:
        try:
            amount(cell.text)
        except Mistyped:
            return False
        return True
    return cell.stored is Stored.NUMBER
