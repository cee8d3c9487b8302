"""The R&D route: screening after the settlement, little giants, newly registered enterprises."""

from decimal import Decimal

import pytest

from audit.models import Event
from common.errors import NotVisible
from parties.access import RoleMissing
from parties.models import Enterprise
from policy.selectors.versions import PlanEnded
from tests.factories import EnterpriseFactory, EnterpriseYearFactory, MemberFactory
from tests.whitelist.cases import (
    AT,
    again,
    agree,
    candidate,
    day,
    give_papers,
    listed_rd,
    publish,
)
from whitelist.enums import EntryState, ExpiryCause, Route
from whitelist.models import Entry, ScreenedOut, Screening, StackingRecord
from whitelist.selectors.eligibility import NotEligible
from whitelist.selectors.imports import screened_out_counts
from whitelist.services.drafting import AlreadyOpen, NotNewlyRegistered, draft_newly_registered_entry, submit_entry, withdraw_entry
from whitelist.services.review import NothingToReturn, pass_city, pass_county, reject_by_city, return_from_city
from whitelist.services.screening import (
    ListedThisYear,
    NoLittleGiant,
    NoTaxFigures,
    SettlementNotOver,
    WrongListYear,
    list_little_giants,
    screen_tax_list,
)

pytestmark = pytest.mark.django_db


def screen(desk, *, at=AT):
    return screen_tax_list(list_year=at.year, actor=desk.science, at=at)


def with_figures(*, rd="10000000.00", year=2023, **changed):
    enterprise = EnterpriseFactory(**changed)
    EnterpriseYearFactory(enterprise=enterprise, year=year, rd_expense=Decimal(rd))
    return enterprise


@pytest.mark.clause("FP 1.1.2")
@pytest.mark.parametrize(
    ("changed", "route", "failed"),
    [
        pytest.param({"rd": "2000000.00"}, Route.TAX_LIST, None, id="2 M of R&D is enough"),
        pytest.param({"rd": "1999999.99"}, None, ["rd_condition"], id="one cent less is not"),
        pytest.param({"rd": "0.00", "is_municipal_key": True}, Route.TAX_LIST, None, id="a municipal key enterprise needs none"),
        pytest.param({"rd": "0.00", "is_little_giant": True}, Route.DIRECT, None, id="a little giant goes directly"),
        pytest.param({"industry_code": "F5110"}, None, ["industrial"], id="trade is no industry"),
        pytest.param(
            {"industry_code": "F5110", "industry_override_reason": "主营制造"}, Route.TAX_LIST, None, id="the county knows better"
        ),
        pytest.param({"registered_in_city": False}, None, ["registered_in_city"], id="registered elsewhere"),
        pytest.param({"district": False}, None, ["no_tax_home"], id="nobody knows which county"),
    ],
)
def test_who_becomes_a_candidate(desk, changed, route, failed):
    enterprise = with_figures(**changed)
    screening = screen(desk)
    entry = Entry.objects.filter(enterprise=enterprise).first()
    assert (entry.route if entry else None) == route
    assert [row.failed for row in ScreenedOut.objects.filter(screening=screening)] == ([failed] if failed else [])
    if entry:
        assert entry.is_eligible
        assert [check["clause"] for check in entry.checks] == ["FP 1.1.2", "FP 1.1.2", "FP 1.1.2", "FP 3.2"]


@pytest.mark.clause("FP 1.6.1(2)")
def test_a_candidate_goes_over_consultation_of_both_bureaus_to_publication(desk):
    entry = candidate(desk)
    assert (entry.state, entry.route, entry.last_year_rd_expense) == (EntryState.CITY_REVIEW, Route.TAX_LIST, Decimal("10000000.00"))
    pass_city(entry_ids=[entry.public_id], actor=desk.science, at=AT)
    assert agree([entry], desk.industry).cleared == ()
    assert again(entry).state == EntryState.CONSULTATION
    agree([entry], desk.treasury)
    publish([entry], desk.science)
    entry = again(entry)
    assert (entry.state, entry.expires_on, entry.batch.kind) == (EntryState.PUBLISHED, None, "rd")


@pytest.mark.clause("FP 1.6.1(2)")
class TestTheSettlement:
    def test_the_last_day_is_the_31st_of_may_moved_to_a_working_day(self, desk):
        with_figures(year=2024)
        with pytest.raises(SettlementNotOver, match="2025-06-03"):
            screen(desk, at=day(2025, 6, 3))
        assert screen(desk, at=day(2025, 6, 4)).eligible == 1

    def test_without_figures_of_the_year_before_nothing_is_screened(self, desk):
        with_figures(year=2022)
        with pytest.raises(NoTaxFigures, match="2023年度"):
            screen(desk)
        assert not Screening.objects.exists()

    def test_a_list_is_screened_in_its_own_year(self, desk):
        with pytest.raises(WrongListYear):
            screen_tax_list(list_year=2023, actor=desk.science, at=AT)

    @pytest.mark.clause("FP 3.4")
    def test_after_the_plan_nothing_is_screened(self, desk):
        with_figures(year=2025)
        with pytest.raises(PlanEnded):
            screen(desk, at=day(2026, 7, 1))

    def test_only_the_science_bureau_screens(self, desk):
        with pytest.raises(RoleMissing):
            screen_tax_list(list_year=2024, actor=desk.industry, at=AT)


class TestScreeningAgain:
    def test_nothing_new_adds_nothing(self, desk):
        with_figures()
        first = screen(desk)
        events = Event.objects.filter(object_type="whitelist.entry").count()
        second = screen(desk)
        assert (first.created, second.created, second.refreshed) == (1, 0, 0)
        assert (Entry.objects.count(), Event.objects.filter(object_type="whitelist.entry").count()) == (1, events)

    def test_candidates_under_review_get_the_new_figures(self, desk):
        entry = candidate(desk)
        entry.enterprise.years.update(rd_expense=Decimal("1000000.00"))
        assert screen(desk).refreshed == 1
        entry = again(entry)
        assert (entry.last_year_rd_expense, entry.is_eligible) == (Decimal("1000000.00"), False)
        with pytest.raises(NotEligible):
            pass_city(entry_ids=[entry.public_id], actor=desk.science, at=AT)

    def test_entries_further_on_are_left_alone(self, desk):
        entry = listed_rd(desk)
        entry.enterprise.years.update(rd_expense=Decimal("90000000.00"))
        assert (screen(desk).refreshed, again(entry).last_year_rd_expense) == (0, Decimal("10000000.00"))

    def test_one_decided_against_does_not_come_back(self, desk):
        entry = candidate(desk)
        reject_by_city(entry_ids=[entry.public_id], reason="数据存疑", actor=desk.science, at=AT)
        assert (screen(desk).created, Entry.objects.count()) == (0, 1)


def test_a_candidate_that_opted_out_stays_out_for_the_year(desk):
    entry = candidate(desk)
    member = MemberFactory.of(entry.enterprise)
    withdraw_entry(entry_id=entry.public_id, reason="无融资需求", actor=member, at=AT)
    assert (screen(desk).created, Entry.objects.count()) == (0, 1)


def test_the_reasons_are_counted(desk):
    for changed in ({"rd": "1.00"}, {"rd": "1.00"}, {"industry_code": "F5110"}):
        with_figures(**changed)
    screening = screen(desk)
    assert (screening.examined, screening.eligible) == (3, 0)
    assert screened_out_counts(screening) == {"rd_condition": 2, "industrial": 1}


def test_a_candidate_applied_for_nothing_and_is_not_returned(desk):
    entry = candidate(desk)
    with pytest.raises(NothingToReturn, match="免申报"):
        return_from_city(entry_ids=[entry.public_id], reason="补正", actor=desk.science, at=AT)


@pytest.mark.clause("FP 3.2")
def test_other_technology_credit_of_the_year_keeps_an_enterprise_out(desk, stacking_file):
    same, other_loan = with_figures(), with_figures()
    for enterprise, contract in ((same, ""), (other_loan, "HT-1")):
        StackingRecord.objects.create(
            programme="technology_credit", year=2024, credit_code=enterprise.credit_code, contract_number=contract, file=stacking_file
        )
    screen(desk)
    assert list(Entry.objects.values_list("enterprise", flat=True)) == [other_loan.pk]


@pytest.mark.clause("D5")
class TestLittleGiants:
    def test_they_are_taken_to_consultation_before_any_figures(self, desk):
        giant = EnterpriseFactory(little_giant=True)
        [entry] = list_little_giants(enterprise_ids=[giant.public_id], actor=desk.science, at=day(2024, 2, 1))
        assert (entry.state, entry.route, entry.last_year_rd_expense) == (EntryState.CONSULTATION, Route.DIRECT, None)
        agree([entry], desk.industry, at=day(2024, 2, 2))
        agree([entry], desk.treasury, at=day(2024, 2, 2))
        publish([entry], desk.science, at=day(2024, 2, 3))
        EnterpriseYearFactory(enterprise=giant, year=2023, rd_expense=Decimal("8000000.00"))
        screen(desk)
        entry = again(entry)
        assert (entry.state, entry.last_year_rd_expense) == (EntryState.PUBLISHED, Decimal("8000000.00"))
        giant.years.update(rd_expense=Decimal("9000000.00"))
        screen(desk)
        assert again(entry).last_year_rd_expense == Decimal("8000000.00")

    def test_consent_is_needed_all_the_same(self, desk):
        giant = EnterpriseFactory(little_giant=True)
        [entry] = list_little_giants(enterprise_ids=[giant.public_id], actor=desk.science, at=AT)
        with pytest.raises(Exception, match="征求意见"):
            publish([entry], desk.science)

    def test_others_are_not_listed_directly(self, desk):
        plain, giant = EnterpriseFactory(), EnterpriseFactory(little_giant=True)
        with pytest.raises(NoLittleGiant):
            list_little_giants(enterprise_ids=[giant.public_id, plain.public_id], actor=desk.science, at=AT)
        assert not Entry.objects.exists()

    def test_an_outsider_is_refused_with_the_failed_check(self, desk):
        giant = EnterpriseFactory(little_giant=True, registered_in_city=False)
        with pytest.raises(NotEligible, match="不在本市注册"):
            list_little_giants(enterprise_ids=[giant.public_id], actor=desk.science, at=AT)

    def test_twice_in_a_year_is_refused(self, desk):
        giant = EnterpriseFactory(little_giant=True)
        list_little_giants(enterprise_ids=[giant.public_id], actor=desk.science, at=AT)
        with pytest.raises(ListedThisYear):
            list_little_giants(enterprise_ids=[giant.public_id], actor=desk.science, at=AT)

    def test_an_unknown_enterprise_is_not_found(self, desk):
        unknown = EnterpriseFactory.build()
        with pytest.raises(NotVisible):
            list_little_giants(enterprise_ids=[unknown.public_id], actor=desk.science, at=AT)


@pytest.mark.clause("D4")
class TestNewlyRegistered:
    def young(self, **changed):
        return EnterpriseFactory(registered_on=day(2024, 1, 15).date(), **changed)

    def test_it_applies_like_a_project(self, desk):
        enterprise = self.young(registered_capital=Decimal("20000000.00"))
        member = MemberFactory.of(enterprise)
        entry = draft_newly_registered_entry(enterprise=enterprise, actor=member, at=AT)
        give_papers(entry, member)
        submit_entry(entry_id=entry.public_id, actor=member, at=AT)
        pass_county(entry_ids=[entry.public_id], actor=desk.county, at=AT)
        pass_city(entry_ids=[entry.public_id], actor=desk.science, at=AT)
        agree([entry], desk.industry)
        agree([entry], desk.treasury)
        publish([entry], desk.science)
        entry = again(entry)
        assert (entry.state, entry.route, entry.is_newly_registered) == (EntryState.PUBLISHED, Route.NEWLY_REGISTERED, True)

    def test_too_little_capital_is_refused(self):
        enterprise = self.young(registered_capital=Decimal("19999999.99"))
        member = MemberFactory.of(enterprise)
        entry = draft_newly_registered_entry(enterprise=enterprise, actor=member, at=AT)
        give_papers(entry, member)
        with pytest.raises(NotEligible):
            submit_entry(entry_id=entry.public_id, actor=member, at=AT)

    def test_an_older_enterprise_does_not_apply(self):
        enterprise = EnterpriseFactory(registered_on=day(2022, 1, 15).date())
        with pytest.raises(NotNewlyRegistered, match="免申报"):
            draft_newly_registered_entry(enterprise=enterprise, actor=MemberFactory.of(enterprise), at=AT)

    def test_screening_leaves_it_to_apply(self, desk):
        enterprise = self.young()
        EnterpriseYearFactory(enterprise=enterprise, year=2023, rd_expense=Decimal("0.00"))
        screening = screen(desk)
        assert ScreenedOut.objects.get(screening=screening).failed == ["by_application"]

    def test_an_application_taken_back_does_not_keep_it_from_being_listed_directly(self, desk):
        enterprise = self.young(is_little_giant=True)
        member = MemberFactory.of(enterprise)
        entry = draft_newly_registered_entry(enterprise=enterprise, actor=member, at=AT)
        withdraw_entry(entry_id=entry.public_id, reason="改为直接列入", actor=member, at=AT)
        [direct] = list_little_giants(enterprise_ids=[enterprise.public_id], actor=desk.science, at=AT)
        assert (direct.state, direct.route) == (EntryState.CONSULTATION, Route.DIRECT)

    def test_one_application_at_a_time(self):
        enterprise = self.young()
        member = MemberFactory.of(enterprise)
        draft_newly_registered_entry(enterprise=enterprise, actor=member, at=AT)
        with pytest.raises(AlreadyOpen):
            draft_newly_registered_entry(enterprise=enterprise, actor=member, at=AT)

    def test_another_county_sees_nothing(self, desk):
        with pytest.raises(NotVisible):
            draft_newly_registered_entry(enterprise=self.young(), actor=desk.other_county, at=AT)


@pytest.mark.clause("D27")
def test_listed_again_next_year_the_older_listing_ends(desk):
    old = listed_rd(desk)
    EnterpriseYearFactory(enterprise=old.enterprise, year=2024, rd_expense=Decimal("12000000.00"))
    at = day(2025, 7, 1)
    screen(desk, at=at)
    new = Entry.objects.get(enterprise=old.enterprise, list_year=2025)
    pass_city(entry_ids=[new.public_id], actor=desk.science, at=at)
    agree([new], desk.industry, at=at)
    agree([new], desk.treasury, at=at)
    publish([new], desk.science, at=at)
    old = again(old)
    assert (old.state, old.expiry_cause, old.expired_on) == (EntryState.EXPIRED, ExpiryCause.NEXT_LIST, at.date())
    assert again(new).state == EntryState.PUBLISHED


def test_the_number_of_statements_does_not_grow_with_the_entries(desk, django_assert_max_num_queries):
    enterprises = [EnterpriseFactory.build(credit_code=f"{n:018d}") for n in range(320)]
    Enterprise.objects.bulk_create(enterprises)
    for batch in (enterprises[:20], enterprises[20:]):
        from_ = day(2023, 1, 1).date()
        home = desk.county.institution.district
        home.taxhome_set.bulk_create([home.taxhome_set.model(enterprise=e, district=home, from_on=from_) for e in batch])
        rows = [EnterpriseYearFactory.build(enterprise=e, enterprise_id=e.pk) for e in batch]
        type(rows[0]).objects.bulk_create(rows)
        with django_assert_max_num_queries(30):
            screen(desk)
        entries = list(Entry.objects.filter(state=EntryState.CITY_REVIEW))
        assert len(entries) == len(batch)
        with django_assert_max_num_queries(30):
            pass_city(entry_ids=[e.public_id for e in entries], actor=desk.science, at=AT)
        for member in (desk.industry, desk.treasury):
            with django_assert_max_num_queries(30):
                agree(entries, member)
        with django_assert_max_num_queries(30):
            publish(entries, desk.science)
    assert Entry.objects.filter(state=EntryState.PUBLISHED).count() == 320
