"""From submission to decision: each step happy, twice, by others, out of order; a refusal leaves no trace."""

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event
from common.enums import Mode
from common.errors import NotVisible
from loans.access import available_transitions
from loans.application_transitions import APPLICATION_STEP
from loans.enums import ApplicationState, RefusalReason
from loans.models import Application
from loans.models.applications import ApprovalLapsed, ApprovedMoreThanRequested, RefusalUnexplained, StepOutOfOrder
from loans.selectors.caps import NoQuota
from loans.selectors.clock import approval_clock
from loans.selectors.visible import applications_visible_to
from loans.services.applications import SupplementUnsaid
from loans.services.approval import EntryRemoved
from loans.services.steps import DateInFuture, LateReasonMissing, WrongState
from notices.models import Notice
from parties.access import RoleMissing
from parties.enums import Role
from policy.selectors.calendar import working_calendar
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import noon
from tests.loans.traces import events, take, untouched
from whitelist.models import Entry

pytestmark = pytest.mark.django_db

FIRST = noon(date(2024, 3, 1))


# the bank's steps


@pytest.mark.clause("FP 1.6.2(1)")
def test_a_case_through_supplement_to_approval(scene):
    application = scene.submitted()
    take("accept_application", application, scene.handler, noon(date(2024, 3, 4)))
    take("ask_supplement", application, scene.handler, noon(date(2024, 3, 5)), what="审计报告")
    take("answer_supplement", application, scene.owner, noon(date(2024, 3, 8)), answer="已上传")
    take("begin_review", application, scene.handler, noon(date(2024, 3, 11)))
    approved = take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal("9000000.00"))
    assert approved.state == ApplicationState.APPROVED
    assert approved.lapses_on == date(2024, 9, 20)
    assert approved.deadline.closed_on == date(2024, 3, 20)
    clock = approval_clock(approved, on=date(2024, 5, 1), calendar=working_calendar())
    assert (clock.used, clock.left, clock.waited_for_supplements, clock.is_overdue) == (13, 17, 3, False)
    assert clock.to_conditions is None
    met = take("meet_conditions", application, scene.handler, noon(date(2024, 3, 25)))
    assert approval_clock(met, on=date(2024, 5, 1), calendar=working_calendar()).to_conditions == 16
    assert [verb for verb in events() if verb.startswith("application.")] == [
        "application.drafted",
        "application.submitted",
        "application.accepted",
        "application.supplement_asked",
        "application.supplement_answered",
        "application.review_begun",
        "application.approved",
        "application.conditions_met",
    ]
    assert Notice.objects.filter(enterprise=scene.enterprise).count() == 3


@pytest.mark.clause("D7")
def test_supplements_move_no_clock(scene):
    application = scene.submitted()
    due_on = application.deadline.due_on
    take("ask_supplement", application, scene.handler, noon(date(2024, 3, 5)), what="审计报告")
    take("answer_supplement", application, scene.handler, noon(date(2024, 5, 8)))
    application = Application.objects.get(pk=application.pk)
    assert application.deadline.due_on == due_on
    clock = approval_clock(application, on=date(2024, 5, 8), calendar=working_calendar())
    assert clock.is_overdue
    assert clock.left < 0


def test_a_supplement_must_say_what(scene):
    application = scene.submitted()
    before = untouched(application)
    with pytest.raises(SupplementUnsaid):
        take("ask_supplement", application, scene.handler, noon(date(2024, 3, 5)), what=" ")
    assert untouched(application) == before


@pytest.mark.clause("FP 1.6.2(1)")
def test_a_refusal_gives_the_enterprise_its_reason(scene):
    application = scene.under_review()
    given = {"reason": RefusalReason.OTHER, "remark": ""}
    before = untouched(application)
    with pytest.raises(RefusalUnexplained):
        take("refuse_application", application, scene.handler, noon(date(2024, 3, 20)), **given)
    assert untouched(application) == before
    refused = take(
        "refuse_application", application, scene.handler, noon(date(2024, 3, 20)), reason=RefusalReason.SECURITY, remark="抵押物不足"
    )
    assert refused.state == ApplicationState.REFUSED
    assert refused.deadline.closed_on == date(2024, 3, 20)
    assert "增信措施不足（抵押物不足）" in Notice.objects.get(enterprise=scene.enterprise).body


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize("stage", ["draft", "submitted", "under_review", "approved", "conditions_met"])
def test_an_enterprise_withdraws_before_the_contract(scene, stage):
    application = getattr(scene, stage)()
    withdrawn = take("withdraw_application", application, scene.owner, noon(date(2024, 3, 26)), reason="不再需要")
    assert withdrawn.state == ApplicationState.WITHDRAWN
    assert withdrawn.deadline is None or withdrawn.deadline.closed_on in (date(2024, 3, 26), date(2024, 3, 20))
    with pytest.raises(WrongState):
        take("withdraw_application", application, scene.owner, noon(date(2024, 3, 27)), reason="再次")


def test_no_withdrawal_after_the_contract(scene):
    loan = scene.signed()
    with pytest.raises(WrongState):
        take("withdraw_application", loan.application, scene.owner, noon(date(2024, 4, 2)), reason="不再需要")


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("accept_application", {}),
        ("ask_supplement", {"what": "审计报告"}),
        ("begin_review", {}),
        ("refuse_application", {"reason": RefusalReason.SECURITY}),
        ("approve_application", {"amount": Decimal(1)}),
        ("meet_conditions", {}),
    ],
)
def test_the_bank_s_steps_are_the_bank_s(scene, step, given):
    application = scene.under_review()
    before = untouched(application)
    for actor in (scene.owner, scene.county, scene.city, MemberFactory(institution=scene.bank, roles=[Role.VIEWER])):
        with pytest.raises(RoleMissing):
            take(step, application, actor, noon(date(2024, 3, 20)), **given)
    with pytest.raises(NotVisible):
        take(step, application, MemberFactory(), noon(date(2024, 3, 20)), **given)
    assert untouched(application) == before


def test_a_program_of_the_bank_decides_too(scene):
    application = scene.under_review()
    program = MemberFactory(institution=scene.bank, program=True, user=None)
    assert take("approve_application", application, program, noon(date(2024, 3, 20)), amount=Decimal(1)).state == "approved"


def test_a_decision_is_not_dated_before_the_step_before_nor_after_today(scene):
    application = scene.under_review()
    before = untouched(application)
    with pytest.raises(StepOutOfOrder):
        take(
            "approve_application",
            application,
            scene.handler,
            noon(date(2024, 3, 20)),
            amount=Decimal(1),
            on=date(2024, 3, 4),
            late_reason="迟",
        )
    with pytest.raises(DateInFuture):
        take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1), on=date(2024, 3, 21))
    with pytest.raises(ApprovedMoreThanRequested):
        take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal("10000000.01"))
    assert untouched(application) == before


# a bank ends its own clock: what is dated back says why, and when it was written down

LATE = "系统故障，纸质批复已于当日送达"
AFTER_DEADLINE = noon(date(2024, 5, 20))


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize(
    ("stage", "step", "on", "given"),
    [
        ("submitted", "accept_application", date(2024, 3, 4), {}),
        ("submitted", "ask_supplement", date(2024, 3, 4), {"what": "审计报告"}),
        ("submitted", "begin_review", date(2024, 3, 4), {}),
        ("under_review", "approve_application", date(2024, 3, 19), {"amount": Decimal(1)}),
        ("under_review", "refuse_application", date(2024, 3, 19), {"reason": RefusalReason.SECURITY}),
        ("approved", "meet_conditions", date(2024, 3, 22), {}),
    ],
)
def test_a_step_of_an_earlier_day_says_why_it_is_recorded_only_now(scene, stage, step, on, given):
    application = getattr(scene, stage)()
    before = untouched(application)
    for reason in ("", "  "):
        with pytest.raises(LateReasonMissing, match="补录理由"):
            take(step, application, scene.handler, AFTER_DEADLINE, on=on, late_reason=reason, **given)
    assert untouched(application) == before
    take(step, application, scene.handler, AFTER_DEADLINE, on=on, late_reason=f" {LATE} ", **given)
    event = Event.objects.get(verb=APPLICATION_STEP[step.removesuffix("_application")].verb)
    assert (event.after["on"], event.after["recorded_on"], event.after["late_reason"]) == (on.isoformat(), "2024-05-20", LATE)
    assert f"补录：{LATE}" in event.remark


@pytest.mark.clause("FP 1.6.3")
def test_no_reason_given_lets_a_step_date_from_before_the_submission(scene):
    application = scene.submitted()
    before = untouched(application)
    for step in ("accept_application", "begin_review"):
        with pytest.raises(StepOutOfOrder):
            take(step, application, scene.handler, AFTER_DEADLINE, on=date(2024, 2, 29), late_reason=LATE)
    assert untouched(application) == before


@pytest.mark.clause("FP 1.6.3")
def test_both_ends_of_the_clock_keep_the_day_they_were_written_down(scene):
    application = scene.under_review()
    given = {"amount": Decimal(1), "on": date(2024, 4, 1), "late_reason": LATE}
    row = take("approve_application", application, scene.handler, AFTER_DEADLINE, **given)
    assert (row.decided_on, row.decision_recorded_on, row.decision_late_reason) == (date(2024, 4, 1), date(2024, 5, 20), LATE)
    row = take("meet_conditions", application, scene.handler, noon(date(2024, 5, 21)), on=date(2024, 4, 2), late_reason=LATE)
    assert (row.conditions_met_on, row.conditions_recorded_on, row.conditions_late_reason) == (date(2024, 4, 2), date(2024, 5, 21), LATE)
    clock = approval_clock(row, on=date(2024, 6, 1), calendar=working_calendar())
    assert (clock.decision_late > 20, clock.conditions_late > 20) == (True, True)
    assert Notice.objects.filter(kind="late_entry", institution__in=[scene.city.institution, scene.county.institution]).count() == 4


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize(
    ("on", "recorded"),
    [(date(2024, 3, 19), date(2024, 4, 1)), (date(2024, 5, 15), date(2024, 5, 20)), (date(2024, 5, 20), date(2024, 5, 20))],
    ids=["登记也在时限内", "办理也在时限后", "当日登记"],
)
def test_the_bureaus_hear_of_a_late_record_only_where_it_brings_a_decision_back_into_the_30_days(scene, on, recorded):
    given = {"amount": Decimal(1), "on": on, "late_reason": LATE}
    row = take("approve_application", scene.under_review(), scene.handler, noon(recorded), **given)
    assert row.decision_late_reason == ("" if on == recorded else LATE)
    assert not Notice.objects.filter(kind="late_entry").exists()


@pytest.mark.clause("FP 2.2.1")
def test_a_withdrawal_counts_on_the_day_it_is_done(scene):
    row = take("withdraw_application", scene.under_review(), scene.owner, AFTER_DEADLINE, reason="不再需要")
    assert row.withdrawn_on == date(2024, 5, 20)
    with pytest.raises(TypeError):
        take("withdraw_application", scene.under_review(), scene.owner, AFTER_DEADLINE, reason="不再需要", on=date(2024, 3, 20))


def test_a_second_approval_changes_nothing(scene):
    application = scene.approved()
    before = untouched(application)
    with pytest.raises(WrongState):
        take("approve_application", application, scene.handler, noon(date(2024, 3, 21)), amount=Decimal(1))
    assert untouched(application) == before


@pytest.mark.clause("FP 1.3")
def test_no_approval_without_a_quota_in_force(scene):
    application = scene.under_review()
    quotas = scene.bank.quotas.filter(mode=Mode.SPECIAL)
    quotas.update(from_on=date(2024, 3, 21))
    with pytest.raises(NoQuota):
        take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1))
    quotas.update(from_on=date(2023, 1, 1), until_on=date(2024, 3, 20))
    with pytest.raises(NoQuota):
        take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1))


@pytest.mark.clause("D27")
def test_no_approval_of_an_entry_off_the_list_but_of_an_expired_one(scene):
    application, other = scene.under_review(), scene.under_review()
    Entry.objects.filter(pk=scene.entry.pk).update(state="expired", expired_on=date(2024, 3, 10), expiry_cause="term_over")
    assert take("approve_application", application, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1)).state == "approved"
    Entry.objects.filter(pk=scene.entry.pk).update(state="removed", removed_on=date(2024, 3, 15), removal_reason="停产")
    with pytest.raises(EntryRemoved):
        take("approve_application", other, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1))


@pytest.mark.clause("D37")
def test_conditions_are_met_before_the_approval_lapses(scene):
    application = scene.approved()
    with pytest.raises(ApprovalLapsed):
        take("meet_conditions", application, scene.handler, noon(date(2024, 9, 20)))
    assert take("meet_conditions", application, scene.handler, noon(date(2024, 9, 19))).state == "conditions_met"


# who sees and may


def test_each_party_sees_its_own_cases(scene):
    application, trust, draft = scene.submitted(), scene.submitted(mode=Mode.TRUST), scene.draft()
    everyone = {application, trust}
    assert set(applications_visible_to(scene.owner)) == everyone | {draft}
    assert set(applications_visible_to(scene.handler)) == everyone
    assert set(applications_visible_to(scene.county)) == everyone
    assert set(applications_visible_to(scene.trustee)) == {trust}
    assert set(applications_visible_to(scene.city)) == everyone | {draft}
    assert not applications_visible_to(MemberFactory()).exists()
    assert not applications_visible_to(MemberFactory.serving("county_industry", district="石狮市")).exists()
    assert not applications_visible_to(MemberFactory(institution=InstitutionFactory(guarantor=True))).exists()


def names_of(application, actor):
    return [row.name for row in available_transitions(application, actor)]


def test_the_steps_offered_are_those_the_table_lets_through(scene):
    application = scene.submitted()
    assert names_of(application, scene.handler) == ["accept", "ask_supplement", "begin_review", "refuse"]
    assert names_of(application, scene.owner) == ["withdraw"]
    assert names_of(application, scene.city) == []
    assert names_of(application, MemberFactory(institution=scene.bank, viewer=True)) == []
