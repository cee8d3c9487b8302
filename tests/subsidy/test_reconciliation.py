"""The bank's own figures beside ours."""

import io
from decimal import Decimal

import pytest
import xlsxwriter

from audit.models import Event
from common.errors import DomainError, NotAllowed, NotVisible
from parties.models import Institution
from subsidy.models import BankFigure, Reconciliation, Settlement
from subsidy.selectors.reconciliation import differences
from subsidy.services.reconciliation import EmptyFile, NoRowAccepted, check_bank_figures, commit_bank_figures
from tables.errors import TooManyRows
from tables.heads import HeadingsMissing
from tests.factories import MemberFactory
from tests.subsidy.conftest import AT
from tests.subsidy.factories import People, drafted, make_loan
from tests.tables import hostile

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.6.4")]


@pytest.fixture
def settlement(bank: Institution, people: People) -> Settlement:
    """Three loans: the bank will agree on the first only."""
    for _ in range(3):
        make_loan(bank)
    return drafted(bank, people, year=2024, quarter=2, at=AT)


def contracts(settlement: Settlement) -> list[str]:
    assert settlement.current is not None
    return list(settlement.current.lines.order_by("loan_id").values_list("loan__contract_number", flat=True))


def csv_of(*rows: tuple[str, str], encoding: str = "utf-8") -> bytes:
    return "\n".join(["合同编号,贴息金额（元）", *(f"{a},{b}" for a, b in rows)]).encode(encoding)


def check(settlement: Settlement, content: bytes, actor: object, filename: str = "对账.csv") -> Reconciliation:
    return check_bank_figures(settlement_id=str(settlement.public_id), filename=filename, content=content, actor=actor, at=AT)  # type: ignore[arg-type]


def test_differences_are_listed_with_both_sums_opened_to_segments(settlement: Settlement, people: People) -> None:
    one, two, _ = contracts(settlement)
    file = check(settlement, csv_of((one, '"29,388.89"'), (two, "29388.88")), people.bank_handler)
    assert file.errors == []
    assert commit_bank_figures(reconciliation_id=str(file.public_id), actor=people.bank_handler, at=AT).state == "committed"
    second, third = differences(file)
    assert (second.loan.contract_number, second.ours, second.theirs, second.amount) == (
        two,
        Decimal("29388.89"),
        Decimal("29388.88"),
        Decimal("0.01"),
    )
    (opened,) = second.lines
    assert [(part.days, part.balance) for part in opened.segments] == [(92, Decimal("10000000.00"))]
    assert (third.theirs, third.amount) == (None, Decimal("29388.89"))


def test_a_workbook_with_faults_takes_the_good_rows(settlement: Settlement, people: People) -> None:
    one, two, _ = contracts(settlement)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        rows = [
            ["合同编号", "贴息金额", "按回报利率计息"],
            [one, 29388.89, 80500],
            [two, "三万"],
            ["没有", 1.0],
            [one, 1.0],
            [two, -5.5],
            ["", 1],
        ]
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    file = check(settlement, out.getvalue(), people.bank_handler, "对账.xlsx")
    assert [(e["row"], e["column"], e["code"]) for e in file.errors] == [
        (3, "贴息金额", "money"),
        (4, "合同编号", "unknown_contract"),
        (5, "合同编号", "contract_twice"),
        (7, "合同编号", "required"),
    ]
    assert list(BankFigure.objects.values_list("row", "subsidy", "bank_interest")) == [
        (2, Decimal("29388.89"), Decimal("80500.00")),
        (6, Decimal("-5.50"), None),
    ]


def test_the_same_file_again_changes_nothing(settlement: Settlement, people: People) -> None:
    content = csv_of((contracts(settlement)[0], "1"), encoding="gbk")
    first = check(settlement, content, people.bank_handler)
    assert check(settlement, content, people.bank_handler) == first
    for _ in range(2):
        commit_bank_figures(reconciliation_id=str(first.public_id), actor=people.bank_handler, at=AT)
    assert BankFigure.objects.count() == 1
    assert Event.objects.filter(verb="reconciliation.committed").count() == 1


def test_a_file_as_a_whole_is_refused_without_a_trace(settlement: Settlement, people: People) -> None:
    with pytest.raises(HeadingsMissing, match="贴息金额"):
        check(settlement, "合同编号\nA".encode(), people.bank_handler)
    with pytest.raises(EmptyFile):
        check(settlement, csv_of(), people.bank_handler)
    assert not Reconciliation.objects.exists()
    bad = check(settlement, csv_of(("没有", "1")), people.bank_handler)
    with pytest.raises(NoRowAccepted):
        commit_bank_figures(reconciliation_id=str(bad.public_id), actor=people.bank_handler, at=AT)


def test_a_contract_is_found_in_full_width_too_and_a_right_total_is_no_row(settlement: Settlement, people: People) -> None:
    one, two, _ = contracts(settlement)
    wide = one.lower().translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert wide != one
    file = check(settlement, csv_of((wide, "1.00"), (two, "2.00"), ("合计", "3.00")), people.bank_handler)
    assert (file.row_count, file.errors) == (2, [])
    wrong = check(settlement, csv_of((one, "1.00"), (two, "2.00"), ("合计", "3.01")), people.bank_handler)
    assert [(e["row"], e["column"], e["code"]) for e in wrong.errors] == [(4, "贴息金额", "total_differs")]
    assert wrong.figures.count() == 2


def test_more_rows_than_a_bank_has_loans_are_refused_and_of_many_faults_the_first_are_kept(
    settlement: Settlement, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subsidy.services.reconciliation.MOST_ROWS", 4)
    monkeypatch.setattr("tables.columns.MOST_LISTED", 2)
    with pytest.raises(TooManyRows):
        check(settlement, csv_of(*[("没有", "1")] * 5), people.bank_handler)
    assert not Reconciliation.objects.exists()
    file = check(settlement, csv_of(*[("没有", "1")] * 4), people.bank_handler)
    assert [(e["row"], e["code"]) for e in file.errors] == [(2, "unknown_contract"), (3, "unknown_contract"), (3, "more_problems")]


@pytest.mark.parametrize("name", ["one cell in the last corner", "a field of 140,000 characters", "a workbook with a password"])
def test_a_hostile_file_is_refused_without_a_trace(settlement: Settlement, people: People, name: str) -> None:
    code, make = (hostile.WORKBOOKS | hostile.TEXTS)[name]
    with pytest.raises(DomainError) as refused:
        check(settlement, make(), people.bank_handler)
    assert refused.value.code == code
    assert not Reconciliation.objects.exists()


def test_only_the_bank_itself(settlement: Settlement, people: People) -> None:
    content = csv_of((contracts(settlement)[0], "1"))
    with pytest.raises(NotVisible):
        check(settlement, content, MemberFactory())
    with pytest.raises(NotAllowed):
        check(settlement, content, people.industry)
