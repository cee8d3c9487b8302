"""Lists from outside: read strictly, checked first, committed after."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common.errors import DomainError
from documents.services import documents_of
from parties.access import RoleMissing
from parties.models import Enterprise, EnterpriseYear, TaxHome
from parties.selectors import district_of
from tables.cells import Cell, Stored
from tables.heads import HeadingsMissing, HeadingTwice
from tables.survey import HeadingUnit
from tables.table import UnreadableFile
from tests.factories import EnterpriseFactory, EnterpriseYearFactory, MemberFactory, credit_code
from tests.tables import hostile
from tests.whitelist.cases import AT, day, listed_rd
from tests.whitelist.lists import HEADINGS, as_csv, as_xlsx, tax_row
from whitelist import tasks
from whitelist.enums import ImportState, RowOutcome
from whitelist.intake import cells
from whitelist.models import Entry, ImportFile, ImportProblem, StackingRecord, StackingRow, TaxRow
from whitelist.selectors.eligibility import technology_credits
from whitelist.selectors.imports import changed_after_listing, problem_counts
from whitelist.services import intake
from whitelist.services.intake import (
    EmptyList,
    ImportCommitted,
    ImportDiscarded,
    NothingAccepted,
    check_list,
    commit_list,
    discard_list,
)

pytestmark = pytest.mark.django_db


def check(desk, content, *, filename="名单.csv", at=AT, kind="tax_list"):
    return check_list(kind=kind, filename=filename, content=content, actor=desk.science, at=at)


def commit(desk, file, *, at=AT):
    return commit_list(import_id=file.public_id, actor=desk.science, at=at)


def take_over(desk, rows, *, at=AT):
    return commit(desk, check(desk, as_csv(rows), at=at), at=at)


@pytest.mark.clause("FP 1.6.1(2)")
@pytest.mark.parametrize(
    ("content", "filename"),
    [
        pytest.param(as_csv([tax_row(1)]), "名单.csv", id="csv in UTF-8 with mark"),
        pytest.param(as_csv([tax_row(1)], encoding="gbk"), "名单.csv", id="csv in GBK"),
        pytest.param(as_csv([tax_row(1)], encoding="utf-16"), "名单.csv", id="csv in UTF-16"),
        pytest.param(as_xlsx([tax_row(1)], title="泉州市2023年度研发费用名单"), "名单.xlsx", id="workbook with a title above"),
        pytest.param(
            as_xlsx([tax_row(1, founded=date(2015, 6, 1), capital=50000000, year=2023, rd=3000000.0, revenue=8e7, employees=120)]),
            "名单.xlsx",
            id="workbook with real dates and numbers",
        ),
        pytest.param(
            as_csv([list(reversed(tax_row(1)))], headings=[f" {h} " for h in reversed(HEADINGS)]), "名单.csv", id="columns in another order"
        ),
        pytest.param(as_csv([tax_row(1, district="晋江", capital='"50,000,000.00"'.strip('"'))]), "名单.csv", id="short name, separators"),
    ],
)
def test_a_list_is_read_whatever_its_form(desk, content, filename):
    file = commit(desk, check(desk, content, filename=filename))
    enterprise = Enterprise.objects.get(credit_code=credit_code(500_001))
    figures = EnterpriseYear.objects.get(enterprise=enterprise, year=2023)
    assert (file.rows, file.accepted, file.refused, file.outcomes) == (1, 1, 0, {"new": 1})
    assert (enterprise.name, enterprise.industry_code, enterprise.registered_on) == ("泉州名单企业1有限公司", "C3429", date(2015, 6, 1))
    assert (figures.rd_expense, figures.revenue, figures.employees) == (Decimal("3000000.00"), Decimal("80000000.00"), 120)
    assert district_of(enterprise, on=AT.date()).name == "晋江市"


def test_checking_changes_nothing_else(desk):
    file = check(desk, as_csv([tax_row(1)]))
    assert (file.state, TaxRow.objects.count(), Enterprise.objects.count()) == (ImportState.CHECKED, 1, 0)
    assert documents_of(file).get().filename == "名单.csv"


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        pytest.param({"code": "91350582MA2XYK2T0N"}, "统一社会信用代码", "credit_code_check_digit", id="check digit"),
        pytest.param({"code": "9135058"}, "统一社会信用代码", "credit_code_length", id="too short"),
        pytest.param({"code": "91350582MA2XYK2TIO"}, "统一社会信用代码", "credit_code_alphabet", id="letters I and O"),
        pytest.param({"name": " "}, "企业名称", "required", id="no name"),
        pytest.param({"industry": "Z99"}, "行业代码", "industry_code", id="no such industry"),
        pytest.param({"district": "思明区"}, "所得税归属县(市、区)", "district", id="another city"),
        pytest.param({"district": "金门县"}, "所得税归属县(市、区)", "district", id="closed district"),
        pytest.param({"founded": "二零一五"}, "成立日期", "date", id="no date"),
        pytest.param({"founded": "2015-02-30"}, "成立日期", "date", id="no such day"),
        pytest.param({"founded": "2024-07-02"}, "成立日期", "date_in_future", id="tomorrow"),
        pytest.param({"founded": "2024-01-02"}, "年度", "year_before_founding", id="founded after the year"),
        pytest.param({"year": "2024"}, "年度", "year", id="a year not over"),
        pytest.param({"rd": "三百万"}, "研发费用", "money", id="words for an amount"),
        pytest.param({"rd": "nan"}, "研发费用", "money", id="not a number"),
        pytest.param({"rd": "1e7"}, "研发费用", "money", id="a power of ten"),
        pytest.param({"rd": "1.005"}, "研发费用", "money_places", id="three places"),
        pytest.param({"rd": "-1"}, "研发费用", "money_negative", id="negative"),
        pytest.param({"rd": ""}, "研发费用", "required", id="no figure"),
        pytest.param({"capital": "99999999999999999"}, "注册资本", "money_too_large", id="too large"),
        pytest.param({"employees": "12.5"}, "从业人员", "whole_number", id="half a person"),
        pytest.param({"rd": "1234,56"}, "研发费用", "money_grouping", id="a comma for a point"),
        pytest.param({"rd": "300万"}, "研发费用", "money_unit", id="a unit in the cell"),
        pytest.param({"founded": "45356"}, "成立日期", "date_serial", id="a day's number"),
        pytest.param({"founded": "15.6.1"}, "成立日期", "date_short_year", id="a short year"),
        pytest.param({"founded": "2015年6月"}, "成立日期", "date_without_day", id="no day"),
        pytest.param({"code": "000000000000000000"}, "统一社会信用代码", "credit_code_structure", id="zeros"),
        pytest.param({"code": "350500197001010010"}, "统一社会信用代码", "credit_code_structure", id="a person's number"),
    ],
)
def test_a_faulty_cell_refuses_its_row_only(desk, changed, column, code):
    file = check(desk, as_csv([tax_row(1), tax_row(2, **changed), tax_row(3)]))
    problem = ImportProblem.objects.get()
    assert (file.rows, file.accepted, file.refused) == (3, 2, 1)
    assert (problem.row, problem.column, problem.code) == (3, column, code)
    assert problem.detail.endswith(("。", "）"))
    assert list(TaxRow.objects.values_list("row", flat=True)) == [2, 4]


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        pytest.param({"industry": 610}, "行业代码", "industry_code_zero", id="a lost zero"),
        pytest.param({"industry": 711}, "行业代码", "industry_code_zero", id="a group, or a lost zero"),
        pytest.param({"industry": 6}, "行业代码", "industry_code_zero", id="a division that lost its zero"),
        pytest.param({"code": 913505821234567}, "统一社会信用代码", "stored_as_number", id="a code as a number"),
        pytest.param({"founded": 45356}, "成立日期", "date_serial", id="a day's number"),
        pytest.param({"rd": True}, "研发费用", "money", id="yes for an amount"),
    ],
)
def test_a_cell_stored_as_what_loses_its_meaning_is_refused(desk, changed, column, code):
    file = check(desk, as_xlsx([tax_row(1), tax_row(2, **changed)]), filename="名单.xlsx")
    assert [(one.row, one.column, one.code) for one in ImportProblem.objects.all()] == [(3, column, code)]
    assert file.accepted == 1


@pytest.mark.parametrize(("industry", "kept"), [(3429, "C3429"), ("0610", "B0610"), ("711", "L711")])
def test_an_industry_code_that_lost_nothing_is_read(desk, industry, kept):
    check(desk, as_xlsx([tax_row(1, industry=industry)]), filename="名单.xlsx")
    assert TaxRow.objects.get().industry_code == kept


def test_a_list_that_gives_its_amounts_two_units_is_refused(desk):
    for rows, title in (([tax_row(1)], "单位：万元"), ([tax_row(1), ["注：金额单位为万元"]], "")):
        with pytest.raises(HeadingUnit):
            check(desk, as_xlsx(rows, title=title), filename="名单.xlsx")
    assert not ImportFile.objects.exists()


def test_a_total_below_the_list_is_checked_and_no_row(desk):
    total = ["合计", "", "", "", "", "100000000.00", "", "6000000.00", "", ""]
    right = check(desk, as_csv([tax_row(1), tax_row(2), total]))
    assert (right.rows, right.accepted, right.problems.count()) == (2, 2, 0)
    total[7] = "6000000.01"
    wrong = check(desk, as_csv([tax_row(1), tax_row(2), total]))
    assert (wrong.rows, wrong.accepted, [one.code for one in wrong.problems.all()]) == (3, 2, ["total_differs"])


def test_an_enterprise_listed_twice_is_taken_once(desk):
    file = check(desk, as_csv([tax_row(1), tax_row(1, rd="9000000.00")]))
    assert (file.accepted, file.refused, problem_counts(file)) == (1, 1, {"duplicate": 1})
    assert "第2行" in ImportProblem.objects.get().detail


def test_a_strange_figure_is_only_warned_about(desk):
    file = check(desk, as_csv([tax_row(1, rd="90000000.00")]))
    assert (file.accepted, ImportProblem.objects.get().is_warning) == (1, True)


@pytest.mark.parametrize(
    ("content", "filename", "error"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\xff", "名单.csv", UnreadableFile, id="a picture"),
        pytest.param(b"PK\x03\x04broken", "名单.xlsx", UnreadableFile, id="a broken workbook"),
        pytest.param(as_csv([], headings=HEADINGS), "名单.csv", EmptyList, id="headings only"),
        pytest.param(as_csv([tax_row(1)[:-4]], headings=HEADINGS[:-4]), "名单.csv", HeadingsMissing, id="columns missing"),
        pytest.param(as_csv([[*tax_row(1), "1"]], headings=[*HEADINGS, "研发费用"]), "名单.csv", HeadingTwice, id="a column twice"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_trace(desk, content, filename, error):
    desk.science  # noqa: B018  (made before the count)
    with pytest.raises(error):
        check(desk, content, filename=filename)
    assert not ImportFile.objects.exists()


@pytest.mark.parametrize(
    "name", ["one cell in the last corner", "a workbook with a password", "cut off", "a field of 140,000 characters", "NUL characters"]
)
def test_a_hostile_file_leaves_no_trace(desk, name):
    code, make = (hostile.WORKBOOKS | hostile.TEXTS)[name]
    desk.science  # noqa: B018  (made before the count)
    with pytest.raises(DomainError) as refused:
        check(desk, make())
    assert refused.value.code == ("unreadable_file" if code == "unreadable" else code)
    assert not ImportFile.objects.exists()


def test_an_old_workbook_is_read(desk):
    content = hostile.old_workbook(
        [[(row, column, str(cell)) for row, cells in enumerate([HEADINGS, tax_row(1)]) for column, cell in enumerate(cells)]]
    )
    file = commit(desk, check(desk, content, filename="名单.xls"))
    assert (file.outcomes, EnterpriseYear.objects.get().rd_expense) == ({"new": 1}, Decimal("3000000.00"))


def test_the_same_file_again_changes_nothing(desk):
    content = as_csv([tax_row(1), tax_row(2)])
    first = commit(desk, check(desk, content))
    events = Event.objects.count()
    second = check(desk, content)
    assert commit(desk, second).pk == first.pk
    assert (ImportFile.objects.count(), TaxRow.objects.count(), Event.objects.count()) == (1, 2, events)


def test_the_same_rows_in_another_file_are_unchanged(desk):
    take_over(desk, [tax_row(1)])
    before = list(EnterpriseYear.objects.values())
    again = commit(desk, check(desk, as_xlsx([tax_row(1)]), filename="名单.xlsx"))
    assert again.outcomes == {"unchanged": 1}
    assert (list(EnterpriseYear.objects.values()), TaxHome.objects.count()) == (before, 1)


def test_changed_figures_replace_the_year_and_the_row_keeps_what_they_were(desk):
    take_over(desk, [tax_row(1)])
    file = take_over(desk, [tax_row(1, rd="4000000.00")])
    row = file.tax_rows.get()
    assert (row.outcome, row.previous_rd_expense) == (RowOutcome.CHANGED, Decimal("3000000.00"))
    assert EnterpriseYear.objects.get().rd_expense == Decimal("4000000.00")


@pytest.mark.clause("D3")
def test_figures_changed_after_listing_are_reported_and_leave_the_entry_alone(desk):
    entry = listed_rd(desk)
    file = take_over(
        desk, [tax_row(1, code=entry.enterprise.credit_code, name=entry.enterprise.name, rd="1.00", revenue="200000000.00", employees=350)]
    )
    assert [row.credit_code for row in changed_after_listing(file)] == [entry.enterprise.credit_code]
    assert Entry.objects.get(pk=entry.pk).last_year_rd_expense == Decimal("10000000.00")


def test_the_newest_list_corrects_master_data_and_tax_home_with_a_trace(desk):
    take_over(desk, [tax_row(1, year="2022")])
    take_over(desk, [tax_row(1, name="泉州新名称有限公司", district="石狮市")])
    enterprise = Enterprise.objects.get()
    assert enterprise.name == "泉州新名称有限公司"
    assert [(home.district.name, home.until_on) for home in enterprise.tax_homes.all()] == [("晋江市", AT.date()), ("石狮市", None)]
    assert Event.objects.filter(verb="enterprise.corrected_by_tax_list").count() == 2


def test_an_older_list_adds_figures_and_corrects_nothing(desk):
    take_over(desk, [tax_row(1)])
    file = take_over(desk, [tax_row(1, name="旧名称", district="石狮市", year="2022")])
    enterprise = Enterprise.objects.get()
    assert (file.outcomes, enterprise.name, enterprise.tax_homes.get().district.name) == ({"added": 1}, "泉州名单企业1有限公司", "晋江市")
    assert enterprise.years.count() == 2


def test_an_enterprise_known_from_elsewhere_keeps_its_row(desk):
    known = EnterpriseFactory()
    EnterpriseYearFactory(enterprise=known, source="enterprise", rd_expense=Decimal("1.00"))
    file = take_over(desk, [tax_row(1, code=known.credit_code, name=known.name)])
    assert file.outcomes == {"added": 1}
    assert set(known.years.values_list("source", "rd_expense")) == {("enterprise", Decimal("1.00")), ("tax", Decimal("3000000.00"))}


def test_killed_half_way_and_run_again_the_end_is_the_same(desk, monkeypatch):
    file = check(desk, as_csv([tax_row(1), tax_row(2)]))

    def killed(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(intake, "record", killed)
        with pytest.raises(SystemExit):
            commit(desk, file)
    assert (Enterprise.objects.count(), EnterpriseYear.objects.count()) == (0, 0)
    assert set(TaxRow.objects.values_list("outcome", flat=True)) == {""}
    assert commit(desk, file).outcomes == {"new": 2}
    assert (Enterprise.objects.count(), EnterpriseYear.objects.count(), TaxHome.objects.count()) == (2, 2, 2)


def test_a_discarded_file_is_not_committed_and_may_come_again(desk):
    content = as_csv([tax_row(1)])
    file = check(desk, content)
    discard_list(import_id=file.public_id, actor=desk.science, at=AT)
    with pytest.raises(ImportDiscarded):
        commit(desk, file)
    fresh = commit(desk, check(desk, content))
    assert fresh.pk != file.pk
    with pytest.raises(ImportCommitted):
        discard_list(import_id=fresh.public_id, actor=desk.science, at=AT)


def test_a_file_without_a_good_row_is_not_committed(desk):
    with pytest.raises(NothingAccepted):
        commit(desk, check(desk, as_csv([tax_row(1, rd="")])))


def test_only_the_science_bureau_takes_in_the_tax_list(desk):
    for actor in (desk.industry, desk.county, MemberFactory()):
        with pytest.raises(RoleMissing):
            check_list(kind="tax_list", filename="名单.csv", content=as_csv([tax_row(1)]), actor=actor, at=AT)


def test_the_number_of_statements_does_not_grow_with_the_rows(desk, django_assert_max_num_queries):
    few, many = check(desk, as_csv([tax_row(n) for n in range(2)])), check(desk, as_csv([tax_row(n) for n in range(100, 400)]))
    for file in (few, many):
        with django_assert_max_num_queries(22):
            commit(desk, file)


@pytest.mark.clause("FP 1.6.1(2)")
def test_a_workbook_of_4000_rows_is_checked_and_committed_in_few_statements(desk, django_assert_max_num_queries):
    content = as_xlsx([tax_row(n) for n in range(4000)])
    desk.science  # noqa: B018
    # 26, one each by which check and commit allow themselves more time, one look before reading, two by which a paper is kept once
    with django_assert_max_num_queries(31):
        file = commit(desk, check(desk, content, filename="名单.xlsx"))
    assert file.outcomes == {"new": 4000}
    assert TaxRow.objects.count() == 4000


def test_a_large_list_is_committed_by_a_task_in_the_name_of_who_ordered_it(desk):
    file = check(desk, as_csv([tax_row(1)]))
    assert tasks.commit_import(str(file.public_id), desk.science.pk) == {"new": 1}
    file.refresh_from_db()
    assert file.committed_by == desk.science


@given(cents=st.integers(min_value=0, max_value=10**17))
def test_an_amount_is_read_as_it_was_written(cents):
    amount = Decimal(cents).scaleb(-2)
    assert cells.money(Cell(Stored.TEXT, f"{amount:,.2f}元")) == cells.money(Cell(Stored.TEXT, str(amount))) == amount


def test_committed_rows_are_history(desk):
    file = take_over(desk, [tax_row(1)])
    with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
        file.tax_rows.update(rd_expense=Decimal("1.00"))
    assert connection.is_usable()


STACKING = ("统一社会信用代码", "企业名称", "扶持政策", "年度", "投资项目代码", "贷款合同编号")


@pytest.mark.clause("D24")
def test_a_list_of_other_support_is_taken_over_once(desk):
    rows = [
        [credit_code(1), "甲", "技改贴息", "2023", "2024-350582-34-03-000001", ""],
        [credit_code(2), "乙", "其他科技信贷扶持", "2024", "", ""],
        [credit_code(2), "乙", "其他科技信贷扶持", "2024", "", "HT-1"],
        [credit_code(3), "丙", "人才补贴", "2024", "", ""],
        [credit_code(2), "乙", "其他科技信贷扶持", "2024", "", "HT-1"],
    ]
    file = check(desk, as_csv(rows, headings=STACKING), kind="stacking")
    assert (file.accepted, problem_counts(file)) == (3, {"duplicate": 1, "programme": 1})
    assert commit(desk, file).outcomes == {"new": 3, "unchanged": 0}
    longer = check(desk, as_csv([*rows, [credit_code(4), "丁", "技改贴息", "2024", "", ""]], headings=STACKING), kind="stacking")
    assert commit(desk, longer).outcomes == {"new": 1, "unchanged": 3}
    assert (StackingRecord.objects.count(), StackingRow.objects.count()) == (4, 7)


@pytest.mark.clause("FP 3.2")
def test_a_contract_number_speaks_of_one_loan_only(desk):
    rows = [[credit_code(1), "甲", "其他科技信贷扶持", "2024", "", "HT-1"], [credit_code(2), "乙", "其他科技信贷扶持", "2024", "", ""]]
    commit(desk, check(desk, as_csv(rows, headings=STACKING), kind="stacking"))
    asked = [
        (credit_code(1), "HT-1"),
        (credit_code(1), "ｈｔ－１"),
        (credit_code(1), "HT-2"),
        (credit_code(1), ""),
        (credit_code(2), "HT-9"),
    ]
    answers = [technology_credits(credit_code=code, year=2024, contract_number=number).exists() for code, number in asked]
    assert answers == [True, True, False, False, True]
    assert day(2024, 7, 1) == AT
