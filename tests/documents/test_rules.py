from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from documents.rules import EXTENSIONS, MAX_NAME, clean_filename, content_type_of, is_named_as
from tests.tables import hostile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def package(*members):
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return content.getvalue()


def workbook():
    content = BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()


END = b"trailer\n<< >>\nstartxref\n0\n%%EOF\n"
TYPES = [
    pytest.param(b"%PDF-1.4\n", "application/pdf", id="pdf"),
    pytest.param(b"\xff\xd8\xff\xe0", "image/jpeg", id="jpeg"),
    pytest.param(b"\x89PNG\r\n\x1a\n\x00", "image/png", id="png"),
    pytest.param(workbook(), XLSX, id="a real workbook"),
    pytest.param(package("[Content_Types].xml", "word/document.xml"), DOCX, id="docx"),
    pytest.param(package("OFD.xml", "Doc_0/Document.xml"), "application/ofd", id="ofd"),
    pytest.param("企业名称,金额\r\n甲,1\r\n".encode(), "text/csv", id="csv in UTF-8"),
    pytest.param("企业名称,金额\r\n甲,1\r\n".encode("gb18030"), "text/csv", id="csv in GB 18030"),
    pytest.param(b"", None, id="nothing"),
    pytest.param(b"MZ\x90\x00\x03", None, id="a Windows program"),
    pytest.param(b"\x7fELF\x02\x01\x01\x00", None, id="a Linux program"),
    pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", None, id="an old Word file"),
    pytest.param(hostile.old_workbook([[(0, 0, "x")]]), "application/vnd.ms-excel", id="an old workbook"),
    pytest.param(hostile.old_workbook([[(0, 0, "_VBA_PROJECT")]]), None, id="an old workbook with macros"),
    pytest.param(hostile.encrypted(), None, id="a workbook with a password"),
    pytest.param("企业名称,金额\n甲,1\n".encode("utf-16"), "text/csv", id="csv in UTF-16"),
    pytest.param(package("readme.txt"), None, id="any other archive"),
    pytest.param(package("xl/workbook.xml", "xl/vbaProject.bin"), None, id="a workbook with macros"),
    pytest.param(package("xl/workbook.xml", *(f"xl/{n}" for n in range(5_000))), None, id="a workbook with thousands of members"),
    pytest.param(package("xl/workbook.xml", "../../etc/passwd"), None, id="a workbook with a name that leads out"),
    pytest.param(hostile.linked(), None, id="a workbook with a link"),
    pytest.param(hostile.overlapping(), None, id="a workbook whose members lie over one another"),
    pytest.param(b"PK\x03\x04broken", None, id="a broken archive"),
    pytest.param(b" %PDF-1.4", "text/csv", id="the signature of a PDF in a text"),
    pytest.param(b"\xef\xbb\xbf\r\n%PDF-1.7\n" + END, "application/pdf", id="a PDF behind a mark of order and a line"),
    pytest.param(b"\x00" * 1024 + b"%PDF-1.3\n" + END, "application/pdf", id="a PDF as far behind as readers look"),
    pytest.param(b"\x00" * 1025 + b"%PDF-1.3\n" + END, None, id="a PDF farther behind"),
    pytest.param(b"<html><script>\x00%PDF-1.4</script>" + END, None, id="a page that names a PDF"),
    pytest.param(b"MZ\x90\x00%PDF-1.4", None, id="a program that names a PDF"),
    *(
        pytest.param(b"\xff\xd8\xff" + kind, "image/jpeg", id=f"a jpeg of kind {kind.hex()}")
        for kind in (b"\xe0", b"\xe1", b"\xdb", b"\xee")
    ),
]


@pytest.mark.parametrize(("content", "expected"), TYPES)
def test_the_content_says_what_it_is(content, expected):
    assert content_type_of(content) == expected


NAMES = [
    pytest.param("营业执照.pdf", "营业执照.pdf", id="as it is"),
    pytest.param("../../etc/passwd.pdf", "passwd.pdf", id="no way up"),
    pytest.param("C:\\Users\\a\\合同.docx", "合同.docx", id="no folder"),
    pytest.param('a"b<c>d|e?.pdf', "abcde.pdf", id="no shell characters"),
    pytest.param("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf", id="no header lines"),
    pytest.param("合同\u202efdp.exe", "合同fdp.exe", id="no reversed reading"),
    pytest.param("...", "file", id="nothing left"),
    pytest.param("长" * 300 + ".pdf", "长" * (MAX_NAME - 4) + ".pdf", id="cut, its ending kept"),
]


@pytest.mark.parametrize(("given", "expected"), NAMES)
def test_a_name_is_cleaned(given, expected):
    assert clean_filename(given) == expected


@pytest.mark.parametrize("media_type", EXTENSIONS)
def test_a_name_ends_as_its_type(media_type):
    for ending in EXTENSIONS[media_type]:
        assert is_named_as(f"a{ending.upper()}", media_type)
    assert not is_named_as("a.exe", media_type)
    assert not is_named_as("pdf", media_type)
