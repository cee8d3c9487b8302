"""The unit of amounts as people name it in a table: found wherever it stands, converted exactly, never guessed."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from common import typed
from tables.cells import Cell, Stored
from tables.faults import CellFault

YUAN = "元"
FACTORS: Mapping[str, Decimal] = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "十万元": Decimal(100_000),
    "百万元": Decimal(1_000_000),
    "千万元": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
}
UNITS = tuple(FACTORS)

_MULTIPLE = r"十万|百万|千万|万|亿|千|百"
_FOREIGN = r"万?(?:美元|美金|港元|港币|欧元|日元|英镑|澳元|加元|新台币|USD|HKD|EUR|JPY|GBP)"
_SAID = r"(?:(?:金额|计量|货币|计价|数据)?单位|币种|货币)(?:均?[为是])?:?(?:人民币|RMB|CNY|¥)?"
_AMOUNT_BEFORE = r"(?<![0-9一二两三四五六七八九十百千万亿几数余多.,超逾过达满近约])"
# "(万元)", "以万元计"; a threshold such as 2000万元以上 or 超千万元 names none
_NAMED = re.compile(rf"{_AMOUNT_BEFORE}({_MULTIPLE})元(?!以[上下内]|及以)")
_SHORT = re.compile(rf"{_SAID}({_MULTIPLE})(?=$|[(),;、/])")  # 单位：万
_YUAN_SAID = re.compile(rf"{_SAID}元(?=$|[(),;、/。])|^(?:人民币)?元$|\((?:人民币)?元\)$|/(?:人民币)?元$")
_OTHER = re.compile(rf"{_SAID}({_FOREIGN}|万?[分角])(?=$|[),;、/])|[(/]({_FOREIGN})\)?$|^({_FOREIGN})$|(?:^|[^0-9])((?:RMB|CNY|¥)?'000)")
_BARE = re.compile(rf"\(?(?:{_SAID})?(?:人民币|RMB)?(?:({_MULTIPLE})?元|({_MULTIPLE})|({_FOREIGN}))\)?")


def named_in(text: str) -> str:
    """
    Return the unit that a title, heading or note gives the amounts, empty for none.

    It is one of ``UNITS``, or what nobody can convert (美元, 分), as it is written.
    """
    plain = _plain(text)
    if found := _NAMED.search(plain) or _SHORT.search(plain):
        return f"{found[1]}元"
    if found := _OTHER.search(plain):
        return next(part for part in found.groups() if part)
    return YUAN if _YUAN_SAID.search(plain) else ""


def bare(text: str) -> str:
    """Return the unit of a cell in which nothing else stands: 万元, （万元）, 单位：万元; empty for any other."""
    if len(text) > 40:
        return ""
    found = _BARE.fullmatch(_plain(text))
    if found is None or (found[2] and "单位" not in text):  # a lone 万 or 千 is no unit
        return ""
    return found[3] or f"{found[1] or found[2] or ''}元"


def in_yuan(cell: Cell, unit: str) -> Cell:
    """
    Return a cell with its amount converted; what is no amount comes back as it stands, for its reader to refuse.

    Raises:
        CellFault: the cell itself says 元 where the table says another unit.
    """
    factor = FACTORS[unit]
    if factor == 1 or cell.stored not in (Stored.NUMBER, Stored.TEXT):
        return cell
    if cell.stored is Stored.NUMBER:
        return cell._replace(text=format(Decimal(cell.text) * factor, "f"))
    try:
        converted = typed.amount(cell.text) * factor
    except typed.Mistyped:
        return cell
    if "元" in cell.text:
        raise CellFault("money_unit", f"单元格写明“元”，而表中金额以“{unit}”为单位，请统一单位后重新填写。")
    return cell._replace(text=format(converted, "f"))


def _plain(text: str) -> str:
    return re.sub(r"[\s\"]", "", unicodedata.normalize("NFKC", text).translate({0x2019: "'", 0x2018: "'", 0x201C: None, 0x201D: None}))
