"""What the database holds of applications, intents and supplements, each constraint by its name."""

from datetime import date
from decimal import Decimal

import pytest

from common.enums import Category
from common.transitions import edges
from loans.application_transitions import APPLICATION_STEPS
from loans.enums import ApplicationState
from loans.models import (
    Application,
    Intent,
    SupplementRequest,
)
from tests.factories import MemberFactory
from tests.loan_factories import (
    ApplicationFactory,
)
from tests.loans.held import refuses

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)


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
