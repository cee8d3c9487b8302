"""The project route, step by step."""

from decimal import Decimal

import pytest

from audit.models import Event
from common.errors import InvalidInput, NotVisible, ReasonMissing
from documents.services import PaperMissing, documents_of, withdraw
from notices.models import Notice
from parties.access import RoleMissing
from policy.selectors.versions import PlanEnded
from tests.factories import EnterpriseFactory, MemberFactory, seeded_district
from tests.whitelist.cases import (
    AT,
    again,
    agree,
    cleared,
    day,
    drafted,
    give_papers,
    in_city_review,
    in_consultation,
    project_facts,
    publish,
    published,
    submitted,
)
from whitelist.access import StepNotOpen
from whitelist.enums import EntryState, Verdict
from whitelist.models import Entry, Opinion, Project, StackingRecord
from whitelist.selectors.eligibility import NotEligible
from whitelist.services.consultation import OpinionDiffers
from whitelist.services.drafting import AlreadyOpen, declare, draft_project_entry, submit_entry, withdraw_entry
from whitelist.services.projects import DistrictClosed, ProjectCodeTaken, ProjectUnderReview, correct_project, register_project
from whitelist.services.publishing import DocumentNumberMissing, publish_batch
from whitelist.services.review import (
    pass_city,
    pass_county,
    reject_by_city,
    reject_by_county,
    return_from_city,
    return_from_county,
    send_back,
)
from whitelist.services.steps import NoEntries

pytestmark = pytest.mark.django_db


@pytest.mark.clause("FP 1.6.1(1)")
def test_a_project_goes_from_enterprise_over_county_city_and_treasury_to_publication(desk):
    case = published(desk)
    entry = case.entry
    assert entry.state == EntryState.PUBLISHED
    assert (entry.batch.year, entry.batch.number, entry.batch.document_number) == (2024, 1, "泉工信〔2024〕8号")
    assert (entry.published_on, entry.expires_on) == (AT.date(), day(2026, 7, 1).date())
    assert entry.policy_version.number == 1
    events = Event.objects.filter(object_type="whitelist.entry", object_id=str(entry.public_id)).order_by("id")
    assert list(events.values_list("verb", flat=True)) == [
        "entry.drafted",
        "entry.submitted",
        "entry.county_passed",
        "entry.city_passed",
        "entry.opinion_recorded",
        "entry.cleared",
        "entry.published",
    ]


@pytest.mark.clause("FP 1.1.1")
def test_the_full_list_of_checks_is_stored_as_it_was():
    entry = again(submitted().entry)
    assert [check["name"] for check in entry.checks] == ["industrial", "registered_in_city", "project_kind", "technical_upgrade_subsidy"]
    assert all(set(check) == {"name", "clause", "required", "found", "passed"} and check["passed"] for check in entry.checks)
    assert entry.is_eligible is True


class TestRegisteringAProject:
    def test_the_same_again_returns_the_same_project(self):
        enterprise = EnterpriseFactory()
        member, facts = MemberFactory.of(enterprise), project_facts()
        first, second = (
            register_project(enterprise=enterprise, district=seeded_district(), actor=member, at=AT, **facts) for _ in range(2)
        )
        assert first.pk == second.pk
        assert Event.objects.filter(verb="project.registered").count() == 1

    @pytest.mark.clause("D39")
    def test_the_code_is_one_project_however_it_is_written(self):
        enterprise = EnterpriseFactory()
        member, facts = MemberFactory.of(enterprise), project_facts(code="闽工信备[2024]c050012号")
        first = register_project(enterprise=enterprise, district=seeded_district(), actor=member, at=AT, **facts)
        facts["code"] = " 闽工信备[2024] C050012号"
        again_ = register_project(enterprise=enterprise, district=seeded_district(), actor=member, at=AT, **facts)
        assert (again_.pk, first.code) == (first.pk, "闽工信备[2024]C050012号")

    def test_the_same_code_with_other_content_is_refused(self):
        case = drafted()
        other = EnterpriseFactory()
        with pytest.raises(ProjectCodeTaken):
            register_project(
                enterprise=other,
                district=seeded_district(),
                actor=MemberFactory.of(other),
                at=AT,
                **project_facts(code=case.project.code),
            )
        assert Project.objects.count() == 1

    def test_every_missing_field_is_named(self):
        enterprise = EnterpriseFactory()
        facts = project_facts(code=" ", name="", total_investment=Decimal(0))
        with pytest.raises(InvalidInput) as refusal:
            register_project(enterprise=enterprise, district=seeded_district(), actor=MemberFactory.of(enterprise), at=AT, **facts)
        assert [problem.field for problem in refusal.value.errors] == ["code", "name", "total_investment"]

    def test_a_closed_district_takes_none(self):
        enterprise = EnterpriseFactory()
        with pytest.raises(DistrictClosed):
            register_project(
                enterprise=enterprise,
                district=seeded_district("金门县"),
                actor=MemberFactory.of(enterprise),
                at=AT,
                **project_facts(),
            )

    def test_another_enterprise_or_county_may_not(self, desk):
        enterprise = EnterpriseFactory()
        facts = project_facts()
        with pytest.raises(RoleMissing):
            register_project(enterprise=enterprise, district=seeded_district(), actor=MemberFactory.of(EnterpriseFactory()), at=AT, **facts)
        with pytest.raises(NotVisible):
            register_project(enterprise=enterprise, district=seeded_district(), actor=desk.other_county, at=AT, **facts)

    @pytest.mark.clause("FP 3.4")
    def test_after_the_plan_nothing_is_entered(self):
        enterprise = EnterpriseFactory()
        with pytest.raises(PlanEnded, match="实施期满"):
            register_project(
                enterprise=enterprise,
                district=seeded_district(),
                actor=MemberFactory.of(enterprise),
                at=day(2026, 1, 1),
                **project_facts(),
            )

    def test_a_draft_may_be_corrected_and_a_project_under_review_not(self, desk):
        case = drafted()
        facts = project_facts(total_investment=Decimal("90000000.00"))
        facts.pop("code")
        changed = {**facts, "is_key_project": True, "is_named_by_city": False}
        project = correct_project(project_id=case.project.public_id, actor=case.member, at=AT, **changed)
        assert project.total_investment == Decimal("90000000.00")
        submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)
        with pytest.raises(ProjectUnderReview):
            correct_project(project_id=case.project.public_id, actor=case.member, at=AT, **changed)


class TestSubmission:
    @pytest.mark.clause("D7")
    def test_without_a_paper_it_is_refused_and_leaves_no_trace(self):
        case = drafted()
        paper = documents_of(case.entry).first()
        withdraw(document_id=paper.public_id, reason="传错", actor=case.member, at=AT)
        events = Event.objects.count()
        with pytest.raises(PaperMissing, match="白名单申请表"):
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)
        entry = again(case.entry)
        assert (entry.state, entry.submitted_on, entry.checks) == (EntryState.DRAFT, None, [])
        assert (Event.objects.count(), Notice.objects.count()) == (events, 0)

    def test_twice_changes_nothing(self):
        case = submitted()
        events = Event.objects.count()
        with pytest.raises(StepNotOpen, match="县级初审"):
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)
        assert Event.objects.count() == events

    @pytest.mark.clause("FP 3.1")
    def test_a_declared_technical_upgrade_subsidy_is_refused(self):
        case = drafted(declared=True)
        with pytest.raises(NotEligible, match="技改贴息") as refusal:
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)
        assert [problem.field for problem in refusal.value.errors] == ["technical_upgrade_subsidy"]
        assert again(case.entry).checks == []

    @pytest.mark.clause("FP 1.1.1")
    def test_another_kind_of_project_needs_a_title(self):
        case = drafted(project_type="other")
        with pytest.raises(NotEligible):
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)
        assert submitted(project_type="other", is_key_project=True).entry.is_eligible

    def test_the_county_submits_for_an_enterprise_with_its_consent(self, desk):
        enterprise = EnterpriseFactory()
        project = register_project(enterprise=enterprise, district=seeded_district(), actor=desk.county, at=AT, **project_facts())
        entry = draft_project_entry(project_id=project.public_id, actor=desk.county, at=AT)
        give_papers(entry, MemberFactory.of(enterprise))
        with pytest.raises(PaperMissing, match="企业委托书"):
            submit_entry(entry_id=entry.public_id, actor=desk.county, at=AT)
        give_papers(entry, desk.county)
        assert submit_entry(entry_id=entry.public_id, actor=desk.county, at=AT).state == EntryState.COUNTY_REVIEW

    @pytest.mark.clause("FP 3.4")
    def test_after_the_plan_a_draft_cannot_be_submitted(self):
        case = drafted(at=day(2025, 12, 31))
        with pytest.raises(PlanEnded):
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=day(2026, 1, 1))
        assert submit_entry(entry_id=case.entry.public_id, actor=case.member, at=day(2025, 12, 31)).policy_version.number == 1

    def test_a_project_has_one_open_application(self):
        case = submitted()
        with pytest.raises(AlreadyOpen):
            draft_project_entry(project_id=case.project.public_id, actor=case.member, at=AT)

    def test_a_withdrawn_application_makes_room(self):
        case = submitted()
        withdraw_entry(entry_id=case.entry.public_id, reason="方案调整", actor=case.member, at=AT)
        assert draft_project_entry(project_id=case.project.public_id, actor=case.member, at=AT).state == EntryState.DRAFT

    def test_declarations_change_only_in_a_draft(self, desk):
        case = drafted()
        entry_id = case.entry.public_id
        told = {"holds_technical_upgrade_subsidy": True, "other_technology_credit": False}
        declare(entry_id=entry_id, actor=case.member, at=AT, **told)
        assert again(case.entry).holds_technical_upgrade_subsidy
        declare(entry_id=entry_id, actor=case.member, at=AT, **{**told, "holds_technical_upgrade_subsidy": False})
        submit_entry(entry_id=entry_id, actor=case.member, at=AT)
        with pytest.raises(StepNotOpen):
            declare(entry_id=entry_id, actor=case.member, at=AT, **told)


class TestReview:
    def test_another_county_sees_nothing(self, desk):
        case = submitted()
        with pytest.raises(NotVisible):
            pass_county(entry_ids=[case.entry.public_id], actor=desk.other_county, at=AT)

    def test_one_foreign_entry_refuses_the_list(self, desk):
        mine, other = submitted(), submitted()
        Entry.objects.filter(pk=other.entry.pk).update(district=seeded_district("石狮市"))
        with pytest.raises(NotVisible):
            pass_county(entry_ids=[mine.entry.public_id, other.entry.public_id], actor=desk.county, at=AT)
        assert again(mine.entry).state == EntryState.COUNTY_REVIEW

    def test_a_handler_cannot_pass(self):
        case = submitted()
        handler = MemberFactory.serving("county_industry", district="晋江市")
        with pytest.raises(RoleMissing, match="复核"):
            pass_county(entry_ids=[case.entry.public_id], actor=handler, at=AT)

    def test_returned_with_reason_it_comes_back_completed(self, desk):
        case = submitted()
        with pytest.raises(ReasonMissing):
            return_from_county(entry_ids=[case.entry.public_id], reason=" ", actor=desk.county, at=AT)
        return_from_county(entry_ids=[case.entry.public_id], reason="备案文件不清晰", actor=desk.county, at=AT)
        entry = again(case.entry)
        assert (entry.state, entry.return_reason) == (EntryState.RETURNED, "备案文件不清晰")
        assert Notice.objects.filter(enterprise=case.enterprise, kind="entry_return_from_county").count() == 1
        submit_entry(entry_id=entry.public_id, actor=case.member, at=day(2024, 7, 5))
        entry = again(entry)
        assert (entry.state, entry.return_reason, entry.submitted_on) == (EntryState.COUNTY_REVIEW, "", day(2024, 7, 5).date())

    def test_a_rejection_ends_it(self, desk):
        case = submitted()
        reject_by_county(entry_ids=[case.entry.public_id], reason="非工业项目", actor=desk.county, at=AT)
        with pytest.raises(StepNotOpen):
            submit_entry(entry_id=case.entry.public_id, actor=case.member, at=AT)

    def test_the_city_may_return_or_reject(self, desk):
        returned, rejected = in_city_review(desk), in_city_review(desk)
        return_from_city(entry_ids=[returned.entry.public_id], reason="补充材料", actor=desk.industry, at=AT)
        reject_by_city(entry_ids=[rejected.entry.public_id], reason="不属支持范围", actor=desk.industry, at=AT)
        assert (again(returned.entry).state, again(rejected.entry).state) == (EntryState.RETURNED, EntryState.REJECTED)

    def test_the_science_bureau_does_not_review_projects(self, desk):
        case = in_city_review(desk)
        with pytest.raises(RoleMissing, match="市工信局"):
            pass_city(entry_ids=[case.entry.public_id], actor=desk.science, at=AT)

    @pytest.mark.clause("D24")
    def test_a_subsidy_list_imported_after_submission_stops_it_at_the_city(self, desk, stacking_file):
        case = in_city_review(desk)
        StackingRecord.objects.create(
            programme="technical_upgrade_subsidy", year=2024, credit_code=case.enterprise.credit_code, file=stacking_file
        )
        with pytest.raises(NotEligible, match="技改贴息"):
            pass_city(entry_ids=[case.entry.public_id], actor=desk.industry, at=AT)
        assert again(case.entry).state == EntryState.CITY_REVIEW

    def test_an_empty_list_is_refused(self, desk):
        with pytest.raises(NoEntries):
            pass_county(entry_ids=[], actor=desk.county, at=AT)


@pytest.mark.clause("D26")
class TestConsultation:
    @pytest.mark.clause("FP 1.1.3")
    def test_silence_is_not_consent(self, desk):
        case = in_consultation(desk)
        with pytest.raises(StepNotOpen, match="征求意见"):
            publish([case.entry], desk.industry)

    def test_an_objection_keeps_it_until_the_city_decides(self, desk):
        case = in_consultation(desk)
        agree([case.entry], desk.treasury, verdict=Verdict.OBJECT, remark="资金来源不明")
        assert again(case.entry).state == EntryState.CONSULTATION
        send_back(entry_ids=[case.entry.public_id], reason="市财政局不同意", actor=desk.industry, at=AT)
        pass_city(entry_ids=[case.entry.public_id], actor=desk.industry, at=AT)
        assert again(case.entry).consultation_round == 2
        assert len(agree([case.entry], desk.treasury).cleared) == 1
        assert again(case.entry).state == EntryState.CLEARED
        assert Opinion.objects.filter(entry=case.entry).count() == 2

    def test_an_objection_may_lead_to_rejection(self, desk):
        case = in_consultation(desk)
        agree([case.entry], desk.treasury, verdict=Verdict.OBJECT, remark="资金来源不明")
        reject_by_city(entry_ids=[case.entry.public_id], reason="市财政局不同意", actor=desk.industry, at=AT)
        assert again(case.entry).state == EntryState.REJECTED

    def test_only_the_consulted_bureau_speaks(self, desk):
        case = in_consultation(desk)
        with pytest.raises(RoleMissing, match="市财政局"):
            agree([case.entry], desk.science)

    def test_another_opinion_in_the_same_round_is_refused(self, desk):
        case = in_consultation(desk)
        agree([case.entry], desk.treasury, verdict=Verdict.OBJECT, remark="资金来源不明")
        assert agree([case.entry], desk.treasury, verdict=Verdict.OBJECT, remark="资金来源不明").opinions == 0
        with pytest.raises(OpinionDiffers):
            agree([case.entry], desk.treasury)

    def test_document_number_and_remark_are_asked_for(self, desk):
        case = in_consultation(desk)
        with pytest.raises(InvalidInput) as refusal:
            agree([case.entry], desk.treasury, verdict=Verdict.OBJECT, document_number=" ", given_on=day(2024, 7, 2).date())
        assert [problem.field for problem in refusal.value.errors] == ["document_number", "remark", "given_on"]
        with pytest.raises(InvalidInput) as refusal:
            agree([case.entry], desk.treasury, given_on=day(26, 11, 28).date())
        assert [(problem.field, problem.code) for problem in refusal.value.errors] == [("given_on", "day_out_of_bounds")]
        assert not Opinion.objects.exists()


@pytest.mark.clause("FP 1.6.1(3)")
class TestPublication:
    def test_batches_are_numbered_per_kind_and_year(self, desk):
        first, second = cleared(desk), cleared(desk)
        assert publish([first.entry], desk.industry).number == 1
        assert publish([second.entry], desk.industry).number == 2
        third = cleared(desk, at=day(2025, 1, 6))
        assert str(publish([third.entry], desk.industry, at=day(2025, 1, 6))) == "2025年第1批（固定资产投资项目）"

    def test_twice_changes_nothing(self, desk):
        case = published(desk)
        with pytest.raises(StepNotOpen):
            publish([case.entry], desk.industry)
        assert again(case.entry).batch.number == 1

    def test_without_a_document_number_nothing_happens(self, desk):
        case = cleared(desk)
        with pytest.raises(DocumentNumberMissing):
            publish_batch(entry_ids=[case.entry.public_id], document_number=" ", actor=desk.industry, at=AT)

    @pytest.mark.clause("FP 3.4")
    def test_after_the_plan_nothing_is_published(self, desk):
        case = cleared(desk, at=day(2025, 12, 30))
        with pytest.raises(PlanEnded):
            publish([case.entry], desk.industry, at=day(2026, 1, 5))
        assert again(case.entry).state == EntryState.CLEARED

    @pytest.mark.clause("FP 3.1")
    def test_a_subsidy_found_before_publication_stops_the_whole_batch(self, desk, stacking_file):
        good, bad = cleared(desk), cleared(desk)
        StackingRecord.objects.create(
            programme="technical_upgrade_subsidy",
            year=2024,
            credit_code=bad.enterprise.credit_code,
            project_code=bad.project.code,
            file=stacking_file,
        )
        with pytest.raises(NotEligible):
            publish([good.entry, bad.entry], desk.industry)
        assert again(good.entry).state == EntryState.CLEARED

    def test_a_handler_cannot_publish(self, desk):
        case = cleared(desk)
        with pytest.raises(RoleMissing):
            publish([case.entry], MemberFactory.serving("city_industry"))
