"""
What people type or write in files, read where it has one meaning; where it has two, or none, a sentence says so.

One reader for every form and every file of people's. Programs write one form of each and have readers of their own (``api.v1.fields``,
``tables.strict``).
"""

import re
from decimal import Decimal

from common.money import display
from common.texts import readable

LONGEST_NUMBER = 60  # characters; no amount or count of ours needs more
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x00A0: " ", 0xFFE5: "¥"}
MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+"
_AMOUNT = re.compile(rf"[+-]?(?:[0-9]+|{_GROUPED})(?:\.[0-9]*)?")
_COMMA_FOR_POINT = re.compile(rf"([+-]?(?:[0-9]+|{_GROUPED})),([0-9]{{1,2}})")
_WHOLE = re.compile(rf"[+-]?(?:[0-9]+|{_GROUPED})")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_BRACKETED = re.compile(r"\(([^()+-]*)\)")
_CURRENCY = re.compile(r"^(?:人民币|RMB|CNY|¥)\s*|\s*(?:人民币)?元(?:整)?$", re.IGNORECASE)
_UNIT = re.compile(r"[十百千万亿]")


class Mistyped(ValueError):
    """What stands there has no meaning, or more than one; ``detail`` tells people which and what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def cleaned(text: str) -> str:
    """Return a text without the characters nobody sees, composed, without blanks around it."""
    return readable(text).replace("\u3000", " ").strip()


def amount(written: str) -> Decimal:
    """
    Return yuan as written, with all the places that were written.

    Digits are 0-9, in half or full width (a superscript is none); commas or blanks stand between groups of three alone.

    Raises:
        Mistyped: ``money``, ``money_grouping`` (1000,50), ``money_unit`` (300万).
    """
    plain = _half_width(written).replace("。", ".")
    plain = _CURRENCY.sub("", _CURRENCY.sub("", plain)).strip()
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed is not None:
        plain = f"-{bracketed[1].strip()}"
    if _AMOUNT.fullmatch(plain):
        read = Decimal(_ungrouped(plain))
        return read or read.copy_abs()  # there is no minus nothing
    raise _amount_fault(plain)


def whole(written: str) -> int:
    """
    Return a whole number, grouped in threes or not.

    Raises:
        Mistyped: ``whole``.
    """
    plain = _half_width(written)
    if _WHOLE.fullmatch(plain) is None:
        raise Mistyped("whole", "请填写整数，只用数字0-9；逗号只能用作千分位（每三位一个）。")
    return int(_ungrouped(plain))


def number(written: str) -> Decimal:
    """
    Return a number without groups, such as a rate in per cent; a sign of per cent behind it is passed over.

    Raises:
        Mistyped: ``number``.
    """
    plain = _half_width(written).removesuffix("%").rstrip()
    if _PLAIN.fullmatch(plain) is None:
        raise Mistyped("number", "请填写数字，只用数字0-9和小数点，如 3.85。")
    return Decimal(plain)


def _half_width(written: str) -> str:
    """Return a number with digits and marks in half width and one kind of minus; nothing else is made a digit."""
    return cleaned(written)[: LONGEST_NUMBER + 1].translate(MINUS).translate(_HALF_WIDTH).strip()


def _ungrouped(plain: str) -> str:
    if len(plain) > LONGEST_NUMBER:
        raise Mistyped("money_too_large", "数字过长，超出可录入的范围。")
    return plain.replace(",", "").replace(" ", "")


def _amount_fault(plain: str) -> Mistyped:
    """Return why an amount cannot be read, with the question where one reading is likely."""
    if _UNIT.search(plain) and re.search(r"[0-9]", plain):
        return Mistyped("money_unit", "金额带有“万”“亿”等单位，请换算为元后填写数字。")
    likely = _COMMA_FOR_POINT.fullmatch(plain)
    if likely is not None:
        meant = display(Decimal(f"{_ungrouped(likely[1])}.{likely[2]}"))
        return Mistyped("money_grouping", f"是否为 {meant} 元？逗号只能用作千分位（每三位一个），角分请用小数点“.”填写。")
    if re.fullmatch(r"[+-]?[0-9, ]+(?:\.[0-9]*)?", plain):
        return Mistyped("money_grouping", "逗号或空格只能用作千分位（每三位一个），请核对金额后重新填写。")
    return Mistyped("money", "金额应为以元为单位的数字，最多两位小数，只用数字0-9。")
