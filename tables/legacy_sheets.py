"""xls and et, read whole by calamine under the limit of memory; only the child of such a file has that package."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Protocol

import python_calamine as calamine

from tables import limits
from tables.numbers import iso_of, shortest_of
from tables.refused import EnoughRows, Refused
from tables.worksheet import Tally, letters_of


class Answer(Protocol):
    """Takes what is read."""

    def open_sheet(self, name: str, *, is_hidden: bool) -> None:
        """Begin a sheet."""

    def row(self, number: int, is_hidden: bool, cells: list[object]) -> None:
        """Take a row of it; raises ``EnoughRows``."""


def read(content: bytes, answer: Answer) -> None:
    """
    Give every visible sheet's rows to ``answer``.

    Raises:
        Refused.
    """
    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    except calamine.PasswordError:
        raise Refused("PasswordProtected") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refused("FileDamaged") from None
    sheets = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    if not sheets or len(sheets) > limits.SHEETS:
        raise Refused("TooManyCells", what=f"工作表超过 {limits.SHEETS} 个") if sheets else Refused("FileDamaged")
    tally = Tally()
    for one in sheets:
        is_hidden = one.visible != calamine.SheetVisibleEnum.Visible
        answer.open_sheet(one.name, is_hidden=is_hidden)
        if not is_hidden:
            with suppress(EnoughRows):
                _read_sheet(one.name, book.get_sheet_by_name(one.name), tally, answer)


def _read_sheet(name: str, sheet: Any, tally: Tally, answer: Answer) -> None:
    end = sheet.end
    if end is not None and end[1] >= limits.COLUMNS:
        place = f"{letters_of(end[1])}{end[0] + 1}"
        raise Refused("CellFarAway", sheet=name, cell=place, rows=limits.ROWS, columns=limits.COLUMNS)
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells: list[object] = []
        for column, value in enumerate(values):
            if value != "" and value is not None:
                kind, text = _stored(value)
                if len(text) > limits.CELL_TEXT:
                    raise Refused("CellTooLong", sheet=name, row=number, most=limits.CELL_TEXT)
                tally.add(1, len(text))
                cells += (column, kind, text, "", False)
        if cells:
            answer.row(number, False, cells)


def _stored(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return "b", "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return "n", shortest_of(float(value))
    if isinstance(value, date | datetime):
        return "d", iso_of(value)
    if isinstance(value, time | timedelta):
        return "t", str(value)
    text = str(value)
    return ("e", text) if text.startswith("#") and text in _ERRORS else ("t", text)


_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})
