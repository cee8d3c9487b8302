"""Hostile files are refused with a sentence, by the guard before any parser, or in the child within its limits."""

import resource

import pytest

from common.errors import DomainError
from tables import limits, reading
from tables.errors import CellTooLong, FileDamaged, NotText
from tables.reading import read_book
from tables.text import read_text
from tests.tables import hostile

JUDGED_OUTSIDE = ("file_too_large", "file_package", "file_password")  # what no child is started for
UNREADABLE = (FileDamaged.code, NotText.code)
ALL = hostile.WORKBOOKS | hostile.TEXTS | hostile.OLD


@pytest.mark.parametrize("name", ALL)
def test_a_hostile_file_is_refused_with_its_sentence_and_costs_its_reader_nothing(name: str) -> None:
    code, make = ALL[name]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DomainError) as refused:
        read_book(content)
    assert refused.value.code == code if code != "unreadable" else refused.value.code in UNREADABLE
    assert refused.value.status == 400
    assert refused.value.message.endswith("后重新上传。") or "csv 文件。" in refused.value.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB, of hundreds of MB that the file asks for


@pytest.mark.parametrize("name", [name for name, (code, _) in ALL.items() if code in JUDGED_OUTSIDE])
def test_what_the_guard_refuses_is_given_to_no_parser(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_in_child", lambda *_args, **_given: pytest.fail("a parser was started"))
    with pytest.raises(DomainError) as refused:
        read_book(ALL[name][1]())
    assert refused.value.code == ALL[name][0]


def test_sizes_are_counted_while_inflating_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    content = hostile.book("<row/>" * 50_000)
    assert read_book(content).first.name == "表1"
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 100_000)
    with pytest.raises(DomainError, match="解压后超过"):
        read_book(content)


@pytest.mark.parametrize("limit", ["ROWS", "COLUMNS", "CELLS", "CELL_TEXT"])
def test_text_files_have_the_limits_of_workbooks(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "甲乙丙,b,c\n1,2,3\n4,5,6\n".encode()
    assert len(list(read_book(content).first)) == 3
    monkeypatch.setattr(limits, limit, 2)
    with pytest.raises(DomainError):
        read_book(content)


def test_of_a_text_file_no_row_is_judged_after_the_last_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "a,b\n1,2\n3,四四四四\n".encode()
    monkeypatch.setattr(limits, "CELL_TEXT", 3)
    assert [row.number for row in read_text(content, most_rows=2).first] == [1, 2]
    with pytest.raises(CellTooLong):
        read_text(content, most_rows=3)


def test_an_area_declared_too_small_loses_no_row() -> None:
    rows = "".join(f'<row r="{n}">{hostile.inline(f"A{n}", str(n))}</row>' for n in range(2, 30))
    sheet = read_book(hostile.book(rows, dimension="A1:B2")).first
    assert [row.number for row in sheet] == list(range(1, 30))


def test_a_formatted_cell_without_content_is_no_far_cell() -> None:
    sheet = read_book(hostile.book('<row r="1048576"><c r="XFD1048576" s="0"/></row>')).first
    assert [row.number for row in sheet] == [1]
