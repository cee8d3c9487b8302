"""One cell of a list, read by what it means: nothing is guessed, every fault is a code and a sentence."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from common import texts
from common.money import MAX_AMOUNT
from parties.rules import UnknownIndustryCode, check_credit_code, has_credit_code_structure, normalize_industry_code
from tables import lenient
from tables.cells import Cell, Stored
from tables.columns import Noted
from tables.faults import CellFault, stored_as_number

FIRST_YEAR = 2000
_YES = frozenset({"是", "有", "1", "Y", "YES", "TRUE", "√"})
_NO = frozenset({"否", "无", "0", "N", "NO", "FALSE", ""})
_CREDIT_CODE_FAULTS = {
    "length": "统一社会信用代码应为18位。",
    "alphabet": "统一社会信用代码含有不允许的字符（不使用字母I、O、S、V、Z）。",
    "check_digit": "统一社会信用代码校验位不符，请核对是否录入有误。",
}


def text(*, longest: int) -> Callable[[Cell], str]:
    """Return a reader of text up to so many characters."""
    return _bounded(lenient.text, longest)


def identifier(*, longest: int) -> Callable[[Cell], str]:
    """Return a reader of identifiers up to so many characters."""
    return _bounded(lenient.identifier, longest)


def credit_code(cell: Cell) -> str | Noted:
    """Return a valid unified social credit code in capitals; one whose 17th digit does not fit is noted. Source: GB 32100-2015."""
    if cell.stored is Stored.NUMBER:
        raise stored_as_number(cell)
    verdict = check_credit_code(lenient.identifier(cell))
    if not verdict.valid:
        raise CellFault(f"credit_code_{verdict.reason}", _CREDIT_CODE_FAULTS[verdict.reason])
    if not has_credit_code_structure(verdict.normalized):
        raise CellFault("credit_code_structure", "统一社会信用代码的登记管理部门、机构类别或行政区划码不存在，请核对是否为其他证件号码。")
    if verdict.warnings:
        return Noted(verdict.normalized, "credit_code_organisation", "统一社会信用代码第17位与主体标识码不符，请与营业执照核对。")
    return verdict.normalized


def normalized_project_code(code: str) -> str:
    """Return an investment-project code without blanks, in capitals: what the project's caps hang on. Source: D39."""
    return texts.code(code).upper()


def project_code(cell: Cell) -> str:
    """Return an investment-project code as it is stored."""
    code = normalized_project_code(lenient.identifier(cell))
    if len(code) > 40:
        raise CellFault("too_long", "投资项目代码过长，最多40个字符。")
    return code


@lru_cache(maxsize=4096)
def _industry(code: str) -> str:
    return normalize_industry_code(code)


def industry_code(cell: Cell) -> str:
    """Return an industry code of the standard with its section letter; a number that may have lost its zero is none."""
    written = lenient.text(cell)
    if cell.stored is Stored.NUMBER and len(written) < 4:
        raise CellFault(
            "industry_code_zero", "行业代码以数字格式存储，开头的0可能已经丢失，请将该列设为文本格式，或填写带门类字母的代码，如 B0610。"
        )
    try:
        return _industry(written)
    except UnknownIndustryCode as problem:
        raise CellFault("industry_code", "行业代码不在《国民经济行业分类》（GB/T 4754-2017）中，应如 C1951。") from problem


def money(cell: Cell) -> Decimal:
    """Return yuan with 2 places, not negative."""
    amount = signed_money(cell)
    if amount < 0:
        raise CellFault("money_negative", "金额不能为负数。")
    return amount


def signed_money(cell: Cell) -> Decimal:
    """Return yuan with 2 places; below zero where something is taken back."""
    amount = lenient.amount(cell)
    if abs(amount) > MAX_AMOUNT:
        raise CellFault("money_too_large", "金额超出可录入的范围。")
    return amount


def whole_number(cell: Cell) -> int:
    """Return a count, not negative."""
    written = unicodedata.normalize("NFKC", lenient.text(cell))
    if not re.fullmatch(r"[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2}", written):
        raise CellFault("whole_number", "应为不带小数的非负整数。")
    return int(written.replace(",", ""))


def day(*, latest: date) -> Callable[[Cell], date]:
    """Return a reader of dates not after ``latest``."""

    def read(cell: Cell) -> date:
        value = lenient.day(cell)
        if value > latest:
            raise CellFault("date_in_future", "日期晚于导入日期，请核对。")
        return value

    return read


def year(*, latest: int) -> Callable[[Cell], int]:
    """Return a reader of years up to ``latest``."""

    def read(cell: Cell) -> int:
        written = unicodedata.normalize("NFKC", lenient.text(cell)).removesuffix("年度").removesuffix("年")
        if not re.fullmatch(r"[0-9]{4}", written) or not FIRST_YEAR <= int(written) <= latest:
            raise CellFault("year", f"年度应为{FIRST_YEAR}至{latest}之间的四位数字。")
        return int(written)

    return read


def yes_or_no(cell: Cell) -> bool:
    """Return whether the cell says 是."""
    written = lenient.text(cell).upper()
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellFault("yes_or_no", "应填写“是”或“否”。")


def one_of(words: dict[str, object], *, code: str, detail: str) -> Callable[[Cell], object]:
    """Return a reader that knows these words only."""

    def read(cell: Cell) -> object:
        try:
            return words[re.sub(r"\s", "", lenient.text(cell))]
        except KeyError as problem:
            raise CellFault(code, detail) from problem

    return read


def _bounded(read: Callable[[Cell], str], longest: int) -> Callable[[Cell], str]:
    def bounded(cell: Cell) -> str:
        value = read(cell)
        if len(value) > longest:
            raise CellFault("too_long", f"内容过长，最多{longest}个字。")
        return value

    return bounded
