"""The faults of a list come back as a file beside the original: once, by a job, also where the first one died."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from audit.models import Event
from documents.services import documents_of, stored_content
from tests.whitelist.cases import AT
from tests.whitelist.lists import as_csv, as_xlsx, tax_row
from whitelist.papers import FAULTS_MARKED
from whitelist.services.fault_files import lists_without_fault_file, write_fault_file
from whitelist.services.intake import check_list, discard_list
from whitelist.services.large_lists import take_list

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.6.1(2)")]
BAD = [tax_row(1), tax_row(2, rd="1234,56"), tax_row(3, code="123", founded="24.3.5")]


def check(desk, content, filename="名单.xlsx"):
    return check_list(kind="tax_list", filename=filename, content=content, actor=desk.science, at=AT)


def test_the_list_comes_back_with_its_faults_marked_once(desk):
    file = check(desk, as_xlsx(BAD, title="研发费用名单"))
    assert lists_without_fault_file(at=AT) == [file.pk]
    assert write_fault_file(file.pk, at=AT) is True
    (marked,) = documents_of(file).filter(kind=FAULTS_MARKED)
    assert (marked.filename, marked.uploaded_by) == ("名单（核对结果）.xlsx", desk.science)
    sheet = openpyxl.load_workbook(BytesIO(stored_content(marked))).active
    assert [sheet[f"K{row}"].value for row in (2, 3)] == ["核对结果", None]
    assert "研发费用：是否为 1,234.56 元" in sheet["K4"].value
    assert "统一社会信用代码应为18位" in sheet["K5"].value
    assert "年份不足四位" in sheet["K5"].value
    assert [sheet[place].fill.fill_type for place in ("H4", "A5", "E5", "B5")] == ["solid", "solid", "solid", None]
    events = Event.objects.count()
    assert write_fault_file(file.pk, at=AT) is False
    assert (documents_of(file).filter(kind=FAULTS_MARKED).count(), Event.objects.count()) == (1, events)
    assert lists_without_fault_file(at=AT) == []


def test_of_a_text_file_the_faulty_rows_come_back(desk):
    file = check(desk, as_csv(BAD), "名单.csv")
    write_fault_file(file.pk, at=AT)
    sheet = openpyxl.load_workbook(BytesIO(stored_content(documents_of(file).get(kind=FAULTS_MARKED)))).active
    assert [row[0].value for row in sheet.iter_rows()] == ["原文件行号", 3, 4]


def test_a_list_without_faults_or_discarded_has_none(desk):
    clean, discarded = check(desk, as_xlsx([tax_row(1)])), check(desk, as_xlsx(BAD))
    discard_list(import_id=discarded.public_id, actor=desk.science, at=AT)
    assert [write_fault_file(one.pk, at=AT) for one in (clean, discarded)] == [False, False]
    assert lists_without_fault_file(at=AT) == []


def test_the_clock_takes_up_what_no_job_marked_for_a_day(desk):
    file = check(desk, as_xlsx(BAD))
    assert lists_without_fault_file(at=AT + timedelta(hours=23)) == [file.pk]
    assert lists_without_fault_file(at=AT + timedelta(hours=25)) == []


def test_a_job_is_asked_for_where_there_are_faults(desk):
    asked = []
    for rows in (BAD, [tax_row(1)]):
        given = {"kind": "tax_list", "filename": "名单.xlsx", "content": as_xlsx(rows), "actor": desk.science, "at": AT}
        take_list(**given, work=lambda pk: None, mark=asked.append)
    assert len(asked) == 1
