"""One cell of a list, read strictly: nothing is guessed, every fault is a code and a sentence."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from common.money import CENT, MAX_AMOUNT
from parties.rules import UnknownIndustryCode, check_credit_code, normalize_industry_code

FIRST_YEAR = 2000
_FLOAT_NOISE = Decimal("0.000001")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONEY = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_MONEY_WANTED = "金额应为以元为单位的数字，最多两位小数。"
_YES = frozenset({"是", "有", "1", "Y", "YES", "TRUE", "√"})
_NO = frozenset({"否", "无", "0", "N", "NO", "FALSE", ""})
_CREDIT_CODE_FAULTS = {
    "length": "统一社会信用代码应为18位。",
    "alphabet": "统一社会信用代码含有不允许的字符（不使用字母I、O、S、V、Z）。",
    "check_digit": "统一社会信用代码校验位不符，请核对是否录入有误。",
}


class CellFault(Exception):
    """What is wrong with one cell."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def text_of(cell: object) -> str:
    """Return the cell's text, trimmed; a whole number without its ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def text(*, longest: int) -> Callable[[object], str]:
    """Return a reader of text up to so many characters."""

    def read(cell: object) -> str:
        value = unicodedata.normalize("NFC", text_of(cell))
        if len(value) > longest:
            raise CellFault("too_long", f"内容过长，最多{longest}个字。")
        return value

    return read


def credit_code(cell: object) -> str:
    """Return a valid unified social credit code in capitals."""
    verdict = check_credit_code(text_of(cell))
    if not verdict.valid:
        raise CellFault(f"credit_code_{verdict.reason}", _CREDIT_CODE_FAULTS[verdict.reason])
    return verdict.normalized


def normalized_project_code(code: str) -> str:
    """Return an investment-project code without blanks, in capitals: what the project's caps hang on. Source: D39."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", code)).upper()


def project_code(cell: object) -> str:
    """Return an investment-project code as it is stored."""
    code = normalized_project_code(text_of(cell))
    if len(code) > 40:
        raise CellFault("too_long", "投资项目代码过长，最多40个字符。")
    return code


@lru_cache(maxsize=4096)
def _industry(code: str) -> str:
    return normalize_industry_code(code)


def industry_code(cell: object) -> str:
    """Return an industry code of the standard with its section letter."""
    try:
        return _industry(text_of(cell))
    except UnknownIndustryCode as problem:
        raise CellFault("industry_code", "行业代码不在《国民经济行业分类》（GB/T 4754-2017）中，应如 C1951。") from problem


def money(cell: object) -> Decimal:
    """Return yuan with 2 places, not negative."""
    noisy = isinstance(cell, float)
    written = text_of(cell).replace(",", "").replace("，", "").removesuffix("元")
    if not noisy and not _MONEY.fullmatch(written):
        raise CellFault("money", _MONEY_WANTED)
    try:
        amount = Decimal(repr(cell) if noisy else written)
        cents = amount.quantize(CENT)
    except InvalidOperation as problem:
        raise CellFault("money_too_large", "金额超出可录入的范围。") from problem
    if cents != amount and not (noisy and abs(cents - amount) < _FLOAT_NOISE):
        raise CellFault("money_places", "金额最多两位小数（以元为单位）。")
    if amount < 0:
        raise CellFault("money_negative", "金额不能为负数。")
    if amount > MAX_AMOUNT:
        raise CellFault("money_too_large", "金额超出可录入的范围。")
    return cents


def whole_number(cell: object) -> int:
    """Return a count, not negative."""
    written = text_of(cell).replace(",", "")
    if not re.fullmatch(r"\d{1,9}", written):
        raise CellFault("whole_number", "应为不带小数的非负整数。")
    return int(written)


def day(*, latest: date) -> Callable[[object], date]:
    """Return a reader of dates not after ``latest``; written ``2020-01-05``, ``2020/1/5``, ``2020年1月5日`` or ``20200105``."""

    def read(cell: object) -> date:
        value = _day(cell)
        if value > latest:
            raise CellFault("date_in_future", "日期晚于导入日期，请核对。")
        return value

    return read


def year(*, latest: int) -> Callable[[object], int]:
    """Return a reader of years up to ``latest``."""

    def read(cell: object) -> int:
        written = text_of(cell).removesuffix("年度").removesuffix("年")
        if not re.fullmatch(r"\d{4}", written) or not FIRST_YEAR <= int(written) <= latest:
            raise CellFault("year", f"年度应为{FIRST_YEAR}至{latest}之间的四位数字。")
        return int(written)

    return read


def yes_or_no(cell: object) -> bool:
    """Return whether the cell says 是."""
    written = str(int(cell)) if isinstance(cell, bool) else text_of(cell).upper()
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellFault("yes_or_no", "应填写“是”或“否”。")


def one_of(words: dict[str, object], *, code: str, detail: str) -> Callable[[object], object]:
    """Return a reader that knows these words only."""

    def read(cell: object) -> object:
        try:
            return words[re.sub(r"\s", "", text_of(cell))]
        except KeyError as problem:
            raise CellFault(code, detail) from problem

    return read


def _day(cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = text_of(cell)
    found = _DATE.fullmatch(written) or _COMPACT_DATE.fullmatch(written)
    try:
        if found is not None:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise CellFault("date", "日期应写作 2020-01-05。")
