"""Files of movements: checked or recorded, row by row, harmless when repeated, finished after a kill."""

import csv
import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter
from django.db import connections, transaction

from api.models import Upload, UploadRow
from api.services import uploads
from api.services.uploads import stuck_uploads, work_upload
from audit.models import Event
from loans.models import Loan, Movement
from tables import parent, slots
from tests.api.bank import Stage, make_stage
from tests.loan_factories import LoanFactory, noon
from tests.tables import hostile

DAY = date(2024, 6, 20)
Rows = list[dict[str, Any]]


def ndjson(rows: Rows) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def table(rows: Rows) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def workbook(rows: Rows) -> bytes:
    held = BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, start=1):
            for column, (name, value) in enumerate(row.items()):
                if name == "value_on":
                    sheet.write_datetime(number, column, date.fromisoformat(value), day)
                elif name == "amount":
                    sheet.write_number(number, column, float(value))
                else:
                    sheet.write_string(number, column, value)
    return held.getvalue()


FORMATS: Mapping[str, tuple[str, Callable[[Rows], bytes]]] = {
    "ndjson": ("application/x-ndjson", ndjson),
    "csv": ("text/csv", table),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
}


@pytest.fixture
def drawn(stage: Stage) -> tuple[Loan, ...]:
    """Three loans of 10 million, drawn whole."""
    loans = tuple(LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2)) for _ in range(3))
    stage.on(DAY)
    return loans


def sent(stage: Stage, content: bytes, *, form: str = "ndjson", kind: str = "repayment", check: bool = False, status: int = 202) -> Any:
    address = f"/api/v1/uploads/?kind={kind}" + ("&check_only=true" if check else "")
    headers = stage.bank.headers | {"idempotency-key": str(uuid4())}
    answer = stage.bank.http.post(address, data=content, content_type=FORMATS[form][0], headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def worked(stage: Stage, content: bytes, **given: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Send, work and return progress and rows."""
    said = sent(stage, content, **given)
    work_upload(Upload.objects.get(public_id=said["id"]).pk, clock=lambda: noon(DAY))
    rows = stage.bank.get(f"uploads/{said['id']}/rows/?limit=200&ordering=number")["results"]
    return stage.bank.get(f"uploads/{said['id']}/"), rows


def repayment(loan: Loan, number: int, amount: str = "1000.00") -> dict[str, Any]:
    return {"contract_number": loan.contract_number, "amount": amount, "value_on": str(DAY), "bank_reference": f"HB{number:06d}"}


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_records_what_can_be_and_names_what_cannot(stage: Stage, drawn: tuple[Loan, ...], form: str) -> None:
    first, second, third = drawn
    rows = [repayment(first, 1), repayment(second, 2, "99000000.00"), repayment(third, 3), repayment(first, 4), repayment(first, 1, "7.00")]
    rows[3]["contract_number"] = "没有"
    progress, outcomes = worked(stage, FORMATS[form][1](rows), form=form)
    assert (progress["state"], progress["row_count"], progress["done_count"], progress["rejected_count"]) == ("done", 5, 5, 3)
    assert [(row["number"], row["outcome"], row["code"]) for row in outcomes] == [
        (1, "recorded", ""),
        (2, "rejected", "balance_below_zero"),
        (3, "recorded", ""),
        (4, "rejected", "not_found"),
        (5, "rejected", "reference_reused"),
    ]
    assert str(Movement.objects.get(bank_reference="HB000001").public_id) == outcomes[0]["movement_id"]
    told = Event.objects.get(verb="exported")
    assert (told.object_id, told.after["rows"], told.after["filter"]) == ("api.uploadrow", len(outcomes), "limit=200&ordering=number")
    assert Movement.objects.filter(kind="repayment").count() == 2


def test_codes_are_those_of_single_calls(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    row = repayment(drawn[0], 1, "99000000.00")
    single = stage.bank.post(
        f"loans/{drawn[0].public_id}/repayments/", {k: v for k, v in row.items() if k != "contract_number"}, status=409
    )
    _, (outcome,) = worked(stage, ndjson([row]))
    assert (outcome["code"], outcome["detail"]) == (single["code"], single["detail"])


def test_checking_records_nothing_and_judges_each_row_after_those_before_it(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    rows = [repayment(drawn[0], number, "4000000.00") for number in range(3)]
    progress, outcomes = worked(stage, ndjson(rows), check=True)
    assert [row["outcome"] for row in outcomes] == ["acceptable", "acceptable", "rejected"]
    assert progress["check_only"] is True
    assert not Movement.objects.filter(kind="repayment").exists()


def test_a_check_gives_its_locks_back_chunk_by_chunk_and_keeps_together_what_belongs_together(
    transactional_db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    stage, traveller = make_stage()
    loans = [LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2)) for _ in range(2)]
    stage.on(DAY)
    monkeypatch.setattr(uploads, "CHECKED_AT_ONCE", 1)
    sizes: list[int] = []

    def lock_the_first() -> Loan:
        try:
            with transaction.atomic():
                return Loan.objects.select_for_update(nowait=True).get(pk=loans[0].pk)
        finally:
            connections.close_all()

    def records(items: list[Any], **given: Any) -> Any:
        sizes.append(len(items))
        if items[0].loan_id == loans[1].public_id:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(lock_the_first).result(timeout=20) == loans[0]
        return uploads.record_repayments(items, **given)

    monkeypatch.setattr(uploads, "RECORD", {"repayment": records})
    rows = [repayment(loans[0], 1, "9000000.00"), repayment(loans[1], 2), repayment(loans[0], 3, "9000000.00")]
    progress, outcomes = worked(stage, ndjson(rows), check=True)
    traveller.stop()
    assert (progress["state"], progress["done_count"], progress["rejected_count"]) == ("done", 3, 1)
    assert [(row["number"], row["outcome"]) for row in outcomes] == [(1, "acceptable"), (2, "acceptable"), (3, "rejected")]
    assert sizes == [2, 1, 1]  # both of the first loan, again without the one that is refused, then the second loan's


def raw_workbook(rows: list[list[Any]], **formats: str) -> bytes:
    """Return a workbook of cells stored as Python holds them; ``formats`` is the number format by heading."""
    held = BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        shown = {name: book.add_format({"num_format": code}) for name, code in formats.items()}
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, shown.get(rows[0][column]) if number else None)
    return held.getvalue()


LONG = [20261128000101001, 20261128000101002, 20261128000101003]
HEADINGS = ["contract_number", "amount", "value_on", "bank_reference"]


def test_references_that_a_workbook_holds_as_numbers_are_refused_and_as_text_each_counts(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    number = drawn[0].contract_number
    _, outcomes = worked(stage, raw_workbook([HEADINGS, *([number, 1000, str(DAY), one] for one in LONG)]), form="xlsx")
    assert [(row["outcome"], row["field"], row["code"]) for row in outcomes] == [("rejected", "bank_reference", "stored_as_number")] * 3
    assert "文本格式" in outcomes[0]["detail"]
    assert not Movement.objects.filter(kind="repayment").exists()
    _, outcomes = worked(stage, raw_workbook([HEADINGS, *([number, 1000, str(DAY), f"{one}"] for one in LONG)]), form="xlsx")
    assert [row["outcome"] for row in outcomes] == ["recorded"] * 3
    assert sum(Movement.objects.filter(kind="repayment").values_list("amount", flat=True)) == Decimal("3000.00")


def test_a_reference_that_a_number_holds_whole_is_taken(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    _, (outcome,) = worked(stage, raw_workbook([HEADINGS, [drawn[0].contract_number, 1000, str(DAY), 202611280001010]]), form="xlsx")
    assert (outcome["outcome"], outcome["bank_reference"]) == ("recorded", "202611280001010")


@pytest.mark.parametrize("chunk", [1, 1000])
@pytest.mark.parametrize("check", [False, True])
def test_one_reference_twice_in_a_new_file_is_recorded_then_repeated(
    stage: Stage, drawn: tuple[Loan, ...], monkeypatch: pytest.MonkeyPatch, chunk: int, check: bool
) -> None:
    monkeypatch.setattr(uploads, "CHUNK", chunk)
    rows = [repayment(drawn[0], 1), repayment(drawn[0], 1), repayment(drawn[1], 1), repayment(drawn[0], 1, "7.00")]
    _, outcomes = worked(stage, ndjson(rows), check=check)
    assert [(row["outcome"], row["code"]) for row in outcomes] == [
        ("acceptable" if check else "recorded", ""),
        ("repeated", ""),
        ("rejected", "reference_reused"),
        ("rejected", "reference_reused"),
    ]
    assert Movement.objects.filter(kind="repayment").count() == (0 if check else 1)


@pytest.mark.parametrize(
    ("column", "value", "shown", "code"),
    [
        pytest.param("amount", 0.5, "0.00%", "money_percent", id="a percentage"),
        pytest.param("amount", "=1/0", "", "cell_error", id="an error"),
        pytest.param("amount", True, "", "amount_invalid", id="a yes for an amount"),
        pytest.param("amount", 1000.005, "0.00", "max_decimal_places", id="shown rounder than stored"),
        pytest.param("value_on", 45463, "", "date_serial", id="a day's number without its format"),
        pytest.param("value_on", 45463.5, "yyyy-mm-dd", "invalid", id="a moment shown as a day"),
        pytest.param("bank_reference", 45463, "yyyy-mm-dd", "invalid", id="a day for a reference"),
        pytest.param("contract_number", 1.5, "", "stored_as_number", id="a broken number for a contract"),
    ],
)
def test_a_cell_that_is_stored_as_something_else_is_a_fault_with_its_true_reason(
    stage: Stage, drawn: tuple[Loan, ...], column: str, value: Any, shown: str, code: str
) -> None:
    row: dict[str, Any] = repayment(drawn[0], 1) | {column: value}
    cells = [row[name] for name in HEADINGS]
    content = raw_workbook([HEADINGS, cells], **({column: shown} if shown else {}))
    if value == "=1/0":
        content = hostile.with_result(content, "#DIV/0!")
    _, (outcome,) = worked(stage, content, form="xlsx")
    assert (outcome["outcome"], outcome["field"], outcome["code"]) == ("rejected", column, code)
    assert not Movement.objects.filter(kind="repayment").exists()


def test_the_same_file_again_is_harmless(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    content = ndjson([repayment(drawn[0], 1), repayment(drawn[1], 2)])
    _, first = worked(stage, content)
    _, again = worked(stage, content)
    assert [row["outcome"] for row in again] == ["repeated", "repeated"]
    assert [row["movement_id"] for row in again] == [row["movement_id"] for row in first]
    assert Movement.objects.filter(kind="repayment").count() == 2


def test_a_worker_killed_half_way_is_taken_up_and_ends_the_same(
    stage: Stage, drawn: tuple[Loan, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHUNK", 2)
    said = sent(stage, ndjson([repayment(drawn[0], number) for number in range(5)]))
    upload = Upload.objects.get(public_id=said["id"])
    calls = []

    def dies_on_the_second(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return uploads.record_repayments(*args, **kwargs)

    monkeypatch.setattr(uploads, "RECORD", {"repayment": dies_on_the_second})
    with pytest.raises(SystemExit):
        work_upload(upload.pk, clock=lambda: noon(DAY))
    upload.refresh_from_db()
    assert (upload.done_count, upload.state) == (2, "running")
    assert stuck_uploads(at=noon(DAY)) == []
    later = noon(date(2024, 6, 21))
    assert stuck_uploads(at=later) == [upload.pk]
    assert work_upload(upload.pk, clock=lambda: later) == 3
    assert (
        UploadRow.objects.filter(upload=upload, outcome="recorded").count() == 5 - UploadRow.objects.filter(code="reason_missing").count()
    )
    assert work_upload(upload.pk, clock=lambda: later) == 0


def test_drawdowns_stop_at_the_cap_and_the_rest_goes_on(stage: Stage) -> None:
    loans = [LoanFactory(application__bank=stage.scene.bank) for _ in range(2)]
    stage.on(date(2024, 4, 8))
    rows = [
        {"loan_id": str(loan.public_id), "amount": amount, "value_on": "2024-04-08", "bank_reference": f"FK{number}"}
        for number, (loan, amount) in enumerate([(loans[0], "6000000.00"), (loans[0], "6000000.00"), (loans[1], "1000000.00")])
    ]
    said = sent(stage, ndjson(rows), kind="drawdown")
    work_upload(Upload.objects.get(public_id=said["id"]).pk, clock=lambda: noon(date(2024, 4, 8)))
    outcomes = stage.bank.get(f"uploads/{said['id']}/rows/?ordering=created")["results"]
    assert [(row["outcome"], row["code"]) for row in outcomes] == [
        ("recorded", ""), ("rejected", "drawn_over_contract"), ("recorded", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("ndjson", b"\n\n"),
        ("ndjson", b"[1]"),
        ("ndjson", b"{"),
        ("ndjson", b"\xff"),
        ("csv", b"amount,value_on\n1,2\n"),
        ("csv", b"amount,amount,value_on,bank_reference\n"),
        ("csv", b"\xff\xfe"),
        ("csv", b"amount,value_on,bank_reference\n"),
        ("xlsx", b"PK\x03\x04nonsense"),
    ],
)
def test_files_that_cannot_be_read_are_refused_as_a_whole(stage: Stage, form: str, content: bytes) -> None:
    assert sent(stage, content, form=form, status=400)["code"] == "upload_unreadable"


HOSTILE = ("one cell in the last corner", "one cell in the last column of row 20,000", "300 MB in 300 kB", "a shared text used 8,000 times",
           "entities that grow", "a workbook with a password", "two million empty rows", "cut off")  # fmt: skip


SOONER = dict.fromkeys(("a shared text used 8,000 times", "400,000 rows"), "file_reading_stopped")  # a request takes less than a job would


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_before_it_is_taken_in(stage: Stage, name: str) -> None:
    code, make = hostile.WORKBOOKS[name]
    said = sent(stage, make(), form="xlsx", status=400)
    expected = SOONER.get(name, code)
    assert said["code"] == ("upload_unreadable" if expected == "unreadable" else expected)
    assert not Upload.objects.exists()


@pytest.mark.parametrize("name", hostile.TEXTS)
def test_a_hostile_table_of_text_is_refused_before_it_is_taken_in(stage: Stage, name: str) -> None:
    code, make = hostile.TEXTS[name]
    expected = SOONER.get(name, code)
    assert sent(stage, make(), form="csv", status=400)["code"] == ("upload_unreadable" if expected == "unreadable" else expected)
    assert not Upload.objects.exists()


def test_a_workbook_whose_reader_dies_is_a_refusal_not_a_failure(stage: Stage, drawn: tuple[Loan, ...], monkeypatch: Any) -> None:
    monkeypatch.setattr(parent, "command", lambda **_given: [sys.executable, "-c", "import os; os.abort()"])
    assert sent(stage, workbook([repayment(drawn[0], 1)]), form="xlsx", status=400)["code"] == "file_reading_stopped"
    assert not Upload.objects.exists()


def test_no_place_for_a_reader_is_told_with_when_to_come_again(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    headers = stage.bank.headers | {"idempotency-key": "busy"}
    stage.bank.http.raise_request_exception = False
    content = workbook([repayment(drawn[0], 1)])
    with slots.place():  # another request reads
        answer = stage.bank.http.post("/api/v1/uploads/?kind=repayment", data=content, content_type=FORMATS["xlsx"][0], headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "file_readers_busy", "5")


def test_a_workbook_is_read_no_further_than_to_the_first_row_too_many(stage: Stage) -> None:
    rows = "".join(f'<row r="{n}">{hostile.inline(f"A{n}", "HT1")}</row>' for n in range(2, 10_100))
    unread = f'<row r="20000">{hostile.inline("ZZ20000", "x")}</row>'  # refused under a code of its own where it is read
    assert sent(stage, hostile.book(rows + unread), form="xlsx", status=400)["code"] == "upload_too_long"


def test_an_old_workbook_is_not_taken_under_the_name_of_a_new_one(stage: Stage) -> None:
    content = hostile.old_workbook([[(0, 0, "amount"), (0, 1, "value_on"), (0, 2, "bank_reference")]])
    assert sent(stage, content, form="xlsx", status=400)["code"] == "upload_unreadable"


def test_too_many_rows_are_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.upload_rows.MOST_ROWS", 2)
    assert sent(stage, b"{}\n{}\n{}", status=400)["code"] == "upload_too_long"


def test_another_kind_of_content_is_refused(stage: Stage) -> None:
    headers = stage.bank.headers | {"idempotency-key": "k"}
    for content in (b"{}", b""):
        answer = stage.bank.http.post("/api/v1/uploads/?kind=repayment", data=content, content_type="application/pdf", headers=headers)
        assert answer.status_code == 415


def test_another_programs_upload_does_not_exist(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    said = sent(stage, ndjson([repayment(drawn[0], 1)]))
    stage.other.get(f"uploads/{said['id']}/", status=404)
    stage.other.get(f"uploads/{said['id']}/rows/", status=404)
    assert stage.other.get("uploads/")["results"] == []


@pytest.mark.parametrize("field", ["bank_reference", "reason", "contract_number", "loan_id", "amount", "value_on", "x\x00\ud800"])
@pytest.mark.parametrize(
    "cell", ["a\x00b", "\ud800", "x" * 100_000, [1], {"a": 1}, 10**400, float("inf"), True, "９"], ids=lambda cell: f"{cell!r:.12}"
)
def test_a_cell_that_nobody_can_store_is_a_row_that_is_rejected_not_a_job_that_fails_for_ever(
    stage: Stage, drawn: tuple[Loan, ...], field: str, cell: Any
) -> None:
    rows = [repayment(drawn[0], 1) | {field: cell}, repayment(drawn[1], 2)]
    progress, found = worked(stage, "\n".join(json.dumps(row) for row in rows).encode())
    assert (progress["state"], progress["done_count"]) == ("done", 2)
    outcome = "recorded" if (field, cell) in (("bank_reference", "９"), ("reason", "９")) else "rejected"
    assert [row["outcome"] for row in found] == [outcome, "recorded"]
