"""Hostile files are refused with a sentence, by the guard before any parser, or in the child within its limits."""

import resource

import pytest

from common.errors import DomainError
from tables import limits, package, reading, text
from tables.errors import CellTooLong, FileDamaged, NotText, ReadingStopped
from tables.patience import patiently
from tables.reading import is_light, read_book
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
    with pytest.raises(DomainError) as refused, patiently():
        read_book(content)
    assert refused.value.code == code if code != "unreadable" else refused.value.code in UNREADABLE
    assert refused.value.status == 400
    assert refused.value.message.endswith("后重新上传。") or "csv 文件。" in refused.value.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB, of hundreds of MB that the file asks for


@pytest.mark.parametrize("name", [name for name, (code, _) in ALL.items() if code in JUDGED_OUTSIDE])
def test_what_the_guard_refuses_is_given_to_no_parser(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_in_child", lambda *_args, **_given: pytest.fail("a parser was started"))
    with pytest.raises(DomainError) as refused, patiently():
        read_book(ALL[name][1]())
    assert refused.value.code == ALL[name][0]


@pytest.mark.parametrize("name", ALL)
def test_what_a_job_refuses_is_refused_within_a_request_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_in_child", lambda *_args, **_given: (_ for _ in ()).throw(ReadingStopped()))
    with pytest.raises(DomainError) as refused:
        read_book(ALL[name][1]())
    assert refused.value.status == 400


def test_within_a_request_a_package_may_hold_little_and_in_a_job_much(monkeypatch: pytest.MonkeyPatch) -> None:
    content = hostile.book("<row/>" * 200_000)
    monkeypatch.setattr(limits, "UNPACKED_BYTES_IN_REQUESTS", 1_000_000)
    monkeypatch.setattr(reading, "read_in_child", lambda *_args, **_given: pytest.fail("a parser was started"))
    monkeypatch.setattr(package, "pieces", lambda *_args: pytest.fail("it was inflated"))
    with pytest.raises(ReadingStopped):
        read_book(content)
    monkeypatch.undo()
    with patiently():
        assert read_book(content).first.name == "表1"


def test_within_a_request_a_text_with_more_marks_than_an_honest_one_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"a,b\n" * 10
    monkeypatch.setattr(limits, "MARKS_IN_REQUESTS", 20)
    assert len(list(read_text(content).first)) == 10
    with monkeypatch.context() as patched:
        patched.setattr(text, "_rows", lambda *_args: pytest.fail("it was read"))
        with pytest.raises(ReadingStopped):
            read_text(content + b";")
    with patiently():
        assert len(list(read_text(content + b";").first)) == 11


@pytest.mark.parametrize(
    ("content", "light"),
    [
        pytest.param(b"a,b\n" * 100, True, id="a short text"),
        pytest.param(b"\n" * 15_001, False, id="a text of empty lines"),
        pytest.param(hostile.plain([["甲"]] * 100), True, id="a short workbook"),
        pytest.param(hostile.book("<row/>" * 100_000), False, id="a small workbook that unpacks to much"),
        pytest.param(hostile.WORKBOOKS["3,000 entries"][1](), True, id="what is refused before it is read"),
        pytest.param(hostile.old_workbook([[(0, 0, "甲")]]), True, id="a short old workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(200_000), False, id="a long old workbook"),
    ],
)
def test_how_much_a_file_will_cost_is_told_without_reading_it(content: bytes, light: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "pieces", lambda *_args: pytest.fail("it was inflated"))
    assert is_light(content) is light


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
