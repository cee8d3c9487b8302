"""Packages as makers write them: what they declare tells what they are."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from documents.packages import DOCX, OFD, XLSX
from documents.rules import content_type_of
from tests.office import needs_office, written_by_office

MAIN = {"word": f"{DOCX}.main+xml", "xl": f"{XLSX}.main+xml"}
OOXML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def types(*overrides: tuple[str, str], **defaults: str) -> str:
    ends = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items())
    parts = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides)
    return f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{ends}{parts}</Types>'


def relations(target: str, kind: str = OOXML) -> str:
    one = f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{one}</Relationships>'


def package(members: dict[str, str]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def office(part: str, declared: str, *, target: str = "", kind: str = OOXML, **more: str) -> bytes:
    named = {"[Content_Types].xml": types((f"/{part}", declared)), "_rels/.rels": relations(target or part, kind), part: "<x/>"}
    return package(named | more)


def written(make: type) -> bytes:
    content = BytesIO()
    book = make(content)
    book.add_worksheet()
    book.close()
    return content.getvalue()


def by_openpyxl() -> bytes:
    content = BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()


MADE = [
    pytest.param(office("word/document2.xml", MAIN["word"]), DOCX, id="one maker's online editor"),
    pytest.param(office("word/document.xml", MAIN["word"], target="/word/document.xml"), DOCX, id="an absolute target"),
    pytest.param(office("word/document.xml", MAIN["word"], target="./word/document.xml"), DOCX, id="a target from here"),
    pytest.param(office("Word/Document.xml", MAIN["word"], target="word/document.XML"), DOCX, id="names in another case"),
    pytest.param(office("xl/workbook2.xml", MAIN["xl"], kind=STRICT), XLSX, id="a strict workbook"),
    pytest.param(office("xl\\workbook.xml", MAIN["xl"], target="xl/workbook.xml"), XLSX, id="names with the other slash"),
    pytest.param(by_openpyxl(), XLSX, id="openpyxl"),
    pytest.param(written(xlsxwriter.Workbook), XLSX, id="XlsxWriter"),
    pytest.param(
        package({"[Content_Types].xml": types(xml=MAIN["word"]), "_rels/.rels": relations("main.xml"), "main.xml": "<x/>"}),
        DOCX,
        id="a type declared by the ending",
    ),
    pytest.param(package({"[Content_Types].xml": types(("/w/d.xml", MAIN["word"])), "w/d.xml": "<x/>"}), DOCX, id="no relations"),
    pytest.param(package({"xl/workbook.xml": "<x/>"}), XLSX, id="no declarations, the usual name"),
    pytest.param(package({"ofd.xml": "<x/>", "Doc_0/Document.xml": "<x/>"}), OFD, id="an OFD in small letters"),
    pytest.param(office("ppt/presentation.xml", SLIDES), None, id="slides"),
    pytest.param(office("word/document.xml", SLIDES), None, id="slides under a document's name"),
    pytest.param(office("word/d.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"), None, id="macros by the type"),
    pytest.param(office("word/d.xml", MAIN["word"], **{"odd/vbaProject.bin": "x"}), None, id="macros by the part, wherever it lies"),
    pytest.param(
        package(
            {
                "[Content_Types].xml": types(("/w/d.xml", MAIN["word"]), ("/x.bin", "application/vnd.ms-office.vbaProject")),
                "w/d.xml": "<x/>",
            }
        ),
        None,
        id="macros under another name",
    ),
    pytest.param(package({"[Content_Types].xml": types(("/w/d.xml", MAIN["word"]))}), None, id="a part that is not there"),
    pytest.param(
        package({"[Content_Types].xml": '<!DOCTYPE x [<!ENTITY a "b">]><Types/>', "w/d.xml": "<x/>"}), None, id="declarations with entities"
    ),
    pytest.param(office("word/document.xml", MAIN["word"], **{"../out.xml": "x"}), None, id="a name that leads out"),
]


@pytest.mark.parametrize(("content", "expected"), MADE)
def test_a_package_is_what_it_declares(content: bytes, expected: str | None) -> None:
    assert content_type_of(content) == expected


@needs_office
@pytest.mark.parametrize(
    ("ending", "expected"), [("docx", DOCX), ("pdf", "application/pdf"), ("png", "image/png"), ("jpg", "image/jpeg"), ("odt", None)]
)
def test_what_libreoffice_writes_is_taken(ending: str, expected: str | None, tmp_path: Path, office_profile: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("泉州", encoding="utf-8")
    assert content_type_of(written_by_office(source, ending, profile=office_profile)) == expected
