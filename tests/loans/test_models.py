"""What the database holds of loans, movements, proposals and quotas, each constraint by its name."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from common.enums import Mode
from loans.enums import MovementKind, ProposalState
from loans.models import (
    BankQuota,
    Contribution,
    Guarantee,
    Loan,
    LoanRate,
    Movement,
    Proposal,
    UseOfFundsCheck,
)
from parties.enums import MemberKind
from tests.factories import MemberFactory
from tests.loan_factories import (
    ApplicationFactory,
    BankQuotaFactory,
    LoanFactory,
    ReturnRateFactory,
    fix,
    lender_of,
    move,
    noon,
)
from tests.loans.held import execute, refuses

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)


@pytest.fixture
def rate(db):
    return ReturnRateFactory()


@pytest.fixture
def loan(rate):
    return LoanFactory(drawn_on=DRAWN_ON)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("loan_known_words", {"security": "promise"}, id="未知担保方式"),
        pytest.param("loan_project_by_category", {"project": None}, id="项目贷款无项目"),
        pytest.param("loan_amount_positive", {"contract_amount": Decimal(0)}, id="合同零元"),
        pytest.param("loan_rate_is_a_rate", {"enterprise_rate": Decimal(2)}, id="利率写成百分数"),
        pytest.param("loan_dates_in_order", {"available_until": date(2024, 4, 1)}, id="可提款期在签约日结束"),
        pytest.param("loan_dates_in_order", {"matures_on": date(2025, 3, 31)}, id="到期早于可提款期"),
        pytest.param("loan_balance_possible", {"performing": Decimal("-0.01")}, id="余额为负"),
        pytest.param("loan_balance_possible", {"performing": Decimal(1)}, id="余额多于放款"),
        pytest.param("loan_balance_possible", {"drawn": Decimal("10000000.01")}, id="放款多于合同"),
        pytest.param("loan_frozen_at_first_drawdown", {"first_drawdown_on": DRAWN_ON}, id="首放而无利率和县"),
    ],
)
def test_what_a_loan_cannot_be(name, given):
    refuses(name, lambda: LoanFactory(**given))


@pytest.mark.usefixtures("rate")
def test_the_first_drawdown_lies_in_the_availability_period():
    loan = LoanFactory()
    refuses("loan_first_drawdown_within_contract", lambda: fix(loan, date(2024, 3, 31)))
    refuses("loan_first_drawdown_within_contract", lambda: fix(loan, date(2025, 4, 1)))


def test_a_contract_number_once_per_bank(loan):
    again = ApplicationFactory(contracted=True, bank=loan.bank)
    refuses("loan_contract_once_per_bank", lambda: LoanFactory(application=again, contract_number=loan.contract_number))


@pytest.mark.parametrize(
    "change", [{"contract_amount": Decimal(1)}, {"matures_on": date(2030, 1, 1)}, {"enterprise_rate": Decimal("0.01")}]
)
def test_the_contract_stays(loan, change):
    refuses("Cannot update rows", lambda: Loan.objects.filter(pk=loan.pk).update(**change))
    refuses("Cannot delete rows", LoanFactory().delete)


def test_one_rate_per_loan_and_day(loan):
    rate = loan.rates.get()
    given = {"loan": loan, "from_on": rate.from_on, "return_rate": rate.return_rate}
    refuses("loan_rate_once_per_day", lambda: LoanRate.objects.create(rate=Decimal("0.03"), **given))
    given["from_on"] += timedelta(days=1)
    refuses("loan_rate_between_zero_and_one", lambda: LoanRate.objects.create(rate=Decimal(3), **given))


def movement(loan, **given):
    program = MemberFactory(institution=loan.bank, program=True, user=None)
    wanted = {
        "loan": loan,
        "kind": MovementKind.REPAYMENT,
        "amount": Decimal(100),
        "performing": Decimal(-100),
        "overdue": Decimal(0),
        "drawn": Decimal(0),
        "value_on": date(2024, 7, 1),
        "recorded_at": noon(date(2024, 7, 1)),
        "recorded_on": date(2024, 7, 1),
        "bank_reference": "X1",
        "bank": loan.bank,
        "made_by": program,
        "made_by_kind": MemberKind.PROGRAM,
    }
    return Movement.objects.create(**(wanted | given))


DRAWDOWN = {"kind": MovementKind.DRAWDOWN, "performing": Decimal(100), "drawn": Decimal(100)}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("movement_has_reference", {"bank_reference": ""}, id="无流水号"),
        pytest.param("movement_amount_positive", {"amount": Decimal(0), "performing": Decimal(0)}, id="零元"),
        pytest.param("movement_parts_by_kind", {"performing": Decimal(-99)}, id="还本金额与变动不符"),
        pytest.param("movement_parts_by_kind", {"kind": MovementKind.OVERDUE}, id="转逾期改变余额"),
        pytest.param("movement_parts_by_kind", {"kind": MovementKind.DRAWDOWN, "performing": Decimal(100)}, id="放款不计入累计"),
        pytest.param("movement_reversal_names_its_object", {"kind": MovementKind.REVERSAL, "reason": "误记"}, id="冲正无对象"),
        pytest.param("movement_reason_when_back_dated", {"value_on": date(2024, 6, 30)}, id="补记无理由"),
        pytest.param("movement_not_in_future", {"value_on": date(2024, 7, 2)}, id="晚于登记日"),
        pytest.param("movement_money_is_checked", DRAWDOWN | {"made_by_kind": MemberKind.PERSON}, id="放款无复核"),
        pytest.param("movement_made_by_no_job", {"made_by_kind": MemberKind.JOB}, id="定时任务登记"),
    ],
)
def test_what_a_movement_cannot_be(loan, name, given):
    refuses(name, lambda: movement(loan, **given))


def test_no_one_checks_the_own_movement(loan):
    member = lender_of(loan)
    refuses("movement_checker_is_another", lambda: movement(loan, made_by=member, made_by_kind=MemberKind.PERSON, checked_by=member))


def test_a_reference_once_per_bank(loan):
    movement(loan)
    refuses("movement_reference_once_per_bank", lambda: movement(loan))


def test_movements_only_grow(loan):
    row = movement(loan)
    refuses("append-only", lambda: Movement.objects.filter(pk=row.pk).update(amount=Decimal(1)))
    refuses("append-only", row.delete)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        refuses("append-only", lambda: cursor.execute("TRUNCATE loans_movement CASCADE"))
        refuses("append-only", lambda: cursor.execute("TRUNCATE loans_contribution"))


def test_the_sums_of_a_loan_follow_its_movements(loan):
    move(loan, MovementKind.REPAYMENT, "4000000", date(2024, 7, 1))
    move(loan, MovementKind.OVERDUE, "1000000", date(2024, 8, 1))
    loan.refresh_from_db()
    assert (loan.performing, loan.overdue, loan.drawn) == (5_000_000, 1_000_000, 10_000_000)


def test_the_database_itself_refuses_a_negative_balance(loan):
    refuses("loan_balance_possible", lambda: movement(loan, amount=Decimal("10000000.01"), performing=Decimal("-10000000.01")))


def reversal_of(row, **given):
    mirrored = {"amount": row.amount, "performing": -row.performing, "overdue": -row.overdue, "drawn": -row.drawn}
    dated = {"value_on": row.value_on, "bank_reference": "X2", "reason": "误记", "kind": MovementKind.REVERSAL, "reverses": row}
    return movement(row.loan, **(mirrored | dated | given))


@pytest.mark.parametrize(
    "given",
    [{"amount": Decimal(99)}, {"performing": Decimal(99)}, {"value_on": date(2024, 6, 30)}],
    ids=["金额不同", "变动不同", "起息日不同"],
)
def test_a_reversal_is_the_mirror_of_its_object(loan, given):
    row = movement(loan)
    refuses("a reversal mirrors", lambda: reversal_of(row, **given))


def test_nothing_is_reversed_twice_and_no_reversal_at_all(loan):
    row = movement(loan)
    back = reversal_of(row)
    refuses("loans_movement_reverses_id", lambda: reversal_of(row, bank_reference="X3"))
    refuses("a reversal mirrors", lambda: reversal_of(back, bank_reference="X4"))


def test_contributions_go_one_way(loan):
    row = loan.movements.get()
    given = {"movement": row, "government": Decimal(5), "bank": Decimal(-5)}
    refuses("contribution_one_direction", lambda: Contribution.objects.create(**given))


def test_a_proposal_is_whole_in_every_state(loan):
    member = lender_of(loan)
    given = {
        "loan": loan,
        "kind": MovementKind.REPAYMENT,
        "amount": Decimal(1),
        "value_on": date(2024, 7, 1),
        "bank_reference": "P1",
        "made_by": member,
        "made_at": noon(date(2024, 7, 1)),
    }
    checked = {"checked_by": lender_of(loan), "checked_at": noon(date(2024, 7, 1))}
    Proposal.objects.create(**given)
    refuses("proposal_waits_once", lambda: Proposal.objects.create(**given))
    refuses("proposal_amount_positive", lambda: Proposal.objects.create(**(given | {"amount": Decimal(0)})))
    refuses("proposal_state_checked", lambda: Proposal.objects.create(**given, **checked, state=ProposalState.CONFIRMED))
    refuses("proposal_state_checked", lambda: Proposal.objects.create(**given, **checked, state=ProposalState.REFUSED))
    named = given | {"kind": MovementKind.REVERSAL, "bank_reference": "P2"}
    refuses("proposal_reversal_names_its_object", lambda: Proposal.objects.create(**named))
    alone = checked | {"checked_by": member, "refusal": "不符"}
    refuses("proposal_checker_is_another", lambda: Proposal.objects.create(**given, **alone, state=ProposalState.REFUSED))


def test_quotas_of_a_bank_and_mode_never_overlap():
    quota = BankQuotaFactory(until_on=date(2024, 1, 1))
    refuses("bank_quota_special_never_overlaps", lambda: BankQuotaFactory(bank=quota.bank, from_on=date(2023, 12, 31)))
    BankQuotaFactory(bank=quota.bank, from_on=date(2024, 1, 1))
    BankQuotaFactory(bank=quota.bank, mode=Mode.TRUST)
    refuses("bank_quota_trust_never_overlaps", lambda: BankQuotaFactory(bank=quota.bank, mode=Mode.TRUST))
    assert BankQuota.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("bank_quota_not_negative", {"amount": Decimal(-1)}),
        ("bank_quota_period", {"until_on": date(2023, 1, 1)}),
        ("bank_quota_mode", {"mode": "barter"}),
    ],
)
def test_what_a_quota_cannot_be(name, given):
    refuses(name, lambda: BankQuotaFactory(**given))


@pytest.mark.usefixtures("rate")
def test_guarantees_have_one_number_and_a_rate():
    loan = LoanFactory(rd=True, guaranteed=True)
    other = LoanFactory(rd=True)
    known = Guarantee.objects.get(loan=loan)
    given = {
        "loan": other,
        "guarantor": known.guarantor,
        "recorded_on": DRAWN_ON,
        "recorded_by": known.recorded_by,
        "is_batch_scheme": True,
    }
    refuses("guarantee_number_once", lambda: Guarantee.objects.create(number=known.number, fee_rate=Decimal("0.01"), **given))
    refuses("guarantee_fee_is_a_rate", lambda: Guarantee.objects.create(number="DB2", fee_rate=Decimal(1), **given))


def test_misuse_has_a_day_and_a_check_says_what(loan):
    given = {"loan": loan, "checked_on": date(2024, 9, 1), "checked_by": lender_of(loan), "finding": "转入关联企业"}
    late = given | {"is_misuse": True, "misuse_from": date(2024, 9, 2)}
    refuses("use_check_misuse_has_a_day", lambda: UseOfFundsCheck.objects.create(**given, is_misuse=True))
    refuses("use_check_misuse_has_a_day", lambda: UseOfFundsCheck.objects.create(**late))
    refuses("use_check_says_what", lambda: UseOfFundsCheck.objects.create(**(given | {"finding": ""}), is_misuse=False))


def test_evidence_only_grows(db):
    for verb in ("UPDATE loans_intent SET id = id", "DELETE FROM loans_intent", "TRUNCATE loans_intent CASCADE"):
        refuses("loans_intent is append-only", lambda verb=verb: execute(verb))


@pytest.mark.parametrize("table", ["loans_guarantee", "loans_useoffundscheck"])
def test_a_registration_changes_as_corrected_alone(loan, table):
    """Put right by two persons: tests/admin/test_corrections.py."""
    LoanFactory(rd=True, guaranteed=True)
    UseOfFundsCheck.objects.create(loan=loan, checked_on=DRAWN_ON, checked_by=lender_of(loan), finding="正常", is_misuse=False)
    for verb in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        refuses("changes by a checked correction alone", lambda verb=verb: execute(verb))


@pytest.mark.parametrize("table", ["loans_proposal", "loans_supplementrequest"])
def test_what_was_said_is_never_deleted(db, table):
    for verb in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        refuses(f"{table} is append-only", lambda verb=verb: execute(verb))


@pytest.mark.parametrize("table", ["loans_bankquota", "loans_guarantee", "loans_useoffundscheck"])
def test_what_is_put_right_is_never_emptied(db, table):
    """A quota goes before its day alone, with the record of it: tests/admin/test_corrections.py."""
    refuses(f"{table} is append-only", lambda: execute(f"TRUNCATE {table} CASCADE"))


def test_a_proposal_is_of_a_known_kind(loan):
    given = {
        "loan": loan,
        "amount": Decimal(1),
        "value_on": DRAWN_ON,
        "bank_reference": "P9",
        "made_by": lender_of(loan),
        "made_at": noon(DRAWN_ON),
    }
    refuses("proposal_known_kind", lambda: Proposal.objects.create(**given, kind="gift"))
