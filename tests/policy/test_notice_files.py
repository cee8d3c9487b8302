"""A holiday notice read from a file: each kind of file says the same, and what cannot be read is named by row and column."""

import io
import json
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from policy.notice_files import read_notice
from policy.notices import InvalidNotice, check_notice
from policy.services.notice_proposals import confirm_notice, propose_notice_file
from tests.factories import MemberFactory
from tests.policy.test_notices import AT, LATER, NOTICE_2027, WHOLE_2027
from tests.tables import hostile

pytestmark = pytest.mark.clause("D6")

HEADER = ["年度", "文号", "发布日期", "类型", "开始日期", "结束日期", "名称"]
ROWS: list[list[Any]] = [
    [2027, "国办发明电〔2026〕9号", "2026-11-04", "放假", "2026-12-31", "2027-01-02", "元旦"],
    ["", "", "", "放假", "2027年2月5日", "2027/2/12", "春节"],
    ["", "", "", "", "", "", ""],
    ["", "", "", "调休上班", "2027-01-03", "", ""],
    [2027, "国办发明电〔2026〕9号", "2026-11-04", "调休上班", "2027-02-20", "2027-02-20", "春节"],
]


def csv_of(rows: list[list[Any]], encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in [HEADER, *rows]).encode(encoding)


def xlsx_of(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, as_date = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for r, row in enumerate([HEADER, *rows]):
        for c, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(r, c, datetime(cell.year, cell.month, cell.day), as_date)  # noqa: DTZ001  (a spreadsheet has no zones)
            else:
                sheet.write(r, c, cell)
    book.close()
    return out.getvalue()


def json_of(**changes: Any) -> bytes:
    plain = {
        "year": 2027,
        "document_number": "国办发明电〔2026〕9号",
        "published_on": "2026-11-04",
        "off": [["2026-12-31", "2027-01-02", "元旦"], ["2027-02-05", "2027-02-12", "春节"]],
        "makeup_workdays": ["2027-01-03", "2027-02-20"],
    }
    return json.dumps(plain | changes, ensure_ascii=False).encode()


def with_dates(rows: list[list[Any]]) -> list[list[Any]]:
    return [[date.fromisoformat(c) if isinstance(c, str) and len(c) == 10 and c.startswith("202") else c for c in row] for row in rows]


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        pytest.param("2027.json", json_of(), id="json"),
        pytest.param("2027.csv", csv_of(ROWS), id="csv utf-8"),
        pytest.param("2027.CSV", csv_of(ROWS, "gb18030"), id="csv gb18030"),
        pytest.param("2027.xlsx", xlsx_of(ROWS), id="xlsx with text"),
        pytest.param("2027.xlsx", xlsx_of(with_dates(ROWS)), id="xlsx with dates"),
        pytest.param(
            "2027.xls",
            hostile.old_workbook(
                [[(r, c, str(cell)) for r, row in enumerate([HEADER, *ROWS]) for c, cell in enumerate(row) if cell != ""]]
            ),
            id="xls",
        ),
    ],
)
def test_each_kind_of_file_gives_the_same_notice(filename: str, content: bytes) -> None:
    found = read_notice(filename=filename, content=content)
    assert list(found.days()) == list(NOTICE_2027.days())
    assert (found.year, found.document_number, found.published_on) == (2027, "国办发明电〔2026〕9号", date(2026, 11, 4))
    check_notice(found)


RESTORING: list[list[Any]] = [
    [2027, "国办发明电〔2027〕2号", "2027-03-01", "恢复常规", "2027-02-20", "", ""],
    ["", "", "", "恢复常规", "2027-02-12", "2027-02-12", ""],
]


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        pytest.param("2027.csv", csv_of(RESTORING), id="csv"),
        pytest.param("2027.xlsx", xlsx_of(with_dates(RESTORING)), id="xlsx"),
        pytest.param(
            "2027.json",
            json.dumps(
                {
                    "year": 2027,
                    "document_number": "国办发明电〔2027〕2号",
                    "published_on": "2027-03-01",
                    "restored_days": ["2027-02-20", "2027-02-12"],
                }
            ).encode(),
            id="json",
        ),
    ],
)
def test_a_file_that_amends_gives_days_back_to_the_plain_week(filename: str, content: bytes) -> None:
    found = read_notice(filename=filename, content=content, amends=True)
    assert [one.on for one in found.restored] == [date(2027, 2, 20), date(2027, 2, 12)]
    assert (found.off, found.makeup) == ((), ())
    check_notice(found)
    with pytest.raises(InvalidNotice) as refused:
        check_notice(read_notice(filename=filename, content=content))
    assert {problem.code for problem in refused.value.errors} == {"required", "whole_year"}


@pytest.mark.parametrize(
    ("filename", "content", "fields"),
    [
        pytest.param("2027.pdf", b"", ["file"], id="another kind"),
        pytest.param("2027.json", b"\xff{", ["file"], id="not json"),
        pytest.param("2027.json", b"[]", ["file"], id="json but no object"),
        pytest.param("2027.json", json_of(off=[["2027-02-05"]], makeup_workdays=["x"]), ["off.0", "makeup_workdays.0"], id="json rows"),
        pytest.param("2027.json", json_of(year="二七", published_on=None), ["year", "published_on"], id="json head"),
        pytest.param("2027.xlsx", b"PK\x03\x04", ["file"], id="a broken workbook"),
        pytest.param("2027.csv", b"\xff\xff\xff", ["file"], id="no text"),
        pytest.param("2027.csv", "年度,文号\n2027,x".encode(), ["header"], id="columns missing"),
        pytest.param("2027.csv", csv_of([[*ROWS[0][:3], "休息", "2027-02-05", "", "x"]]), ["第2行.类型"], id="unknown kind"),
        pytest.param(
            "2027.csv", csv_of([ROWS[0], [2028, "", "", "放假", "2027-02-31", "", "x"]]), ["第3行.年度", "第3行.开始日期"], id="rows"
        ),
        pytest.param(
            "2027.csv", csv_of([[*ROWS[0][:3], "调休上班", "2027-01-02", "2027-01-03", ""]]), ["第2行.结束日期"], id="two days worked"
        ),
        pytest.param(
            "2027.csv", csv_of([[*ROWS[0][:3], "恢复常规", "2027-01-02", "2027-01-03", ""]]), ["第2行.结束日期"], id="two days restored"
        ),
        pytest.param("2027.csv", csv_of([ROWS[1]]), ["第2行.年度", "第2行.发布日期"], id="no head"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column(filename: str, content: bytes, fields: list[str]) -> None:
    with pytest.raises(InvalidNotice) as refused:
        read_notice(filename=filename, content=content)
    assert [problem.field for problem in refused.value.errors] == fields


@pytest.mark.parametrize("said", ["45996", "26.12.31", "2026年12月", "2026-12", 45996, True])
def test_a_day_that_is_none_or_several_is_named(said: Any) -> None:
    rows = [[*ROWS[0][:4], said, "2027-01-02", "元旦"]]
    for filename, content in (("2027.xlsx", xlsx_of(rows)), ("2027.csv", csv_of(rows))):
        with pytest.raises(InvalidNotice) as refused:
            read_notice(filename=filename, content=content)
        assert [(problem.field, problem.code) for problem in refused.value.errors] == [("第2行.开始日期", "not_a_date")]


@pytest.mark.parametrize(
    ("filename", "name", "code"),
    [
        ("2027.xlsx", "one cell in the last corner", "file_far_cell"),
        ("2027.xlsx", "a workbook with a password", "file_password"),
        ("2027.xlsx", "a shared text used 8,000 times", "file_reading_stopped"),
        ("2027.csv", "a field of 140,000 characters", "file_cell_too_long"),
        ("2027.csv", "NUL characters", "encoding"),
    ],
)
def test_a_hostile_file_is_refused_with_the_guards_sentence(filename: str, name: str, code: str) -> None:
    with pytest.raises(InvalidNotice) as refused:
        read_notice(filename=filename, content=(hostile.WORKBOOKS | hostile.TEXTS)[name][1]())
    assert [(problem.field, problem.code) for problem in refused.value.errors] == [("file", code)]


@pytest.mark.django_db
def test_a_notice_from_a_file_is_entered_like_a_typed_one() -> None:
    keeper, checker = MemberFactory.serving("city_industry"), MemberFactory.serving("city_treasury", checker=True)
    rows = [*ROWS, *(["", "", "", "放假", str(off.first_on), str(off.last_on), off.name] for off in LATER)]
    proposal = propose_notice_file(filename="2027.xlsx", content=xlsx_of(rows), actor=keeper, at=AT)
    notice = confirm_notice(proposal_id=proposal.public_id, actor=checker, at=AT).notice
    assert {(day.on, day.is_off, day.name) for day in notice.days.all()} == set(WHOLE_2027.days())
