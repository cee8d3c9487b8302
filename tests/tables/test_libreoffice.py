"""Workbooks as LibreOffice saves them are read as they were meant; a kind that is not read is refused with what to do."""

from datetime import date
from pathlib import Path

import pytest

from policy.notice_files import read_notice
from policy.notices import InvalidNotice, check_notice
from tables.errors import FileDamaged
from tables.reading import read_book
from tests.office import needs_office, written_by_office
from tests.policy.test_notice_files import ROWS, csv_of
from tests.policy.test_notices import NOTICE_2027

pytestmark = needs_office


def as_saved(ending: str, tmp_path: Path, profile: Path) -> bytes:
    source = tmp_path / "放假安排.csv"
    source.write_bytes(csv_of(ROWS, encoding="utf-8"))
    return written_by_office(source, ending, profile=profile)


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_a_workbook_says_what_was_typed(ending: str, tmp_path: Path, office_profile: Path) -> None:
    content = as_saved(ending, tmp_path, office_profile)
    notice = read_notice(filename=f"2027.{ending}", content=content)
    check_notice(notice)
    assert list(notice.days()) == list(NOTICE_2027.days())
    assert (notice.year, notice.document_number, notice.published_on) == (2027, "国办发明电〔2026〕9号", date(2026, 11, 4))


def test_an_open_document_is_refused_with_what_to_do(tmp_path: Path, office_profile: Path) -> None:
    content = as_saved("ods", tmp_path, office_profile)
    with pytest.raises(FileDamaged, match="另存为 xlsx"):
        read_book(content)
    with pytest.raises(InvalidNotice) as refused:
        read_notice(filename="2027.ods", content=content)
    assert refused.value.errors[0].detail == "请上传 json、csv、xlsx、xls 或 et 文件。"
