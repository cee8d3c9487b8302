"""Each constraint by its name, and what the triggers of the database refuse whoever writes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from common.enums import Category, Mode
from common.transitions import edges
from loans.application_transitions import APPLICATION_STEPS
from loans.enums import ApplicationState, MovementKind, ProposalState
from loans.models import (
    Application,
    BankQuota,
    Contribution,
    Guarantee,
    Intent,
    Loan,
    LoanRate,
    Movement,
    Proposal,
    SupplementRequest,
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

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)


def refuses(name, write):
    """Hold that the database refuses the write, and by which constraint or trigger."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        write()
    assert name in str(refused.value)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def rate(db):
    return ReturnRateFactory()


@pytest.fixture
def loan(rate):
    return LoanFactory(drawn_on=DRAWN_ON)


DECIDED = {"decided_on": date(2024, 3, 20), "decision_recorded_on": date(2024, 3, 20)}
APPLICATION_CASES = [
    pytest.param("application_known_words", {"mode": "barter"}, id="未知模式"),
    pytest.param("application_project_by_category", {"category": Category.RD}, id="研发贷款挂项目"),
    pytest.param("application_asks_for_something", {"amount_requested": Decimal(0)}, id="申请零元"),
    pytest.param("application_asks_for_something", {"term_months": 0}, id="零期限"),
    pytest.param("application_submission_whole", {"under_review": True, "deadline": None}, id="已提交而无期限"),
    pytest.param("application_submission_whole", {"under_review": True, "enterprise_size": ""}, id="已提交而无规模"),
    pytest.param("application_state_submitted", {"state": ApplicationState.SUPPLEMENT}, id="未提交即待补充"),
    pytest.param("application_state_submitted", {"submitted": True, "state": ApplicationState.DRAFT}, id="草稿有提交日期"),
    pytest.param(
        "application_state_decided",
        {"under_review": True, "state": ApplicationState.REFUSED, "refusal_reason": "security"},
        id="不予批复而无日期",
    ),
    pytest.param("application_state_decided", {"under_review": True, **DECIDED}, id="审查中有批复日期"),
    pytest.param("application_state_approved", {"approved": True, "amount_approved": None}, id="已批复而无金额"),
    pytest.param("application_state_approved", {"under_review": True, "amount_approved": Decimal(1)}, id="未批复而有金额"),
    pytest.param("application_approved_within_request", {"approved": True, "amount_approved": Decimal("10000000.01")}, id="批复超过申请"),
    pytest.param(
        "application_state_refused",
        {"under_review": True, "state": ApplicationState.REFUSED, **DECIDED},
        id="不予批复而无原因",
    ),
    pytest.param(
        "application_state_refused",
        {"under_review": True, "state": ApplicationState.REFUSED, **DECIDED, "refusal_reason": "other"},
        id="其他原因而无说明",
    ),
    pytest.param("application_state_withdrawn", {"under_review": True, "withdrawn_on": date(2024, 3, 20)}, id="未撤回而有撤回日期"),
    pytest.param("application_state_withdrawn", {"under_review": True, "state": ApplicationState.WITHDRAWN}, id="已撤回而无日期"),
    pytest.param("application_state_lapsed", {"approved": True, "state": ApplicationState.LAPSED}, id="已失效而无日期"),
    pytest.param("application_state_contracted", {"contracted": True, "contracted_on": None}, id="已签约而无日期"),
    pytest.param("application_state_conditions_met", {"conditions_met": True, "conditions_met_on": None}, id="达到条件而无日期"),
    pytest.param(
        "application_state_conditions_met",
        {"approved": True, "conditions_met_on": date(2024, 3, 25), "conditions_recorded_on": date(2024, 3, 25)},
        id="未达到条件而有日期",
    ),
    pytest.param("application_decision_written_down", {"approved": True, "decision_recorded_on": None}, id="批复而无登记日"),
    pytest.param(
        "application_decision_written_down", {"under_review": True, "decision_recorded_on": date(2024, 3, 20)}, id="未批复而有登记日"
    ),
    pytest.param("application_decision_written_down", {"approved": True, "decision_recorded_on": date(2024, 3, 21)}, id="补录批复而无理由"),
    pytest.param("application_decision_written_down", {"approved": True, "decision_recorded_on": date(2024, 3, 19)}, id="登记早于批复"),
    pytest.param("application_decision_written_down", {"approved": True, "decision_late_reason": "迟"}, id="当日批复而有补录理由"),
    pytest.param("application_conditions_written_down", {"conditions_met": True, "conditions_recorded_on": None}, id="达到条件而无登记日"),
    pytest.param(
        "application_conditions_written_down", {"conditions_met": True, "conditions_recorded_on": date(2024, 3, 26)}, id="补录条件而无理由"
    ),
    pytest.param("application_state_accepted", {"submitted": True, "accepted_on": date(2024, 3, 4)}, id="未受理而有受理日期"),
    pytest.param("application_state_reviewed", {"under_review": True, "review_began_on": None}, id="审查中而无开始日期"),
    pytest.param("application_dates_in_order", {"approved": True, "decided_on": date(2024, 3, 4)}, id="批复早于审查"),
    pytest.param("application_dates_in_order", {"under_review": True, "accepted_on": date(2024, 2, 29)}, id="受理早于提交"),
    pytest.param("application_dates_in_order", {"contracted": True, "contracted_on": date(2024, 9, 20)}, id="批复失效当日签约"),
]


@pytest.mark.parametrize(("name", "given"), APPLICATION_CASES)
def test_what_an_application_cannot_be(name, given):
    refuses(name, lambda: ApplicationFactory(**given))


@pytest.mark.parametrize("stage", ["submitted", "under_review", "approved", "conditions_met", "contracted"])
def test_each_stage_of_an_application_can_be(stage):
    assert ApplicationFactory(**{stage: True}).pk


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize("field", ["decided_on", "decision_recorded_on", "amount_approved", "lapses_on", "conditions_met_on"])
def test_what_ended_the_clock_stays_as_it_was_written_down(field):
    application = ApplicationFactory(conditions_met=True)
    change = {field: Decimal(1) if field == "amount_approved" else date(2024, 3, 18)}
    refuses("Cannot update", lambda: Application.objects.filter(pk=application.pk).update(**change))


def test_the_graph_of_the_database_and_the_transitions_are_the_table():
    field = Application._meta.get_field("state")
    moved = {(one.name, str(one.source), str(one.target)) for one in field.get_all_transitions(Application)}
    assert moved == {(row.name, str(source), str(row.target)) for row in APPLICATION_STEPS for source in row.sources}
    [trigger] = [one for one in Application._meta.triggers if one.name == "application_state_graph"]
    assert sorted(trigger.transitions) == edges(APPLICATION_STEPS)


@pytest.mark.parametrize("target", ["accepted", "approved", "draft", "lapsed"])
def test_no_statement_jumps_over_a_state(target):
    application = ApplicationFactory(submitted=True)
    given = {"accepted_on": date(2024, 3, 4)} if target == "accepted" else {}
    rows = Application.objects.filter(pk=application.pk)
    if target == "accepted":
        assert rows.update(state=target, **given) == 1
    else:
        refuses("Invalid transition", lambda: rows.update(state=target))


@pytest.mark.parametrize("change", [{"amount_requested": Decimal(1)}, {"submitted_on": date(2024, 2, 1)}, {"enterprise_size": "micro"}])
def test_what_was_submitted_stays(change):
    application = ApplicationFactory(submitted=True)
    refuses("Cannot update rows", lambda: Application.objects.filter(pk=application.pk).update(**change))


def test_a_draft_may_be_changed_and_a_submitted_application_not_deleted():
    assert Application.objects.filter(pk=ApplicationFactory().pk).update(term_months=12) == 1
    submitted = ApplicationFactory(submitted=True)
    refuses("Cannot delete rows", submitted.delete)


def test_one_intent_per_bank_and_entry():
    application = ApplicationFactory()
    member = MemberFactory(institution=application.bank)
    given = {"bank": application.bank, "entry": application.entry, "recorded_on": date(2024, 2, 1), "recorded_by": member}
    Intent.objects.create(**given)
    refuses("intent_once_per_bank_and_entry", lambda: Intent.objects.create(**given))


def test_one_open_supplement_and_answers_after_questions():
    application = ApplicationFactory(submitted=True)
    member = MemberFactory(institution=application.bank)
    given = {"application": application, "asked_on": date(2024, 3, 4), "asked_by": member, "what": "审计报告"}
    SupplementRequest.objects.create(**given)
    refuses("supplement_one_open", lambda: SupplementRequest.objects.create(**given))
    early = given | {"answered_on": date(2024, 3, 3), "answered_by": member}
    refuses("supplement_answered_after_asked", lambda: SupplementRequest.objects.create(**early))


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


@pytest.mark.parametrize("table", ["loans_intent", "loans_guarantee", "loans_useoffundscheck"])
def test_evidence_only_grows(db, table):
    for verb in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        refuses(f"{table} is append-only", lambda verb=verb: execute(verb))


@pytest.mark.parametrize("table", ["loans_bankquota", "loans_proposal", "loans_supplementrequest"])
def test_what_was_said_is_never_deleted(db, table):
    for verb in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        refuses(f"{table} is append-only", lambda verb=verb: execute(verb))


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
