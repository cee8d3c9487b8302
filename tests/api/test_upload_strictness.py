"""Files of movements judged as single calls are: same refusals, surplus told and never dropped, the outcome as one table."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter

from api.models import Upload
from api.services.uploads import work_upload
from audit.models import Event
from loans.models import Loan, Movement
from tests.api.bank import Stage
from tests.api.test_uploads import DAY, HEADINGS, ndjson, repayment, sent, table, worked
from tests.api.test_uploads import drawn as drawn
from tests.loan_factories import noon


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", " 1.00"), ("amount", "1.00\n"), ("amount", "1e2"), ("amount", 1), ("amount", 0.5), ("amount", "0.00"), ("amount", None),
        ("value_on", "20240620"), ("value_on", "2024-6-20"), ("value_on", "2024-W25-4"), ("value_on", "２０２４-06-20"),
        ("value_on", 45463),        ("value_on", "2024-06-21"),
        ("bank_reference", "a\nb"), ("bank_reference", "a\u202eb"), ("bank_reference", "a\x07b"),
        ("bank_reference", 7),        ("bank_reference", ""),
        ("bank_reference", '="00012"'), ("bank_reference", "2.02611E+17"), ("bank_reference", "x" * 65),
        ("reason", ["x"]), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_line_is_refused_as_the_single_call_is(stage: Stage, drawn: tuple[Loan, ...], field: str, value: Any) -> None:
    asked = {"amount": "1.00", "value_on": str(DAY), "bank_reference": "LS-1"} | {field: value}
    single = stage.bank.http.post(
        f"/api/v1/loans/{drawn[0].public_id}/repayments/",
        data=json.dumps(asked),
        content_type="application/json",
        headers=stage.bank.headers | {"idempotency-key": str(uuid4())},
    ).json()
    (problem,) = single["errors"]
    _, (outcome,) = worked(stage, ndjson([asked | {"loan_id": str(drawn[0].public_id)}]))
    code = problem["code"] if single["code"] == "invalid_input" else single["code"]
    assert (outcome["field"], outcome["code"]) == (problem["field"], code)
    assert not Movement.objects.filter(kind="repayment").exists()


def test_a_broken_line_is_one_fault_and_not_the_file(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    good = ndjson([repayment(drawn[0], 1) | {"reason": "行\u2028内"}])
    twice = b'{"amount": "1.00", "amount": "2.00"}'
    progress, outcomes = worked(stage, b"\xef\xbb\xbf" + good + b"\r\n\n{\n[1]\n" + twice + b'\n{"amount": NaN}\n\xff\n')
    assert [(row["outcome"], row["code"]) for row in outcomes] == [
        ("recorded", ""), ("rejected", "parse_error"), ("rejected", "invalid"), *[("rejected", "parse_error")] * 3,
    ]  # fmt: skip
    assert (progress["state"], progress["rejected_count"]) == ("done", 5)


def test_what_a_row_of_a_table_has_besides_is_its_fault(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    rows = [repayment(drawn[0], number) for number in (1, 2)]
    first, second, third = table(rows).decode().splitlines()
    _, outcomes = worked(stage, f"{first}\n{second},,补充\n{third}\n".encode(), form="csv")
    assert [(row["outcome"], row["field"], row["code"]) for row in outcomes] == [("rejected", "F 列", "unknown"), ("recorded", "", "")]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_workbook_of_several_sheets_is_refused_because_a_part_would_stay_unread(
    stage: Stage, drawn: tuple[Loan, ...], hidden: bool
) -> None:
    held = BytesIO()
    with xlsxwriter.Workbook(held) as book:
        for name in ("一月", "二月"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_row(1, 0, [drawn[0].contract_number, 1000, str(DAY), name])
        if hidden:
            sheet.hide()
    assert "二月" in sent(stage, held.getvalue(), form="xlsx", status=400)["detail"]


def test_the_outcome_is_one_table_once_all_is_done(stage: Stage, drawn: tuple[Loan, ...]) -> None:
    rows = [repayment(drawn[0], 1), repayment(drawn[1], 2, "1e2")]
    said = sent(stage, ndjson(rows))
    assert stage.bank.get(f"uploads/{said['id']}/outcome/", status=409)["code"] == "upload_under_way"
    work_upload(Upload.objects.get(public_id=said["id"]).pk, clock=lambda: noon(DAY))
    answer = stage.bank.http.get(f"/api/v1/uploads/{said['id']}/outcome/", headers=stage.bank.headers | {"accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    found = list(csv.DictReader(StringIO(answer.content.decode())))
    shown = stage.bank.get(f"uploads/{said['id']}/rows/?ordering=number")["results"]
    assert found == [{name: "" if value is None else str(value) for name, value in row.items()} for row in shown]
    assert Event.objects.filter(verb="exported", after__form="csv").count() == 1
    stage.other.get(f"uploads/{said['id']}/outcome/", status=404)
