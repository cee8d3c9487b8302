"""A table in any shape comes back as it was, is asked about, or is refused: its meaning never changes without a word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from parties.rules import normalize_industry_code
from tables.table import Table, open_table
from tables.units import FACTORS
from tests.factories import credit_code
from tests.files.made import COLUMNS, HEAD, ON, Page, Styled, text, xlsx

INDUSTRIES = ("C3429", "0610", "B0610", "711", "922")
WHERE = ("title", "above", "heading", "below", "note", "sheet", "file", "total")


@dataclass(frozen=True, slots=True)
class Fact:
    """One row as its writer means it."""

    number: int
    industry: str
    founded: date
    capital: Decimal
    rd: Decimal

    @property
    def meaning(self) -> tuple[Any, ...]:
        """Return what a reader must find of it."""
        return credit_code(self.number), normalize_industry_code(self.industry), self.founded, self.capital, self.rd


amounts = st.integers(0, 10**13).map(lambda cents: Decimal(cents).scaleb(-2))
facts = st.lists(
    st.builds(Fact, st.integers(1, 999_999), st.sampled_from(INDUSTRIES), st.dates(date(2001, 1, 1), date(2024, 12, 31)), amounts, amounts),
    min_size=1,
    max_size=6,
    unique_by=lambda fact: fact.number,
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a writer writes."""

    unit: str
    where: str
    as_text: bool
    form: str
    day: str
    order: Sequence[int]
    is_tall: bool
    total: bool
    titles: Sequence[str]
    sheets: int
    hides: bool
    encoding: str  # empty for a workbook
    delimiter: str


styles = st.builds(
    Style,
    unit=st.sampled_from(["元", "元", "千元", "万元", "百万元", "亿元"]),
    where=st.sampled_from(WHERE),
    as_text=st.booleans(),
    form=st.sampled_from(["{}", "{:,}", "¥{:,}", "（{}）", "\ufeff{}\u200b"]),
    day=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d", "%y.%m.%d", "%Y年%m月", ""]),
    order=st.permutations(range(len(HEAD))),
    is_tall=st.booleans(),
    total=st.booleans(),
    titles=st.lists(st.sampled_from(["研发费用名单", "2025年度", "单位：元", "年营业收入2000万元以上"]), max_size=3),
    sheets=st.integers(1, 3),
    hides=st.booleans(),
    encoding=st.sampled_from(["", "", "utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from(",\t;"),
)


def amount_cell(amount: Decimal, style: Style) -> Any:
    written = amount / FACTORS[style.unit]
    if not style.as_text and not style.encoding:
        return float(written)
    grouped = f"{written:,f}" if "," in style.form else f"{written:f}"
    return style.form.replace("{:,}", "{}").format(grouped)


def cells_of(fact: Fact, style: Style) -> list[Any]:
    day: Any = fact.founded.strftime(style.day) if style.day else fact.founded
    if style.encoding and not style.day:
        day = fact.founded.isoformat()
    industry: Any = fact.industry
    if not style.as_text and not style.encoding and industry.isdigit():
        industry = int(industry)  # as a spreadsheet makes it
    capital, rd = amount_cell(fact.capital, style), amount_cell(fact.rd, style)
    return [credit_code(fact.number), f"企业{fact.number}", industry, "晋江市", day, capital, "2025", rd]


def lines_of(facts: Sequence[Fact], style: Style) -> list[list[Any]]:
    """Return the lines of one sheet, its unit said where the style says."""
    unit = style.unit
    said = {} if unit == "元" else {style.where: unit}
    head = [f"{name}（{said['heading']}）" if "heading" in said and name in ("注册资本", "研发费用") else name for name in HEAD]
    body = [cells_of(fact, style) for fact in facts]
    above = [[title] for title in style.titles if unit == "元" or title != "单位：元"]
    above += [[f"研发费用表（{unit}）"]] if "title" in said else [["", "", f"单位：{unit}"]] if "above" in said else []
    under = [["", "", "", "", "", unit, "", f"（{unit}）"]] if "below" in said else []
    after: list[list[Any]] = []
    if style.total or "total" in said:
        label = f"合计（{unit}）" if "total" in said else "合计"
        sums = [
            amount_cell(sum((fact.capital for fact in facts), Decimal(0)), style),
            amount_cell(sum((f.rd for f in facts), Decimal(0)), style),
        ]
        after.append([label, "", "", "", "", sums[0], "", sums[1]])
    after += [[f"注：金额单位为{unit}"]] if "note" in said else [["注：完"]]
    ordered = [[line[place] for place in style.order] for line in (head, *under, *body, *after[:-1])]
    ordered.insert(1, [""] * len(HEAD)) if style.is_tall and not style.encoding else None
    return [*above, *ordered, after[-1]]


def file_of(facts: Sequence[Fact], style: Style) -> tuple[bytes, str]:
    """Return the file and its name."""
    named = f"（{style.unit}）" if style.unit != "元" else ""
    filename = f"名单{named if style.where == 'file' else ''}"
    if style.encoding:
        where = "title" if style.where == "sheet" else style.where  # there is but one, without a name
        first, *rest = lines_of(facts, replace(style, where=where))
        widest = [*first, *[""] * (len(HEAD) - len(first))]  # a delimiter must stand in the first line
        return text([widest, *rest], encoding=style.encoding, delimiter=style.delimiter), f"{filename}.csv"
    count = min(style.sheets, len(facts))
    pages = []
    for number in range(count):
        lines = lines_of(facts[number::count], style)
        top = next(place for place, line in enumerate(lines) if any(str(cell).startswith("企业名称") for cell in line)) + 1
        merged = [f"{chr(65 + column)}{top}:{chr(65 + column)}{top + 1}" for column in range(len(HEAD))] if style.is_tall else []
        name = f"县{number}{named if style.where == 'sheet' else ''}"
        pages.append(Page(lines, name=name, merged=merged, hidden_rows=[top + 1 + style.is_tall] if style.hides else ()))
    if style.hides:
        pages.insert(0, Page([HEAD, cells_of(facts[0], style)], name="旧表", is_hidden=True))
    return xlsx(*pages), f"{filename}.xlsx"


def meanings(table: Table) -> dict[Any, tuple[Any, ...]]:
    names = ("credit_code", "industry_code", "registered_on", "registered_capital", "rd_expense")
    return {row.values["credit_code"]: tuple(row.values[name] for name in names) for row in table if not row.is_refused}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(facts=facts, style=styles)
def test_no_meaning_changes_without_a_word(facts: list[Fact], style: Style) -> None:
    content, filename = file_of(facts, style)
    try:
        table = open_table(filename=filename, content=content, columns=COLUMNS)
        rows = list(table)
    except DomainError:
        return  # refused, by name
    meant = {fact.meaning[0]: fact.meaning for fact in facts}
    read = meanings(table)
    assert read.items() <= meant.items()
    faulty = sum(row.is_refused for row in rows)
    assert len(read) + faulty >= len(facts)  # a row is read or named, never lost
    if style.unit != "元":
        assert not table.is_plain  # a person is asked
    if not style.encoding and min(style.sheets, len(facts)) > 1:
        assert not table.is_plain


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(facts=facts, style=styles)
def test_what_is_written_plainly_is_read_whole(facts: list[Fact], style: Style) -> None:
    plain = replace(style, form="{}", day="%Y-%m-%d", as_text=True, titles=["研发费用名单"])
    content, filename = file_of(facts, plain)
    table = open_table(filename=filename, content=content, columns=COLUMNS)
    assert meanings(table) == {fact.meaning[0]: fact.meaning for fact in facts}
    assert not any(row.is_refused for row in table)


def test_the_writer_writes_what_its_style_says() -> None:
    """A guard over the property above: were nothing ever read, it would hold as well."""
    style = Style("万元", "note", True, "{}", "%Y-%m-%d", tuple(range(8)), False, True, [], 2, True, "", ",")
    made = [Fact(n, "C3429", date(2015, 6, 1), Decimal("5000000.00"), Decimal("4079555.55")) for n in (1, 2)]
    content, filename = file_of(made, style)
    table = open_table(filename=filename, content=content, columns=COLUMNS)
    assert meanings(table) == {fact.meaning[0]: fact.meaning for fact in made}
    assert [part.units["rd_expense"].unit for part in table.parts] == ["万元", "万元"]
    assert {problem.code for row in table for problem in row.problems} == {"hidden_sheet", "hidden_row"}
    assert ON.year == 2026
    assert Styled(1).shown_as == "General"
