"""The faults of a file handed back where they stand: the workbook as it was, or its faulty rows."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from tables import limits
from tables.fault_file import HEADING, fault_file, fault_file_name
from tables.marking import Mark, marked
from tables.reading import read_workbook
from tables.refused import Refused
from tables.table import Table, open_table
from tests.files.made import COLUMNS, HEAD, Page, Styled, good, text, xlsx
from tests.tables import hostile

FAULTY = [good(1), good(2, c7="1234,56"), good(3, c0="", c7=Styled(0.02, "0.00%"))]


def faults_of(content: bytes, filename: str = "名单.xlsx") -> tuple[Table, bytes]:
    table = open_table(filename=filename, content=content, columns=COLUMNS)
    return table, fault_file(table, content, [problem for row in table for problem in row.problems])


def cells(sheet: object) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]  # type: ignore[attr-defined]


def coloured(sheet: object) -> list[str]:
    filled = (cell for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid")  # type: ignore[attr-defined]
    return [cell.coordinate for cell in filled]


def test_the_same_workbook_comes_back_with_faults_marked_and_reasons_beside_them() -> None:
    content = xlsx(Page([["名单"], HEAD, *FAULTY], name="名单", hidden_rows=[1]), Page([["说明"]], name="说明"))
    table, answer = faults_of(content)
    book = openpyxl.load_workbook(BytesIO(answer))
    assert book.sheetnames == ["名单", "说明"]
    sheet = book["名单"]
    assert sheet["I2"].value == HEADING
    assert sheet["I3"].value is None
    assert "研发费用：是否为 1,234.56 元" in sheet["I4"].value
    assert "统一社会信用代码：此项必填" in sheet["I5"].value
    assert "百分数" in sheet["I5"].value
    assert coloured(sheet) == ["I2", "H4", "I4", "A5", "H5", "I5"]
    assert sheet["H5"].number_format == "0.00%"
    assert sheet.row_dimensions[1].hidden
    assert [[cell.value for cell in row[:8]] for row in sheet.iter_rows()] == [
        [cell.value for cell in row[:8]] for row in openpyxl.load_workbook(BytesIO(content))["名单"].iter_rows()
    ]
    again = open_table(filename="x.xlsx", content=answer, columns=COLUMNS)  # handed in again, it means the same
    assert [row.values for row in again] == [row.values for row in table]


def test_nothing_of_the_package_changes_but_the_sheet_and_the_styles() -> None:
    content = xlsx([HEAD, *FAULTY])
    _, answer = faults_of(content)
    before, after = ZipFile(BytesIO(content)), ZipFile(BytesIO(answer))
    assert before.namelist() == after.namelist()
    changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}


@pytest.mark.parametrize("written", ["csv", "xls", "large", "without styles"])
def test_of_other_files_the_faulty_rows_come_back(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [HEAD, good(1), good(2, c1="=1+1", c7="1234,56")]
    content, filename = text(lines), "名单.csv"
    if written == "xls":
        content = hostile.old_workbook([[(r, c, v) for r, line in enumerate(lines) for c, v in enumerate(line)]])
    elif written == "large":
        content = xlsx(lines)
        monkeypatch.setattr(limits, "MARKED_FILE_BYTES", 10)
    elif written == "without styles":
        rows = "".join(
            f'<row r="{r}">' + "".join(hostile.inline(f"{chr(65 + c)}{r}", str(v)) for c, v in enumerate(line)) + "</row>"
            for r, line in enumerate(lines[1:], start=2)
        )
        content = hostile.packed(hostile.parts(hostile.worksheet(rows, names=HEAD)))
    _, answer = faults_of(content, filename)
    sheet = openpyxl.load_workbook(BytesIO(answer)).active
    found = cells(sheet)
    assert found[0] == ["原文件行号", *HEAD, HEADING]
    assert len(found) == 2
    assert found[1][0] == 3
    assert (found[1][2], sheet["C2"].data_type) == ("=1+1", "s")  # text, never a formula
    assert "1,234.56" in str(found[1][-1])
    assert coloured(sheet) == ["I2", "J2"]


def test_faults_of_several_sheets_stand_on_their_own_sheet() -> None:
    content = xlsx(Page([HEAD, good(1)], name="晋江"), Page([HEAD, good(2, c7="三")], name="南安"))
    _, answer = faults_of(content)
    book = openpyxl.load_workbook(BytesIO(answer))
    assert coloured(book["晋江"]) == ["I1"]
    assert coloured(book["南安"]) == ["I1", "H2", "I2"]


def package_of(rows: str, *, styles: str | None = None) -> bytes:
    members = hostile.parts(hostile.worksheet(rows, names=HEAD))
    if styles is not None:
        members["xl/styles.xml"] = styles
        relations = str(members["xl/_rels/workbook.xml.rels"])
        new = f'<Relationship Id="rId9" Type="{hostile.OFFICE}/styles" Target="/xl/styles.xml"/></Relationships>'
        members["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", new)
    return hostile.packed(members)


STYLES = (
    f'<x:styleSheet xmlns:x="{hostile.MAIN}"><x:fills count="1"><x:fill/></x:fills>'
    '<x:cellXfs count="1"><x:xf numFmtId="0" fillId="0"/></x:cellXfs></x:styleSheet>'
)


def test_prefixes_attributes_and_empty_places_are_written_as_they_must() -> None:
    content = package_of('<row r="2" spans="1:8" ht="15"><c r="B2" s="0"/><c r="D2"><v>1</v></c></row>', styles=STYLES)
    answer = marked(content, {"表1": [Mark(2, (0, 2, 3), "a<b>&\x01")]})
    sheet = ZipFile(BytesIO(answer)).read("xl/worksheets/sheet1.xml").decode()
    row = sheet[sheet.index('<row r="2"') :]
    expected = (
        '<row r="2" ht="15"><c r="A2" s="1"/><c r="B2" s="0"/><c r="C2" s="1"/><c r="D2" s="1"><v>1</v></c>'
        '<c r="I2" s="1" t="inlineStr"><is><t xml:space="preserve">a&lt;b&gt;&amp;</t></is></c></row>'
    )
    assert row.startswith(expected)
    styles = ZipFile(BytesIO(answer)).read("xl/styles.xml").decode()
    assert '<x:fills count="2">' in styles
    assert '<x:xf numFmtId="0" fillId="1" applyFill="1"/></x:cellXfs>' in styles
    assert [cell.text for cell in list(read_workbook(answer).first)[1].cells][-1] == "a<b>&"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(package_of("<row><c><v>1</v></c></row>", styles=STYLES), id="no places"),
        pytest.param(package_of('<row r="2"><c r="A2" s="7"><v>1</v></c></row>', styles=STYLES), id="a style that is none"),
        pytest.param(package_of('<row r="2"><c r="A2"><v>1</v></c></row>', styles="<styleSheet/>"), id="no fills"),
        pytest.param(package_of('<row r="2"><c r="A2"><v>1</v></c></row>'), id="no styles"),
    ],
)
def test_what_no_spreadsheet_program_writes_is_not_marked(content: bytes) -> None:
    with pytest.raises(Refused):
        marked(content, {"表1": [Mark(2, (0,), "x")]})


def test_a_fault_file_is_called_after_the_file() -> None:
    assert fault_file_name("2025年名单.csv") == "2025年名单（核对结果）.xlsx"
