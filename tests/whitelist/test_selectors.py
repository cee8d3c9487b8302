"""Who sees which entries, which steps are open to whom, and the caps."""

from decimal import Decimal

import pytest

from parties.models import Enterprise
from policy.selectors.versions import version_on
from tests.factories import BankParticipationFactory, EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.whitelist.cases import (
    AT,
    again,
    agree,
    cleared,
    day,
    drafted,
    in_consultation,
    listed_rd,
    published,
    submitted,
)
from whitelist.access import available_transitions
from whitelist.limits import RdExpenseMissing
from whitelist.models import Project
from whitelist.selectors.caps import limit_of_enterprise, limit_of_project
from whitelist.selectors.entries import awaiting_opinion_of, entries_visible_to, objected, projects_visible_to
from whitelist.services.caps import lock_cap_owner
from whitelist.services.publishing import publish_batch
from whitelist.services.screening import list_little_giants

pytestmark = pytest.mark.django_db


class TestWhoSeesWhat:
    def test_counties_and_enterprises_see_their_own(self, desk):
        mine, other = submitted(), submitted()
        assert set(entries_visible_to(desk.county)) == {mine.entry, other.entry}
        assert set(entries_visible_to(desk.other_county)) == set()
        assert set(entries_visible_to(mine.member)) == {mine.entry}
        assert set(projects_visible_to(mine.member)) == {mine.project}
        for actor in (desk.industry, desk.science, desk.treasury, MemberFactory.serving("regulator")):
            assert entries_visible_to(actor).count() == 2

    @pytest.mark.clause("FP 1.6.2(1)")
    @pytest.mark.parametrize(
        ("until_on", "sees"),
        [
            pytest.param(None, True, id="taking part"),
            pytest.param(day(2024, 7, 2).date(), True, id="stopped the day after"),
            pytest.param(AT.date(), False, id="stopped before"),
        ],
    )
    def test_a_bank_sees_what_was_published_while_it_took_part(self, desk, until_on, sees):
        case = published(desk)
        cleared(desk)
        bank = BankParticipationFactory(until_on=until_on).bank
        member = MemberFactory(institution=bank)
        assert list(entries_visible_to(member)) == ([case.entry] if sees else [])
        assert list(projects_visible_to(member)) == ([case.project] if sees else [])

    def test_a_bank_that_never_took_part_sees_nothing(self, desk):
        published(desk)
        assert not entries_visible_to(MemberFactory()).exists()

    def test_the_fund_manager_sees_what_is_published(self, desk):
        case = published(desk)
        submitted()
        assert list(entries_visible_to(MemberFactory(institution=InstitutionFactory(fund_manager=True)))) == [case.entry]
        assert not entries_visible_to(MemberFactory(institution=InstitutionFactory(guarantor=True))).exists()

    def test_the_number_of_statements_does_not_grow_with_the_entries(self, desk, django_assert_num_queries):
        for _ in range(4):
            submitted()
        visible = entries_visible_to(desk.industry)
        with django_assert_num_queries(1):
            assert len([(str(e), e.enterprise.name, e.district.name, e.batch) for e in visible]) == 4


class TestOpenSteps:
    def names(self, entry, actor):
        return [step.name for step in available_transitions(entry, actor=actor)]

    def test_each_state_opens_its_own_steps_to_its_own_people(self, desk):
        case = drafted()
        assert self.names(case.entry, case.member) == ["submit", "withdraw"]
        assert self.names(case.entry, desk.county) == ["submit", "withdraw"]
        case = submitted()
        assert self.names(case.entry, desk.county) == ["withdraw", "return_from_county", "reject_by_county", "pass_county"]
        assert self.names(case.entry, desk.other_county) == self.names(case.entry, desk.industry) == []
        entry = in_consultation(desk).entry
        assert self.names(entry, desk.treasury) == ["clear"]
        assert self.names(entry, desk.industry) == ["reject_by_city", "send_back"]
        assert self.names(published(desk).entry, desk.industry) == ["expire", "remove"]

    def test_a_viewer_takes_no_step(self, desk):
        viewer = MemberFactory.serving("county_industry", district="晋江市", viewer=True)
        assert self.names(submitted().entry, viewer) == []


@pytest.mark.clause("D26")
def test_a_bureau_finds_what_waits_for_its_opinion(desk):
    first, second = in_consultation(desk), in_consultation(desk)
    treasury = desk.treasury.institution
    assert list(awaiting_opinion_of(treasury)) == [first.entry, second.entry]
    agree([first.entry], desk.treasury)
    agree([second.entry], desk.treasury, verdict="object", remark="理由")
    assert not awaiting_opinion_of(treasury).exists()
    assert list(objected(entries_visible_to(desk.industry))) == [second.entry]
    assert not awaiting_opinion_of(desk.science.institution).exists()


class TestCaps:
    terms = property(lambda self: version_on(AT.date()).terms)

    @pytest.mark.clause("FP 1.2.1")
    def test_a_project_is_capped_by_its_investment_whatever_lists_it(self, desk):
        case = published(desk, total_investment=Decimal("100000000.00"))
        limit = limit_of_project(case.project, self.terms, committed_fixed_asset=Decimal("30000000.00"))
        assert (limit.max_fixed_asset, limit.headroom_fixed_asset) == (Decimal("80000000.00"), Decimal("50000000.00"))

    @pytest.mark.clause("FP 1.2.2")
    def test_an_enterprise_is_capped_by_the_figure_frozen_on_its_current_entry(self, desk):
        entry = listed_rd(desk)
        entry.enterprise.years.update(rd_expense=Decimal("2.00"))
        limit = limit_of_enterprise(entry.enterprise, self.terms, committed=Decimal("1000000.00"))
        assert (limit.max_total, limit.headroom_total) == (Decimal("5000000.00"), Decimal("4000000.00"))

    @pytest.mark.clause("D3")
    def test_never_listed_means_nothing_may_be_lent(self):
        assert limit_of_enterprise(EnterpriseFactory(), self.terms).max_total == 0

    @pytest.mark.clause("D3")
    def test_a_little_giant_without_a_figure_waits_for_it(self, desk):
        [entry] = list_little_giants(enterprise_ids=[EnterpriseFactory(little_giant=True).public_id], actor=desk.science, at=AT)
        agree([entry], desk.industry)
        agree([entry], desk.treasury)
        publish_batch(entry_ids=[entry.public_id], document_number="泉科〔2024〕1号", actor=desk.science, at=AT)
        with pytest.raises(RdExpenseMissing):
            limit_of_enterprise(entry.enterprise, self.terms)

    @pytest.mark.clause("D39")
    def test_the_lock_is_on_project_or_enterprise(self, desk):
        case, entry = published(desk), listed_rd(desk)
        assert isinstance(lock_cap_owner(again(case.entry)), Project)
        assert lock_cap_owner(entry) == Enterprise.objects.get(pk=entry.enterprise_id)
