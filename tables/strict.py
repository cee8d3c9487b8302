"""
Cells of files that programs send: one form each, the form of the interface; a cell of a workbook may be stored as what it is.

Each reader raises ``CellFault``.
"""

from datetime import date

from tables.cells import Cell, Stored
from tables.faults import CellFault, identifier_digits, require_value


def text(cell: Cell) -> str:
    """
    Return a text or identifier as it stands: text, or a whole number that keeps all its digits.

    Raises:
        CellFault.
    """
    require_value(cell)
    if cell.stored is Stored.NUMBER:
        return identifier_digits(cell)
    if cell.stored not in (Stored.TEXT, Stored.EMPTY):
        raise CellFault("invalid", "请填写文本。")
    return cell.text


def digits(cell: Cell) -> str:
    """
    Return the digits of an amount: as written, or of a number as it is stored.

    Raises:
        CellFault.
    """
    require_value(cell)
    if cell.stored is Stored.NUMBER and "%" in cell.shown_as:
        raise CellFault("money_percent", "单元格为百分数格式，请改为以元为单位的金额。")
    if cell.stored not in (Stored.NUMBER, Stored.TEXT, Stored.EMPTY):
        raise CellFault("amount_invalid", "金额单元格不是数字。")
    return cell.text


def day(cell: Cell) -> date | str:
    """
    Return the day of a cell that is stored as one, otherwise its text.

    Raises:
        CellFault: a moment within a day, or a number without a date's format.
    """
    require_value(cell)
    if cell.stored is Stored.DATE:
        if "T" in cell.text:
            raise CellFault("invalid", "日期单元格带有时刻，请只填日期。")
        return date.fromisoformat(cell.text)
    if cell.stored is Stored.NUMBER:
        raise CellFault("date_serial", "这是日期的序号，按1900或1904日期系统是不同的两天，请将单元格设为日期格式，或写作 2024-01-01。")
    return cell.text
