"""Intents, drafts and their submission: happy, twice, by others; a refusal leaves no trace."""

from datetime import date
from decimal import Decimal

import pytest

from common.enums import Category, Mode, Size
from common.errors import InvalidInput, NotVisible
from loans.enums import ApplicationState, Paper, SubmittedFor
from loans.models import Application, Intent
from loans.services.applications import CategoryNotOfEntry, EntryNotOpen, NoSuchBank, record_intent, revise_draft
from loans.services.steps import WrongState
from loans.services.submission import BankNotParticipating, StackedSupport, StackedWithUpgradeSubsidy, SubmissionIncomplete
from notices.models import Notice
from parties.access import RoleMissing
from parties.models import BankParticipation, EnterpriseYear
from policy.selectors.versions import PlanEnded
from tests.factories import MemberFactory
from tests.loan_factories import EntryFactory, noon
from tests.loans.traces import events, take, untouched
from whitelist.models import Entry, ImportFile, StackingRecord

pytestmark = pytest.mark.django_db

FIRST = noon(date(2024, 3, 1))


# intents and drafts


@pytest.mark.clause("FP 2.2.1")
def test_a_bank_records_an_intent_once(scene):
    intent = record_intent(entry_id=scene.entry.public_id, actor=scene.handler, at=FIRST)
    again = record_intent(entry_id=scene.entry.public_id, actor=scene.handler, at=noon(date(2024, 3, 9)))
    assert again == intent
    assert again.recorded_on == date(2024, 3, 1)
    assert scene.submitted().intent == intent


def test_an_intent_needs_an_open_entry_and_a_bank(scene):
    with pytest.raises(RoleMissing):
        record_intent(entry_id=scene.entry.public_id, actor=scene.city, at=FIRST)
    with pytest.raises(EntryNotOpen):
        record_intent(entry_id=scene.entry.public_id, actor=scene.handler, at=noon(date(2026, 1, 10)))
    assert not Intent.objects.exists()


@pytest.mark.clause("FP 1.6.2(1)")
def test_a_draft_names_one_bank_one_mode_one_category(scene):
    application = scene.draft()
    assert application.state == ApplicationState.DRAFT
    assert application.number.startswith("RZ2024")
    assert application.project == scene.entry.project
    assert scene.draft().number != application.number
    assert scene.draft(rd=True).project is None


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        pytest.param({"category": Category.RD}, CategoryNotOfEntry, id="项目条目不能申请研发贷款"),
        pytest.param({"amount_requested": Decimal(0)}, InvalidInput, id="零元"),
        pytest.param({"amount_requested": Decimal("0.001")}, InvalidInput, id="三位小数"),
        pytest.param({"term_months": 0}, InvalidInput, id="零期限"),
    ],
)
def test_drafts_that_cannot_be(scene, given, refused):
    with pytest.raises(refused):
        scene.draft(**given)
    assert not Application.objects.exists()


def test_only_a_bank_is_applied_to_and_only_own_entries_are_applied_for(scene):
    with pytest.raises(NoSuchBank):
        scene.draft(bank_id=scene.city.institution.public_id)
    with pytest.raises(NotVisible):
        scene.draft(entry_id=EntryFactory().public_id)
    with pytest.raises(RoleMissing):
        scene.draft(actor=scene.city)


def test_a_draft_is_revised_until_it_is_submitted(scene):
    application = scene.draft()
    revise = {"application_id": application.public_id, "actor": scene.owner, "at": FIRST}
    assert revise_draft(**revise, amount_requested=Decimal("8000000.00"), purpose="厂房").amount_requested == 8_000_000
    with pytest.raises(InvalidInput):
        revise_draft(**revise, state="approved")
    with pytest.raises(InvalidInput):
        revise_draft(**revise, term_months=0)
    scene.attach_papers(application)
    take("submit_application", application, scene.owner, FIRST)
    with pytest.raises(WrongState):
        revise_draft(**revise, purpose="其他")


# submission


@pytest.mark.clause("FP 1.6.3")
def test_day_0_is_the_day_of_submission(scene):
    application = scene.submitted()
    assert application.state == ApplicationState.SUBMITTED
    assert application.submitted_on == date(2024, 3, 1)
    assert application.submitted_for == SubmittedFor.ENTERPRISE
    assert application.enterprise_size == Size.MEDIUM
    assert application.policy_version.number == 1
    assert application.deadline.due_on == date(2024, 4, 15)  # 清明节 3 days off, 7 April worked
    assert application.deadline.clause == "FP 1.6.3"
    assert Notice.objects.filter(institution=scene.bank, object_id=str(application.public_id)).count() == 1
    assert events()[-1] == "application.submitted"


def test_a_second_submission_changes_nothing(scene):
    application = scene.submitted()
    before = untouched(application)
    with pytest.raises(WrongState):
        take("submit_application", application, scene.owner, noon(date(2024, 3, 2)))
    assert untouched(application) == before


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize("paper", [Paper.FINANCING_REQUEST, Paper.FINANCIAL_STATEMENTS, Paper.PROJECT_FILING])
def test_a_submission_without_a_paper_is_refused(scene, paper):
    application = scene.draft()
    scene.attach_papers(application, without=(paper,))
    before = untouched(application)
    with pytest.raises(SubmissionIncomplete) as refused:
        take("submit_application", application, scene.owner, FIRST)
    assert paper.label in refused.value.message
    assert untouched(application) == before


def test_everything_that_is_missing_is_named_at_once(scene):
    EnterpriseYear.objects.all().delete()
    application = scene.draft(purpose=" ", term_months=61)
    with pytest.raises(SubmissionIncomplete) as refused:
        take("submit_application", application, scene.owner, FIRST)
    assert [problem.field for problem in refused.value.errors] == [
        "purpose",
        "term_months",
        "enterprise_size",
        "papers.financing_request",
        "papers.financial_statements",
        "papers.project_filing",
    ]


@pytest.mark.parametrize("who", ["handler", "county"])
def test_bank_and_county_submit_with_the_enterprise_s_consent(scene, who):
    actor = getattr(scene, who)
    application = scene.draft(actor=actor)
    scene.attach_papers(application)
    with pytest.raises(SubmissionIncomplete):
        take("submit_application", application, actor, FIRST)
    scene.attach_papers(application, behalf="bank", without=(Paper.FINANCING_REQUEST, Paper.FINANCIAL_STATEMENTS, Paper.PROJECT_FILING))
    submitted = take("submit_application", application, actor, FIRST)
    assert submitted.submitted_for == {"handler": SubmittedFor.BANK, "county": SubmittedFor.COUNTY}[who]


def test_another_county_does_not_see_the_case(scene):
    other = MemberFactory.serving("county_industry", district="石狮市")
    with pytest.raises(NotVisible):
        scene.draft(actor=other)


@pytest.mark.clause("FP 3.4")
@pytest.mark.parametrize(("day", "taken"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)])
def test_the_plan_ends_on_the_last_day_of_2025(scene, day, taken):
    entry = EntryFactory(project__enterprise=scene.enterprise, published_on=date(2025, 6, 1))
    application = scene.draft(entry_id=entry.public_id)
    scene.attach_papers(application)
    if taken:
        assert take("submit_application", application, scene.owner, noon(day)).policy_version.number == 1
    else:
        with pytest.raises(PlanEnded) as refused:
            take("submit_application", application, scene.owner, noon(day))
        assert refused.value.clause == "FP 3.4"


def test_an_expired_entry_takes_no_application(scene):
    application = scene.draft()
    scene.attach_papers(application)
    Entry.objects.filter(pk=scene.entry.pk).update(state="expired", expired_on=date(2024, 2, 1), expiry_cause="term_over")
    with pytest.raises(EntryNotOpen):
        take("submit_application", application, scene.owner, FIRST)


@pytest.mark.clause("FP 1.3")
def test_a_bank_must_take_part_in_the_mode(scene):
    BankParticipation.objects.filter(bank=scene.bank, mode=Mode.TRUST).update(until_on=date(2024, 3, 1))
    application = scene.draft(mode=Mode.TRUST)
    scene.attach_papers(application)
    with pytest.raises(BankNotParticipating):
        take("submit_application", application, scene.owner, FIRST)


@pytest.mark.clause("FP 3.2")
def test_an_rd_loan_with_another_technology_credit_is_refused(scene):
    application = scene.draft(rd=True, other_technology_credit=True)
    scene.attach_papers(application)
    with pytest.raises(StackedSupport) as refused:
        take("submit_application", application, scene.owner, FIRST)
    assert refused.value.clause == "FP 3.2"


@pytest.mark.clause("FP 3.1")
def test_a_project_with_the_upgrade_subsidy_is_refused(scene):
    entry = EntryFactory(project__enterprise=scene.enterprise, holds_technical_upgrade_subsidy=True)
    application = scene.draft(entry_id=entry.public_id)
    scene.attach_papers(application)
    with pytest.raises(StackedWithUpgradeSubsidy) as refused:
        take("submit_application", application, scene.owner, FIRST)
    assert refused.value.clause == "FP 3.1"


def stack(scene, programme, **given):
    """Enter a line of an imported list of other support, as of after the submission."""
    file = ImportFile.objects.create(
        kind="stacking", filename="名单.xlsx", sha256="0" * 64, rows=1, accepted=1, refused=0, checked_by=scene.city, checked_at=FIRST
    )
    StackingRecord.objects.create(programme=programme, year=2024, credit_code=scene.enterprise.credit_code, file=file, **given)


@pytest.mark.clause("FP 3.1")
@pytest.mark.clause("FP 3.2")
@pytest.mark.parametrize(("rd", "programme"), [(False, "technical_upgrade_subsidy"), (True, "technology_credit")])
def test_support_listed_since_the_submission_stops_approval_and_contract(scene, rd, programme):
    waiting, decided = scene.under_review(rd=rd), scene.conditions_met(rd=rd)
    stack(scene, programme)
    before = untouched(waiting)
    with pytest.raises(StackedSupport):
        take("approve_application", waiting, scene.handler, noon(date(2024, 3, 20)), amount=Decimal(1))
    with pytest.raises(StackedSupport):
        scene.sign(decided)
    assert untouched(waiting) == before


def test_the_size_is_that_of_the_newest_full_year_by_the_best_source(scene):
    EnterpriseYear.objects.create(enterprise=scene.enterprise, year=2024, employees=2000, revenue=10**9, source="tax")
    EnterpriseYear.objects.create(enterprise=scene.enterprise, year=2023, employees=5000, revenue=10**9, source="enterprise")
    assert scene.submitted().enterprise_size == Size.MEDIUM
    scene.enterprise.years.filter(year=2023).delete()
    assert scene.submitted().enterprise_size == Size.LARGE
