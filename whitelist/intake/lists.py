"""The two lists we take in: which columns they have, and what holds between the cells of a row and between rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tables.columns import Column, ParsedRow, Problem
from whitelist.enums import Programme
from whitelist.intake import cells

_PROGRAMMES = {programme.label: programme for programme in Programme} | {
    "技改补贴": Programme.TECHNICAL_UPGRADE_SUBSIDY,
    "技术改造贴息": Programme.TECHNICAL_UPGRADE_SUBSIDY,
    "科技信贷": Programme.TECHNOLOGY_CREDIT,
    "科技贷": Programme.TECHNOLOGY_CREDIT,
}


def district_words(districts: Iterable[tuple[int, str, str]]) -> dict[str, object]:
    """Return how a district may be written (code, full name, name without its last 市, 县 or 区) from (id, code, name)."""
    words: dict[str, object] = {}
    for pk, code, name in districts:
        words[code] = words[name] = pk
        if len(name) > 2 and name[-1] in "市县区":
            words.setdefault(name[:-1], pk)
    return words


def tax_columns(*, districts: Mapping[str, object], on: date) -> list[Column]:
    """Return the columns of the tax bureau's list; amounts in yuan. Source: FP 1.6.1(2)."""
    return [
        Column(field="credit_code", headings=("统一社会信用代码", "社会信用代码", "信用代码", "纳税人识别号"), read=cells.credit_code),
        Column(field="name", headings=("企业名称", "纳税人名称", "单位名称"), read=cells.text(longest=120)),
        Column(field="industry_code", headings=("行业代码", "国民经济行业代码", "行业"), read=cells.industry_code),
        Column(
            field="district_id",
            headings=(
                "所得税归属县(市、区)",
                "所得税归属县",
                "所得税归属",
                "注册地",
                "注册地/所得税归属县(市、区)",
                "县(市、区)",
                "所属县区",
            ),
            read=cells.one_of(dict(districts), code="district", detail="县（市、区）不在办理范围内，请填写全称。"),
        ),
        Column(field="registered_on", headings=("成立日期", "注册日期", "登记日期"), read=cells.day(latest=on)),
        Column(field="registered_capital", headings=("注册资本",), read=cells.money, is_amount=True),
        Column(field="year", headings=("年度", "所属年度", "税款所属年度"), read=cells.year(latest=on.year - 1)),
        Column(
            field="rd_expense", headings=("研发费用", "研发投入", "研发费用金额", "研发费用加计扣除额"), read=cells.money, is_amount=True
        ),
        Column(field="revenue", headings=("营业收入", "主营业务收入"), read=cells.money, required=False, is_amount=True),
        Column(field="employees", headings=("从业人员", "从业人数", "职工人数"), read=cells.whole_number, required=False),
        Column(
            field="is_little_giant", headings=("小巨人", "国家级专精特新小巨人", "专精特新小巨人"), read=cells.yes_or_no, required=False
        ),
        Column(field="is_municipal_key", headings=("市重点工业企业", "市重点企业", "市重点"), read=cells.yes_or_no, required=False),
    ]


def stacking_columns(*, on: date) -> list[Column]:
    """Return the columns of a list of other support. Source: FP 3.1, 3.2; D24."""
    return [
        Column(field="credit_code", headings=("统一社会信用代码", "社会信用代码", "信用代码", "纳税人识别号"), read=cells.credit_code),
        Column(
            field="programme",
            headings=("扶持政策", "政策名称", "政策", "扶持类别"),
            read=cells.one_of(dict(_PROGRAMMES), code="programme", detail="扶持政策应为“技改贴息”或“其他科技信贷扶持”。"),
        ),
        Column(field="year", headings=("年度", "享受年度"), read=cells.year(latest=on.year)),
        Column(field="project_code", headings=("投资项目代码", "项目代码"), read=cells.project_code, required=False, empty=""),
        Column(
            field="contract_number",
            headings=("贷款合同编号", "合同编号", "贷款合同号"),
            read=cells.identifier(longest=64),
            required=False,
            empty="",
        ),
    ]


def checked_tax_rows(rows: Iterable[ParsedRow]) -> Iterator[ParsedRow]:
    """Yield the rows with what shows only between cells (founded after the year) and between rows (listed twice)."""
    seen: dict[Any, str] = {}
    for parsed in rows:
        problems = list(parsed.problems)
        if not parsed.is_refused:
            problems += _between_cells(parsed)
            problems += _twice(parsed, seen, (parsed.values["credit_code"], parsed.values["year"]), "同一企业同一年度")
        yield replace(parsed, problems=tuple(problems))


def checked_stacking_rows(rows: Iterable[ParsedRow]) -> Iterator[ParsedRow]:
    """Yield the rows; one that repeats an earlier one is refused."""
    seen: dict[Any, str] = {}
    for parsed in rows:
        problems = parsed.problems
        if not parsed.is_refused:
            key = tuple(parsed.values[name] for name in ("programme", "year", "credit_code", "project_code", "contract_number"))
            problems += tuple(_twice(parsed, seen, key, "同一记录"))
        yield replace(parsed, problems=problems)


def _between_cells(parsed: ParsedRow) -> Iterator[Problem]:
    values = parsed.values
    founded, year = values["registered_on"], values["year"]
    if isinstance(founded, date) and isinstance(year, int) and founded.year > year:
        yield parsed.problem("年度", "year_before_founding", "年度早于企业成立年份，请核对。")
    expense, revenue = values["rd_expense"], values["revenue"]
    if revenue is not None and expense > revenue:  # type: ignore[operator]
        yield parsed.problem("研发费用", "rd_above_revenue", "研发费用高于营业收入，请核对单位是否为元。", is_warning=True)


def _twice(parsed: ParsedRow, seen: dict[Any, str], key: object, what: str) -> Iterator[Problem]:
    first = seen.setdefault(key, parsed.place)
    if first != parsed.place:
        yield parsed.problem("统一社会信用代码", "duplicate", f"{what}与{first}重复，本行不入库。")
