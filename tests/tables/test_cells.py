"""Cells keep how they were stored."""

from datetime import date, datetime

import pytest

from tables.cells import Cell, Stored
from tables.reading import read_book
from tests.tables import hostile

STYLES = (
    f'<styleSheet xmlns="{hostile.MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="[Red]0.00&quot;days&quot;"/><numFmt numFmtId="166" formatCode="0.00_);\\(0.00\\)"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="31"/></cellXfs>'
    "</styleSheet>"
)


def cells_of(written: str, *, date1904: bool = False, shared: str | None = None) -> list[Cell]:
    members = hostile.parts(hostile.worksheet(f'<row r="2">{written}</row>'), date1904=date1904, shared=shared)
    members["xl/_rels/workbook.xml.rels"] = str(members["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>", f'<Relationship Id="rId9" Type="{hostile.OFFICE}/styles" Target="/xl/styles.xml"/></Relationships>'
    )
    rows = list(read_book(hostile.packed(members | {"xl/styles.xml": STYLES})).first)
    return list(rows[1].cells) if len(rows) > 1 else []


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        pytest.param('<c r="A2"><v>12.50</v></c>', Cell(Stored.NUMBER, "12.5"), id="a number in its shortest digits"),
        pytest.param('<c r="A2"><v>0.1000000000000000055</v></c>', Cell(Stored.NUMBER, "0.1"), id="noise of floating point"),
        pytest.param('<c r="A2"><v>2.0261128000101E+16</v></c>', Cell(Stored.NUMBER, "20261128000101000"), id="an exponent"),
        pytest.param('<c r="A2"><v>007</v></c>', Cell(Stored.NUMBER, "7"), id="zeros before a number"),
        pytest.param('<c r="A2" s="2"><v>0.02</v></c>', Cell(Stored.NUMBER, "0.02", "0.00%"), id="a percentage"),
        pytest.param('<c r="A2" s="1"><v>45356</v></c>', Cell(Stored.DATE, "2024-03-05"), id="a day"),
        pytest.param('<c r="A2" s="1"><v>45356.5</v></c>', Cell(Stored.DATE, "2024-03-05T12:00:00"), id="a moment"),
        pytest.param('<c r="A2" s="1"><v>59</v></c>', Cell(Stored.DATE, "1900-02-28"), id="before the day that never was"),
        pytest.param('<c r="A2" s="1"><v>60</v></c>', Cell(Stored.NUMBER, "60"), id="the day that never was"),
        pytest.param('<c r="A2" s="1"><v>0.5</v></c>', Cell(Stored.NUMBER, "0.5"), id="a time of day is no day"),
        pytest.param('<c r="A2" s="3"><v>45356</v></c>', Cell(Stored.DATE, "2024-03-05", 'yyyy"年"m"月"'), id="a format of one's own"),
        pytest.param('<c r="A2" s="5"><v>45356</v></c>', Cell(Stored.DATE, "2024-03-05"), id="a Chinese format that is built in"),
        pytest.param('<c r="A2" s="4"><v>3</v></c>', Cell(Stored.NUMBER, "3", '[Red]0.00"days"'), id="letters in quotes are no day"),
        pytest.param('<c r="A2"><f>1/3</f></c>', Cell(Stored.FORMULA, "", "", True), id="a formula without result"),
        pytest.param('<c r="A2"><f>1+1</f><v>2</v></c>', Cell(Stored.NUMBER, "2", "", True), id="a formula's result"),
        pytest.param('<c r="A2" t="str"><f>A1</f><v>甲</v></c>', Cell(Stored.TEXT, "甲", "", True), id="a formula's text"),
        pytest.param('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', Cell(Stored.ERROR, "#DIV/0!", "", True), id="an error"),
        pytest.param('<c r="A2" t="b"><v>1</v></c>', Cell(Stored.BOOL, "TRUE"), id="yes"),
        pytest.param('<c r="A2" t="d"><v>2024-03-05</v></c>', Cell(Stored.DATE, "2024-03-05"), id="a day as text of the file format"),
        pytest.param('<c r="A2" t="inlineStr"><is><t> 007 </t></is></c>', Cell(Stored.TEXT, " 007 "), id="text with its blanks"),
        pytest.param(
            '<c r="A2" t="inlineStr"><is><r><t>泉</t></r><r><t>州</t></r><rPh sb="0" eb="1"><t>quan</t></rPh></is></c>',
            Cell(Stored.TEXT, "泉州"),
            id="runs, without reading aids",
        ),
        pytest.param('<c r="A2" t="inlineStr"><is><t>a_x000D_b</t></is></c>', Cell(Stored.TEXT, "a\rb"), id="an escaped character"),
    ],
)
def test_a_cell_is_what_was_stored(written: str, cell: Cell) -> None:
    assert cells_of(written) == [cell]


def test_shared_texts_are_read() -> None:
    shared = f'<sst xmlns="{hostile.MAIN}"><si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r></si></sst>'
    assert [cell.text for cell in cells_of('<c r="A2" t="s"><v>1</v></c><c r="C2" t="s"><v>0</v></c>', shared=shared)] == ["乙丙", "", "甲"]


def test_days_counted_from_1904() -> None:
    assert cells_of('<c r="A2" s="1"><v>43894</v></c>', date1904=True) == [Cell(Stored.DATE, "2024-03-05")]


def test_prefixed_names_and_cells_without_places() -> None:
    members = hostile.parts(
        f'<x:worksheet xmlns:x="{hostile.MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData>'
        "</x:worksheet>"
    )
    (row,) = read_book(hostile.packed(members)).first
    assert (row.number, [cell.text for cell in row.cells]) == (1, ["1", "2"])


def test_hidden_and_merged_are_told_and_hidden_sheets_not_read() -> None:
    sheet = hostile.worksheet(
        f'<row r="2" hidden="1">{hostile.inline("A2", "x")}</row>', after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    ).replace("<sheetData>", '<cols><col min="2" max="3" hidden="1"/></cols><sheetData>')
    members = hostile.parts(sheet, sheets=2)
    members["xl/workbook.xml"] = str(members["xl/workbook.xml"]).replace('name="表1"', 'name="表1" state="veryHidden"')
    book = read_book(hostile.packed(members))
    assert [(one.name, one.is_hidden, len(list(one))) for one in book.sheets] == [("表1", True, 0), ("表2", False, 2)]
    assert book.first.name == "表2"
    assert [row.is_hidden for row in book.first] == [False, True]
    assert (book.first.merged, book.first.hidden_columns) == (["A1:B1"], [1, 2])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("甲,乙\n1,2\n".encode(), id="UTF-8"),
        pytest.param("甲\t乙\r\n1\t2\r\n".encode("utf-8-sig"), id="UTF-8 with mark, tabs"),
        pytest.param("甲;乙\n1;2\n".encode("gb18030"), id="GB 18030, semicolons"),
        pytest.param("甲,乙\n1,2\n".encode("utf-16"), id="UTF-16"),
        pytest.param("甲,乙\n\n1,2\n".encode("utf-16-be").join((b"\xfe\xff", b"")), id="UTF-16 big end first, a blank line"),
    ],
)
def test_text_files_are_read_in_each_encoding(content: bytes) -> None:
    rows = list(read_book(content).first)
    assert [[cell.text for cell in row.cells] for row in rows] == [["甲", "乙"], ["1", "2"]]
    assert {cell.stored for row in rows for cell in row.cells} == {Stored.TEXT}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Cell(Stored.NUMBER, "12.5"), 12.5),
        (Cell(Stored.BOOL, "FALSE"), False),
        (Cell(Stored.DATE, "2024-03-05"), date(2024, 3, 5)),
        (Cell(Stored.DATE, "2024-03-05T12:00:00"), datetime.fromisoformat("2024-03-05T12:00:00")),
        (Cell(Stored.TEXT, "007"), "007"),
        (Cell(Stored.EMPTY), ""),
        (Cell(Stored.ERROR, "#N/A"), "#N/A"),
    ],
)
def test_the_plain_value_of_a_cell(cell: Cell, value: object) -> None:
    assert cell.plain == value
    assert type(cell.plain) is type(value)


def test_a_sheet_can_be_read_twice() -> None:
    sheet = read_book(hostile.plain([["a"], ["b"]])).first
    assert list(sheet) == list(sheet)
