"""Sixty files as they come in, each with what it means: the rows read, a question to a person, faults by row, or why it is refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.files.made import CAPITAL, CODE, HEAD, RD, Page, Styled, good, text, xlsx
from tests.tables import hostile

ROWS = [good(1), good(2), good(3)]
WAN = [[*row[:CAPITAL], row[CAPITAL] / 10_000, row[CAPITAL + 1], round(row[RD] / 10_000, 6)] for row in ROWS]
TOTAL = ["合计", "", "", "", "", sum(row[CAPITAL] for row in ROWS), "", round(sum(row[RD] for row in ROWS), 2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One file and its meaning; what is not said is that the three rows come back without a word."""

    make: Callable[[], bytes]
    filename: str = "名单.xlsx"
    rows: int = 3  # of the three, in their order
    refused: str = ""  # the code of the whole file's refusal
    says: str = ""  # what its sentence names
    faults: Sequence[tuple[int, str]] = ()  # row of the file and code, hints too
    units: Mapping[str, str] | None = None  # to be confirmed, by heading
    sheets: int = 1


def table(*rows: Sequence[Any], above: Sequence[Any] = (), below: Sequence[Any] = (), head: Sequence[str] = HEAD, **page: Any) -> bytes:
    return xlsx(Page([*above, head, *(rows or ROWS), *below], **page))


def one(**changed: Any) -> bytes:
    """Return a workbook whose third row is changed."""
    return table(ROWS[0], ROWS[1], good(3, **changed))


def old(lines: Sequence[Sequence[Any]]) -> bytes:
    return hostile.old_workbook([[(r, c, v) for r, line in enumerate(lines) for c, v in enumerate(line) if v not in ("", None)]])


def headed(column: int, name: str) -> list[str]:
    return [name if place == column else known for place, known in enumerate(HEAD)]


BOTH = {"注册资本": "万元", "研发费用": "万元"}
TWO_ROWS = [[*HEAD[:RD], "研发费用", ""], ["", "", "", "", "", "", "", "上年数", "本年数"]]
WIDE = [[*row, 3_000_000] for row in ROWS]

SHAPES: dict[str, Shape] = {
    # how a file is written
    "an xlsx": Shape(make=lambda: table()),
    "csv in UTF-8 with mark": Shape(make=lambda: text([HEAD, *ROWS]), filename="名单.csv"),
    "csv in GB18030": Shape(make=lambda: text([HEAD, *ROWS], encoding="gb18030"), filename="名单.csv"),
    "csv in UTF-16": Shape(make=lambda: text([HEAD, *ROWS], encoding="utf-16"), filename="名单.csv"),
    "tabs": Shape(make=lambda: text([HEAD, *ROWS], delimiter="\t"), filename="名单.csv"),
    "semicolons": Shape(make=lambda: text([HEAD, *ROWS], delimiter=";"), filename="名单.csv"),
    "an xls": Shape(make=lambda: old([HEAD, *ROWS]), filename="名单.xls"),
    "an et": Shape(make=lambda: old([HEAD, *ROWS]), filename="名单.et"),
    "a workbook with a password": Shape(make=hostile.encrypted, refused="file_password", rows=0),
    "a workbook of 1904": Shape(
        make=lambda: xlsx(Page([HEAD, *(good(n, c4=date(2015, 6, 1)) for n in (1, 2, 3))]), options={"date_1904": True})
    ),
    # what stands around the table
    "titles and a unit of yuan above": Shape(make=lambda: table(above=[["名单"], ["单位：元"], []])),
    "a threshold in the title": Shape(make=lambda: table(above=[["年营业收入2000万元以上企业研发费用表"]])),
    "a right total": Shape(make=lambda: table(below=[TOTAL])),
    "a right subtotal and a total": Shape(
        make=lambda: table(*ROWS, ["小计", *TOTAL[1:]], ["总计", *TOTAL[1:]]),
    ),
    "a wrong total": Shape(make=lambda: table(below=[[*TOTAL[:RD], 1.0]]), faults=[(5, "total_differs")]),
    "notes and signatures below": Shape(make=lambda: table(below=[["注：数据来自年度申报。"], ["制表人：王", "", "审核人：李"]])),
    "headings again in the middle": Shape(make=lambda: table(ROWS[0], HEAD, *ROWS[1:])),
    "blanks and line ends in headings": Shape(make=lambda: table(head=headed(RD, "研 发\n费用（元）"))),
    "columns nobody asked for": Shape(make=lambda: table(*([*row, "x", 9] for row in ROWS), head=[*HEAD, "联系人", "产值（万元）"])),
    # units
    "万元 above": Shape(make=lambda: table(*WAN, above=[["单位：万元"]]), units=BOTH),
    "万元 in the title": Shape(make=lambda: table(*WAN, above=[["研发费用名单（万元）"]]), units=BOTH),
    "万元 in two cells above": Shape(make=lambda: table(*WAN, above=[["", "单位：", "万元"]]), units=BOTH),
    "万元 short": Shape(make=lambda: table(*WAN, above=[["单位:万"]]), units=BOTH),
    "万元 in one heading": Shape(
        make=lambda: table(*([*row[:RD], wan[RD]] for row, wan in zip(ROWS, WAN, strict=True)), head=headed(RD, "研发费用（万元）")),
        units={"注册资本": "元", "研发费用": "万元"},
    ),
    "万元 in a row below the headings": Shape(make=lambda: table(["", "", "", "", "", "万元", "", "（万元）"], *WAN), units=BOTH),
    "万元 in a footnote": Shape(make=lambda: table(*WAN, below=[["注：以上金额均以万元计。"]]), units=BOTH),
    "万元 in a long footnote": Shape(make=lambda: table(*WAN, below=[["注", "", "单位", "万元", "x"]]), units=BOTH),
    "万元 beside the total": Shape(
        make=lambda: table(*WAN, below=[["合计（万元）", "", "", "", "", TOTAL[CAPITAL] / 10_000, "", round(TOTAL[RD] / 10_000, 6)]]),
        units=BOTH,
    ),
    "万元 in a column of units": Shape(make=lambda: table(*([*row, "万元"] for row in WAN), head=[*HEAD, "计量单位"]), units=BOTH),
    "万元 in the sheet's name": Shape(make=lambda: table(*WAN, name="名单（万元）"), units=BOTH),
    "万元 in the file's name": Shape(make=lambda: table(*WAN), filename="2025年名单（万元）.xlsx", units=BOTH),
    "元 in a cell of a table in 万元": Shape(
        make=lambda: table(*WAN[:2], [*WAN[2][:RD], "407.96元"], above=[["单位：万元"]]), rows=2, faults=[(5, "money_unit")], units=BOTH
    ),
    "units that contradict": Shape(
        make=lambda: table(above=[["单位：万元"]], below=[["注：单位为千元"]]), refused="heading_unit", says="千元"
    ),
    "dollars": Shape(make=lambda: table(above=[["单位：美元"]]), refused="heading_unit", says="美元"),
    "a number shown in 万": Shape(make=lambda: one(c7=Styled(4_079_558, '0.00"万元"')), rows=2, faults=[(4, "money_unit")]),
    "a number shown in dollars": Shape(make=lambda: one(c7=Styled(4_079_558, "[$$-409]#,##0.00")), rows=2, faults=[(4, "money_currency")]),
    # sheets
    "a sheet per county": Shape(
        make=lambda: xlsx(*(Page([HEAD, row], name=name) for row, name in zip(ROWS, ("晋江", "南安", "惠安"), strict=True))), sheets=3
    ),
    "one sheet in 万元, the other silent": Shape(
        make=lambda: xlsx(Page([["单位：万元"], HEAD, *WAN], name="晋江"), Page([HEAD, *ROWS], name="南安")),
        refused="heading_unit",
        says="南安",
    ),
    "sheets with their totals, the last of all": Shape(
        make=lambda: xlsx(
            Page([HEAD, ROWS[0], ["合计", *ROWS[0][1:2], "", "", "", *ROWS[0][5:6], "", ROWS[0][RD]]]), [HEAD, *ROWS[1:], TOTAL]
        ),
        sheets=2,
    ),
    "sheets with columns in another order": Shape(
        make=lambda: xlsx([HEAD, *ROWS[:2]], [list(reversed(line)) for line in (HEAD, ROWS[2])]), sheets=2
    ),
    "a sheet of another kind": Shape(
        make=lambda: xlsx(Page([HEAD, *ROWS], name="名单"), Page([list("abcdefgh"), list(range(8))], name="其他")),
        refused="several_sheets",
        says="其他",
    ),
    "a sheet without one of the columns": Shape(
        make=lambda: xlsx([HEAD, *ROWS], Page([HEAD[:-1], *(row[:-1] for row in ROWS)], name="缺列")), refused="several_sheets", says="缺列"
    ),
    "instructions first": Shape(make=lambda: xlsx(Page([["填写说明"], ["请如实填写"]], name="说明"), [HEAD, *ROWS])),
    "an empty copy of the sheet": Shape(make=lambda: xlsx([HEAD, *ROWS], [HEAD])),
    "a hidden sheet": Shape(make=lambda: xlsx(Page([HEAD, good(9)], is_hidden=True), [HEAD, *ROWS]), faults=[(2, "hidden_sheet")]),
    "a hidden row": Shape(make=lambda: table(hidden_rows=[3]), faults=[(3, "hidden_row")]),
    "a hidden column of amounts": Shape(make=lambda: table(hidden_columns="H:H"), faults=[(2, "hidden_column")]),
    # headings of several rows
    "two rows, two candidates": Shape(
        make=lambda: xlsx(Page([*TWO_ROWS, *WIDE], merged=["H1:I1"])), refused="heading_ambiguous", says="上年数、本年数"
    ),
    "the same as csv": Shape(
        make=lambda: text([*TWO_ROWS, *WIDE]), filename="名单.csv", refused="heading_ambiguous", says="上年数、本年数"
    ),
    "two years": Shape(
        make=lambda: xlsx(Page([TWO_ROWS[0], [*TWO_ROWS[1][:RD], 2024, 2025], *WIDE], merged=["H1:I1"])),
        refused="heading_ambiguous",
        says="2024、2025",
    ),
    "three rows": Shape(
        make=lambda: xlsx([TWO_ROWS[0], ["", "", "", "", "", "", "", "金额", ""], TWO_ROWS[1], *WIDE]),
        refused="heading_ambiguous",
        says="上年数、本年数",
    ),
    "a merged heading without any beneath": Shape(
        make=lambda: xlsx(Page([TWO_ROWS[0], *WIDE], merged=["H1:I1"])), refused="heading_ambiguous", says="H列、I列"
    ),
    "groups of years": Shape(
        make=lambda: xlsx([["", "", "", "", "", "", "", "上年", "本年"], [*HEAD, "研发费用"], *WIDE]),
        refused="heading_ambiguous",
        says="上年、本年",
    ),
    "tall headings beside a group": Shape(
        make=lambda: xlsx(
            Page(
                [[*HEAD[:CAPITAL], "金额", "年度", ""], ["", "", "", "", "", "注册资本", "", "研发费用"], *ROWS], merged=["A1:A2", "G1:G2"]
            )
        )
    ),
    "one heading beneath": Shape(make=lambda: table(["", "", "", "", "", "", "", "本年数"], *ROWS)),
    # identifiers
    "a credit code as a number": Shape(make=lambda: one(c0=913505000000030000), rows=2, faults=[(4, "stored_as_number")]),
    "a short industry code as a number": Shape(make=lambda: one(c2=610), rows=2, faults=[(4, "industry_code_zero")]),
    "a person's number": Shape(make=lambda: one(c0="350500197001010010"), rows=2, faults=[(4, "credit_code_structure")]),
    "a code with characters nobody sees": Shape(make=lambda: one(c0=f"\ufeff{ROWS[2][CODE][:9]}\u200b{ROWS[2][CODE][9:]} ")),
    "a check digit that does not fit": Shape(make=lambda: one(c0="91350500MA000003XY"), rows=2, faults=[(4, "credit_code_check_digit")]),
    # amounts
    "amounts as people write them": Shape(
        make=lambda: table(good(1, c7="¥4，079，556.55"), good(2, c7="4 079 557.55元"), good(3, c7="４０７９５５８．５５"))
    ),
    "a comma for a point": Shape(make=lambda: one(c7="1234,56"), rows=2, faults=[(4, "money_grouping")]),
    "a minus of typography": Shape(make=lambda: one(c7="\u221212.00"), rows=2, faults=[(4, "money_negative")]),
    "an amount in brackets": Shape(make=lambda: one(c7="（12.00）"), rows=2, faults=[(4, "money_negative")]),
    "an error": Shape(make=lambda: one(c7=Styled("=1/0", result="#DIV/0!")), rows=2, faults=[(4, "cell_error")]),
    "an error as text": Shape(
        make=lambda: text([HEAD, *ROWS[:2], good(3, c7="#DIV/0!")]), filename="名单.csv", rows=2, faults=[(4, "cell_error")]
    ),
    "a formula": Shape(make=lambda: one(c7=Styled("=A1", result=4_079_558.55))),
    "a percentage": Shape(make=lambda: one(c7=Styled(0.02, "0.00%")), rows=2, faults=[(4, "money_percent")]),
    "shown rounder than stored": Shape(make=lambda: one(c7=Styled(4_079_558.55, "#,##0"))),
    "more places than a cent": Shape(make=lambda: one(c7=Styled(4_079_558.555, "0.00")), rows=2, faults=[(4, "money_places")]),
    # days
    "days as text and as days": Shape(
        make=lambda: table(good(1, c4=date(2015, 6, 1)), good(2, c4="2015年6月1日"), good(3, c4="２０１５．６．１"))
    ),
    "a day's number": Shape(make=lambda: one(c4="45356"), rows=2, faults=[(4, "date_serial")]),
    "a short year": Shape(make=lambda: one(c4="24.3.5"), rows=2, faults=[(4, "date_short_year")]),
    "a month without day": Shape(make=lambda: one(c4="2024年3月"), rows=2, faults=[(4, "date_without_day")]),
    "a month that a program made a day": Shape(
        make=lambda: one(c4=Styled(date(2015, 6, 1), 'yyyy"年"m"月"')), rows=2, faults=[(4, "date_without_day")]
    ),
    "a day without year": Shape(make=lambda: one(c4=Styled(date(2025, 3, 5), 'm"月"d"日"')), rows=2, faults=[(4, "date_without_year")]),
}
