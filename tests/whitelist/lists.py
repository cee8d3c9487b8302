"""Lists as the tax bureau and others send them, made for tests."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from tests.factories import credit_code

HEADINGS = (
    "统一社会信用代码",
    "企业名称",
    "行业代码",
    "所得税归属县(市、区)",
    "成立日期",
    "注册资本（元）",
    "年度",
    "研发费用（元）",
    "营业收入（元）",
    "从业人员",
)


def tax_row(number: int, **changed: Any) -> list[Any]:
    """Return a good row of the list of 2023; ``changed`` by position name."""
    row = {
        "code": credit_code(500_000 + number),
        "name": f"泉州名单企业{number}有限公司",
        "industry": "C3429",
        "district": "晋江市",
        "founded": "2015-06-01",
        "capital": "50000000.00",
        "year": "2023",
        "rd": "3000000.00",
        "revenue": "80000000.00",
        "employees": "120",
    }
    return list({**row, **changed}.values())


def as_csv(rows: Iterable[Sequence[Any]], *, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([headings, *rows])
    return stream.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Sequence[Any]], *, headings: Sequence[str] = HEADINGS, title: str = "") -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        lines = [[title]] if title else []
        for number, row in enumerate([*lines, headings, *rows]):
            sheet.write_row(number, 0, row)
    return stream.getvalue()
