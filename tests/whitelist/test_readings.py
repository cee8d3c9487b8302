"""A list that can be read in more than one way: nothing of it is stored before a person has confirmed how."""

from decimal import Decimal
from io import BytesIO

import pytest
import xlsxwriter
from django.test import Client
from django_fsm import TransitionNotAllowed

from audit.models import Event
from common.admin.display_values import page_of
from parties.access import RoleMissing
from parties.models import Enterprise, EnterpriseYear
from parties.rules import credit_code_check_digit, organisation_check_digit
from tests.factories import MemberFactory
from tests.whitelist.cases import AT
from tests.whitelist.lists import HEADINGS, as_csv, tax_row
from whitelist.models import ImportFile, ImportProblem, TaxRow
from whitelist.services.intake import NotCheckedYet, NotesNotChecked, check_list, commit_list, discard_list
from whitelist.services.large_lists import take_list, work_list
from whitelist.services.readings import ReadingDiffers, confirm_reading

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.6.1(2)")]

PLAIN = [heading.replace("（元）", "") for heading in HEADINGS]
WAN = {"capital": "5000", "rd": "407.955555", "revenue": "8000"}


def in_wan(*numbers, **changed):
    return as_csv([["单位：万元", *[""] * 9], PLAIN, *(tax_row(n, **(WAN | changed)) for n in numbers)], headings=["税务名单", *[""] * 9])


def counties(*rows):
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for name, row in zip(("晋江", "南安", "惠安"), rows, strict=False):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, PLAIN)
            sheet.write_row(1, 0, row)
    return held.getvalue()


def check(desk, content, filename="名单.csv"):
    return check_list(kind="tax_list", filename=filename, content=content, actor=desk.science, at=AT)


@pytest.fixture
def confirm(desk, django_capture_on_commit_callbacks):
    def confirmed(file, *, actor=None, **said):
        queued = []
        with django_capture_on_commit_callbacks(execute=True):
            confirm_reading(import_id=file.public_id, actor=actor or desk.science, at=AT, work=queued.append, **said)
        return queued

    return confirmed


def test_a_list_in_another_unit_waits_and_is_converted_once_unit_and_sum_are_confirmed(desk, confirm):
    file = check(desk, in_wan(1, 2))
    assert (file.state, TaxRow.objects.count(), ImportProblem.objects.count()) == ("asked", 0, 0)
    (sheet,) = file.reading["sheets"]
    assert (sheet["rows"], sheet["refused"]) == (2, 0)
    assert {"label": "研发费用", "unit": "万元", "factor": "10000", "written": "815.91111", "yuan": "8159111.10"} in sheet["amounts"]
    with pytest.raises(NotCheckedYet):
        commit_list(import_id=file.public_id, actor=desk.science, at=AT)
    assert confirm(file, unit="万元", control_total=Decimal("8159111.10")) == [file.pk]
    assert work_list(file.pk, at=AT) == "checked"
    assert set(TaxRow.objects.values_list("rd_expense", "registered_capital")) == {(Decimal("4079555.55"), Decimal("50000000.00"))}
    commit_list(import_id=file.public_id, actor=desk.science, at=AT)
    assert EnterpriseYear.objects.first().rd_expense == Decimal("4079555.55")
    said = Event.objects.get(verb="import.reading_confirmed").after
    assert (said["unit"], said["control_total"]) == ("万元", "8159111.10")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"unit": "元", "control_total": Decimal("8159111.10")}, ["unit"]),
        ({"unit": "万元", "control_total": Decimal("815.91")}, ["control_total"]),
        ({}, ["unit", "control_total"]),
    ],
)
def test_another_unit_or_sum_confirms_nothing(desk, confirm, said, fields):
    file = check(desk, in_wan(1, 2))
    with pytest.raises(ReadingDiffers) as refused:
        confirm(file, **said)
    assert [problem.field for problem in refused.value.errors] == fields
    file.refresh_from_db()
    assert (file.state, TaxRow.objects.exists()) == ("asked", False)


def test_a_sheet_per_county_is_one_list_whose_faults_name_their_sheet(desk, confirm):
    again = tax_row(1)
    file = check(desk, counties(tax_row(1), tax_row(2, code="123"), again), "名单.xlsx")
    assert [(sheet["name"], sheet["rows"], sheet["refused"]) for sheet in file.reading["sheets"]] == [
        ("晋江", 1, 0), ("南安", 1, 1), ("惠安", 1, 1),
    ]  # fmt: skip
    confirm(file, unit="元", control_total=Decimal("3000000.00"))
    assert work_list(file.pk, at=AT) == "checked"
    assert list(TaxRow.objects.values_list("sheet", "row")) == [("晋江", 2)]
    problems = [(one.sheet, one.row, one.code) for one in ImportProblem.objects.all()]
    assert problems == [("南安", 2, "credit_code_length"), ("惠安", 2, "duplicate")]
    assert "“晋江”第2行" in ImportProblem.objects.last().detail


def test_a_list_that_reads_otherwise_than_confirmed_is_given_up(desk, confirm):
    file = check(desk, in_wan(1))
    confirm(file, unit="万元", control_total=Decimal("4079555.55"))
    ImportFile.objects.update(reading={"sheets": [], "hidden_sheets": []})
    assert work_list(file.pk, at=AT) == "unreadable"
    assert not TaxRow.objects.exists()


def test_a_large_list_is_asked_about_by_the_job(desk, confirm, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("whitelist.services.large_lists.is_light", lambda content: False)
    given = {"kind": "tax_list", "filename": "名单.csv", "content": in_wan(1), "actor": desk.science, "at": AT}
    with django_capture_on_commit_callbacks(execute=True):
        file = take_list(**given, work=lambda pk: None)
    assert work_list(file.pk, at=AT) == "asked"
    file.refresh_from_db()
    assert (file.reading["sheets"][0]["rows"], TaxRow.objects.exists()) == (1, False)
    confirm(file, unit="万元", control_total=Decimal("4079555.55"))
    assert work_list(file.pk, at=AT) == "checked"


def test_who_may_confirm_and_what_may_be_discarded(desk, confirm):
    file = check(desk, in_wan(1))
    with pytest.raises(RoleMissing):
        confirm(file, actor=MemberFactory.serving("city_treasury"), unit="万元", control_total=Decimal("4079555.55"))
    discard_list(import_id=file.public_id, actor=desk.science, at=AT)
    with pytest.raises(TransitionNotAllowed):
        confirm(file, unit="万元", control_total=Decimal("4079555.55"))
    assert check(desk, in_wan(1)) != file


def test_the_page_shows_what_will_be_read_and_asks(desk):
    file = check(desk, in_wan(1, 2))
    browser = Client()
    browser.force_login(desk.science.user, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(page_of(file)).content.decode()
    for said in ("待确认读法", "815.91111", "×10,000", "8,159,111.10", "/do/confirm-reading/"):
        assert said in page
    assert "/do/commit/" not in page
    form = browser.get(f"{page_of(file).removesuffix('change/')}do/confirm-reading/").content.decode()
    assert 'name="control_total"' in form
    assert "8,159,111.10" in form


def test_a_code_whose_17th_digit_does_not_fit_is_noted_and_taken(desk):
    body = next(code for n in range(40) if (code := f"91350500MA00{n:04d}X") and not code.endswith(organisation_check_digit(code[8:16])))
    file = check(desk, as_csv([tax_row(1, code=body + credit_code_check_digit(body))]))
    problem = ImportProblem.objects.get()
    assert (file.accepted, problem.code, problem.is_warning) == (1, "credit_code_organisation", True)
    with pytest.raises(NotesNotChecked):
        commit_list(import_id=file.public_id, actor=desk.science, at=AT)
    assert not Enterprise.objects.exists()
    commit_list(import_id=file.public_id, actor=desk.science, at=AT, notes_checked=True)
    assert Enterprise.objects.count() == 1
    assert Event.objects.get(verb="import.committed").after["noted"] == 1
