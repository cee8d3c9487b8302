"""A table in a file: no silent change of meaning, whatever stands around it."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError
from tables import lenient
from tables.columns import Column, ParsedRow
from tables.table import read_table
from tests.tables import hostile

COLUMNS = (
    Column(field="number", headings=("合同编号", "合同号"), read=lenient.identifier),
    Column(field="amount", headings=("金额", "研发费用"), read=lenient.amount, is_amount=True),
    Column(field="remark", headings=("备注",), read=lenient.text, required=False, empty=""),
)
HEAD = ["合同编号", "金额（元）", "备注"]
DATA = [["HT-1", 10.5, ""], ["HT-2", "2,000.00", "x"], ["HT-3", 3, ""]]
VALUES = [("HT-1", Decimal("10.50")), ("HT-2", Decimal("2000.00")), ("HT-3", Decimal("3.00"))]


def book(*sheets: Sequence[Sequence[Any]], hidden: Sequence[int] = (), rows: Sequence[int] = (), merged: Sequence[str] = ()) -> bytes:
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as made:
        for place, lines in enumerate(sheets):
            sheet = made.add_worksheet(f"表{place + 1}")
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
            for number in rows:
                sheet.set_row(number, None, None, {"hidden": True})
            for area in merged:
                corner = area.partition(":")[0]
                line, column = int(corner[1:]) - 1, ord(corner[0]) - 65
                sheet.merge_range(area, lines[line][column])
            if place in hidden:
                sheet.hide()
            elif not (set(range(place)) - set(hidden)):
                sheet.activate()
                sheet.set_first_sheet()
    return held.getvalue()


def read(content: bytes) -> list[ParsedRow]:
    return list(read_table(filename="表.xlsx", content=content, columns=COLUMNS))


def values(rows: Sequence[ParsedRow]) -> list[tuple[object, object]]:
    return [(row.values["number"], row.values["amount"]) for row in rows if not row.is_refused]


def codes(rows: Sequence[ParsedRow]) -> list[tuple[int, str, bool]]:
    return [(problem.row, problem.code, problem.is_warning) for row in rows for problem in row.problems]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(book([HEAD, *DATA]), id="plain"),
        pytest.param(book([["2024年对账表"], ["单位：元", "", ""], [], HEAD, *DATA]), id="title and unit above"),
        pytest.param(book([["年营业收入2000万元以上企业"], HEAD, *DATA]), id="a threshold in the title is no unit"),
        pytest.param(book([[*HEAD, "产值（万元）"], *([*row, 7] for row in DATA)]), id="a column nobody asked for in another unit"),
        pytest.param(book([HEAD, *DATA, ["合计", 2013.5]]), id="a right total"),
        pytest.param(book([HEAD, DATA[0], ["小计", 10.5], *DATA[1:], ["小计", "2,003.00"], ["总计", 2013.5]]), id="right subtotals"),
        pytest.param(book([HEAD, *DATA, ["注：以上数据来自系统。"], ["制表人：张三", "", "审核人：李四"]]), id="notes below"),
        pytest.param(book([HEAD, *DATA[:2], HEAD, *DATA[2:]]), id="headings again on the next page"),
        pytest.param(book([HEAD, *DATA], []), id="an empty sheet"),
        pytest.param(book([["说明"], ["请如实填写"]], [HEAD, *DATA]), id="a sheet of instructions first"),
        pytest.param(book([["合同编号", "金额", "备注"], ["", "", ""], *DATA], merged=["A1:A2", "B1:B2"]), id="headings two rows high"),
        pytest.param(book([["合 同 编 号", "金额\n（元）", "备注"], *DATA]), id="blanks in headings"),
        pytest.param('合同编号,金额,备注\nHT-1,10.5,\nHT-2,"2,000.00",x\nHT-3,3,\n'.encode("gb18030"), id="csv"),
        pytest.param("合同编号\t金额\nHT-1\t10.5\nHT-2\t2000\nHT-3\t3\n".encode("utf-16"), id="tabs in UTF-16"),
    ],
)
def test_the_table_comes_back_whatever_stands_around_it(content: bytes) -> None:
    rows = read(content)
    assert values(rows) == VALUES
    assert codes(rows) == []


@pytest.mark.parametrize("unit", ["万元", "亿元", "千元", "百万元"])
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda unit: [[f"单位：{unit}"], HEAD, *DATA], id="above"),
        pytest.param(lambda unit: [["对账表", "", f"（{unit}）"], HEAD, *DATA], id="beside the title"),
        pytest.param(lambda unit: [[f"对账表（{unit}）"], HEAD, *DATA], id="in the title"),
        pytest.param(lambda unit: [["合同编号", f"金额（{unit}）", "备注"], *DATA], id="in the heading"),
        pytest.param(lambda unit: [HEAD, ["", unit, ""], *DATA], id="in a row below the headings"),
        pytest.param(lambda unit: [HEAD, ["", f"（{unit}）", ""], *DATA], id="in brackets below the headings"),
        pytest.param(lambda unit: [HEAD, *DATA, [f"注：金额单位为{unit}"]], id="in a note"),
        pytest.param(lambda unit: [HEAD, *DATA, [f"单位:{unit}"]], id="below"),
    ],
)
def test_another_unit_is_never_silent(shape: Any, unit: str) -> None:
    with pytest.raises(DomainError) as refused:
        read(book(shape(unit)))
    assert refused.value.code == "heading_unit"
    assert unit in refused.value.message


def test_several_sheets_with_rows_are_refused_by_name() -> None:
    with pytest.raises(DomainError, match="表1、表2、表4") as refused:
        read(book([HEAD, *DATA], [HEAD, DATA[0]], [["说明"]], [["HT-9", 1]]))
    assert refused.value.code == "several_sheets"


def test_a_hidden_sheet_is_not_read_but_mentioned_and_a_hidden_row_read_and_mentioned() -> None:
    rows = read(book([HEAD, ["HT-0", 1, ""]], [HEAD, *DATA], hidden=[0], rows=[2]))
    assert values(rows) == VALUES
    assert codes(rows) == [(2, "hidden_sheet", True), (3, "hidden_row", True)]


@pytest.mark.parametrize("merged", [["B1:C1"], []])
def test_a_heading_over_several_columns_is_refused_with_the_candidates(merged: list[str]) -> None:
    lines = [["合同编号", "研发费用", "", "备注"], ["", "上年数", "本年数", ""], ["HT-1", 1_000_000, 3_000_000, ""]]
    with pytest.raises(DomainError, match="上年数、本年数") as refused:
        read(book(lines, merged=merged))
    assert refused.value.code == "heading_ambiguous"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["合计", 2013.4], "total_differs"),
        (["总 计", "2,013.51"], "total_differs"),
        (["合计", "#DIV/0!"], "cell_error"),
        (["小计", 1], "total_differs"),
    ],
)
def test_a_total_that_differs_is_one_fault_and_no_row_is_lost(line: list[Any], code: str) -> None:
    rows = read(book([HEAD, *DATA, line]))
    assert values(rows) == VALUES
    assert codes(rows) == [(5, code, False)]


def test_an_unreadable_amount_keeps_a_total_from_being_blamed() -> None:
    rows = read(book([HEAD, *DATA, ["HT-4", "三"], ["合计", 9999]]))
    assert codes(rows) == [(5, "money", False)]


def test_a_row_that_only_looks_like_a_note_is_read() -> None:
    rows = read(book([HEAD, ["注册-1", 5, ""], ["合计-2", 6, ""], ["单位", 7, ""]]))
    assert [row.values["number"] for row in rows] == ["注册-1", "合计-2", "单位"]


def test_a_heading_twice_and_a_missing_one() -> None:
    for lines, code in (([["合同编号", "金额", "研发费用"], ["a", 1, 2]], "heading_twice"), ([["合同编号"], ["a"]], "headings_missing")):
        with pytest.raises(DomainError) as refused:
            read(book(lines))
        assert refused.value.code == code


CELLS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(
    amounts=st.lists(CELLS, min_size=1, max_size=8),
    titles=st.lists(st.sampled_from(["对账表", "单位：元", "", "2024年二季度"]), max_size=3),
    form=st.sampled_from(["{}", "{:,}", "¥{:,}", "{}元"]),
    order=st.permutations(["合同编号", "金额", "备注"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from("\t;"),
    foot=st.sampled_from(["", "注：完", "合计"]),
)
def test_a_table_in_any_shape_comes_back_unchanged(
    amounts: list[Decimal], titles: list[str], form: str, order: list[str], encoding: str, delimiter: str, foot: str
) -> None:
    lines = [[title] for title in titles] + [list(order)]
    lines += [
        [{"合同编号": f"HT-{n}", "金额": form.format(amount), "备注": ""}[name] for name in order] for n, amount in enumerate(amounts)
    ]
    if foot == "合计":
        lines.append([{"合同编号": "合计", "金额": form.format(sum(amounts)), "备注": ""}[name] for name in order])
    elif foot:
        lines.append([foot])
    lines[0] = lines[0] + [""] * (3 - len(lines[0]))
    text = "\n".join(delimiter.join(line) for line in lines)
    rows = read(text.encode(encoding))
    assert values(rows) == [(f"HT-{n}", amount) for n, amount in enumerate(amounts)]
    assert codes(rows) == []


def test_an_old_workbook_is_read_by_the_same_rules() -> None:
    rows = read(hostile.old_workbook([[(r, c, v) for r, line in enumerate([HEAD, *DATA]) for c, v in enumerate(line) if v != ""]]))
    assert values(rows) == VALUES
