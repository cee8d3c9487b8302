"""
Cells of files that people hand in on screen: understood where there is one meaning, refused by name where there are two.

Each reader takes a cell that is not empty and raises ``CellFault``.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from common import typed
from common.typed import MINUS, cleaned
from tables.cells import Cell, Stored
from tables.faults import CellFault, identifier_digits, require_value

CENT = Decimal("0.01")
_NOISE = Decimal("0.000001")  # of sums that a spreadsheet calculated in binary
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WITHOUT_DAY = re.compile(r"[0-9]{4}(?:[-/.年][0-9]{1,2}月?|年)|[0-9]{6}")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?")
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_FOREIGN = re.compile(r"\[\$(?:[^\]¥￥-][^\]-]*|[¥￥]-411)[^\]]*\]|(?<!\[)[$€£]|USD|HKD|EUR|JPY")
_UNIT = re.compile(r"[十百千万亿]")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")


def text(cell: Cell) -> str:
    """
    Return what stands in a cell as text.

    Raises:
        CellFault: an error, or a formula without result.
    """
    require_value(cell)
    return cleaned(cell.text)


def identifier(cell: Cell) -> str:
    """
    Return an identifier: text as it stands, a number only where no digit of it can be lost.

    Raises:
        CellFault.
    """
    require_value(cell)
    if cell.stored is Stored.NUMBER:
        return identifier_digits(cell)
    if cell.stored is not Stored.TEXT:
        raise CellFault("not_text", "单元格不是文本，请将该列设为文本格式后重新填写。")
    return cleaned(cell.text)


def with_plain_hyphens(identifier: str) -> str:
    """Return an identifier as it is compared: full-width letters and every kind of hyphen made plain."""
    return unicodedata.normalize("NFKC", identifier.translate(MINUS))


def amount(cell: Cell) -> Decimal:
    """
    Return yuan with 2 places, below zero too.

    What counts is what is stored, however it is shown; a number may carry the noise of a calculation.

    Raises:
        CellFault.
    """
    require_value(cell)
    if cell.stored is Stored.NUMBER:
        return _stored_amount(cell)
    if cell.stored is not Stored.TEXT:
        raise CellFault("money", "单元格不是数字（日期或是否），请填写以元为单位的金额。")
    try:
        return _cents(typed.amount(cell.text))
    except typed.Mistyped as fault:
        raise CellFault(fault.code, fault.detail) from None


def day(cell: Cell) -> date:
    """
    Return a day: a cell that is one, or ``2020-01-05``, ``2020/1/5``, ``2020.1.5``, ``2020年1月5日``, ``20200105``.

    Raises:
        CellFault: none, or one that could be several.
    """
    require_value(cell)
    if cell.stored is Stored.DATE:
        return _stored_day(cell)
    written = unicodedata.normalize("NFKC", cleaned(cell.text)).translate(MINUS)
    found = _DATE.fullmatch(written) or _COMPACT_DATE.fullmatch(written)
    try:
        if found is not None:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise CellFault("date", "没有这一天，请核对日期。") from None
    if _SERIAL.fullmatch(written):
        raise CellFault("date_serial", "这是日期的序号，按1900或1904日期系统是不同的两天，请将单元格设为日期格式，或写作 2020-01-05。")
    if _WITHOUT_DAY.fullmatch(written):
        raise CellFault("date_without_day", "日期缺少“日”，请写作 2020-01-05。")
    if _SHORT_YEAR.fullmatch(written):
        raise CellFault("date_short_year", "年份不足四位，含义不唯一，请写作 2020-01-05。")
    raise CellFault("date", "日期应写作 2020-01-05。")


def _stored_day(cell: Cell) -> date:
    """Return the day stored; what a spreadsheet made of a month or of a day without year is none."""
    stored = date.fromisoformat(cell.text[:10])
    shown = _NOT_SHOWN.sub("", cell.shown_as.partition(";")[0]).lower()
    if shown and not re.search("[ye年]", shown):
        raise CellFault("date_without_year", f"单元格只显示月日，存储的年份 {stored.year} 可能是软件自动补充的，请写作 2020-01-05。")
    if shown and stored.day == 1 and not re.search("[d日]", shown):
        raise CellFault("date_without_day", f"单元格只显示年月，存储的“{stored}”可能是软件自动补充的，请写作 2020-01-05。")
    return stored


def _stored_amount(cell: Cell) -> Decimal:
    if "%" in cell.shown_as:
        raise CellFault("money_percent", "单元格为百分数格式，请改为以元为单位的金额。")
    if _FOREIGN.search(cell.shown_as):
        raise CellFault("money_currency", "单元格为外币格式，金额应以人民币元为单位，请改为常规格式后重新填写。")
    if _UNIT.search(cell.shown_as):
        raise CellFault("money_unit", "单元格的显示格式带有“万”“亿”等单位，无法确定存储的数值以何为单位，请改为常规格式并以元填写。")
    return _cents(Decimal(cell.text), noise=_NOISE)


def _cents(amount: Decimal, *, noise: Decimal = Decimal(0)) -> Decimal:
    try:
        cents = amount.quantize(CENT)
    except InvalidOperation:
        raise CellFault("money_too_large", "金额超出可录入的范围。") from None
    if abs(cents - amount) > noise:
        raise CellFault("money_places", f"存储的数值为 {amount:f}（显示的可能是四舍五入后的），金额最多两位小数（以元为单位）。"[:150])
    return cents
