"""我差什么: every condition with what was found and from where; nothing is refused before its data are there."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from parties.enums import FactSource
from parties.models import Enterprise, EnterpriseYear
from policy.models import PolicyVersion
from tests.factories import EnterpriseFactory, EnterpriseYearFactory
from tests.loan_factories import ProjectFactory
from tests.whitelist.cases import Desk, candidate, published, submitted
from whitelist.selectors.standing import State, own_entries, project_standings, rd_standing

ON = date(2025, 7, 1)
PLAIN: dict[str, Any] = {"registered_on": date(2010, 1, 1), "registered_capital": Decimal("5000000.00"), "industry_code": "C3511"}

pytestmark = pytest.mark.django_db


def enterprise(**given: Any) -> Enterprise:
    return EnterpriseFactory(**(PLAIN | {"is_little_giant": False, "is_municipal_key": False} | given))


def expense(owner: Enterprise, amount: str | None, year: int = 2024) -> EnterpriseYear:
    found: EnterpriseYear = EnterpriseYearFactory(
        enterprise=owner, year=year, source=FactSource.TAX, rd_expense=None if amount is None else Decimal(amount)
    )
    return found


class TestRd:
    @pytest.mark.clause("FP 1.1.2")
    @pytest.mark.parametrize(
        ("amount", "state"),
        [("1999999.99", State.NOT_MET), ("2000000.00", State.MET)],
        ids=["a cent below the least", "the least itself"],
    )
    def test_a_figure_is_held_against_the_term(self, amount: str, state: State) -> None:
        owner = enterprise()
        expense(owner, amount)
        found = rd_standing(owner, on=ON)
        line = found.any_of[2]
        assert (line.state, found.state) == (state, state)
        assert line.check.required == "2024年度研发费用不低于2,000,000.00元"
        assert line.check.found == f"{Decimal(amount):,.2f}元"

    @pytest.mark.clause("D5")
    @pytest.mark.parametrize(
        ("on", "known_on"), [(date(2025, 2, 3), date(2025, 6, 3)), (ON, None)], ids=["before the settlement", "after it"]
    )
    def test_without_a_figure_nothing_is_refused(self, on: date, known_on: date | None) -> None:
        owner = enterprise()
        expense(owner, "9000000.00", year=2022)  # of an earlier year: says nothing of this list
        found = rd_standing(owner, on=on)
        assert found.state is State.UNKNOWN
        assert (found.any_of[2].state, found.any_of[2].from_on) == (State.UNKNOWN, known_on)

    def test_a_title_carries_without_a_figure(self) -> None:
        found = rd_standing(enterprise(is_little_giant=True), on=ON)
        assert found.state is State.MET
        assert [line.state for line in found.any_of] == [State.MET, State.NOT_MET, State.UNKNOWN, State.NOT_MET]

    @pytest.mark.clause("D4")
    def test_a_young_enterprise_is_judged_by_its_capital_alone(self) -> None:
        young = {"registered_on": date(2025, 3, 1), "registered_capital": Decimal("20000000.00")}
        assert rd_standing(enterprise(**young), on=ON).any_of[3].state is State.MET
        poor = young | {"registered_capital": Decimal("19999999.99")}
        assert rd_standing(enterprise(**poor), on=ON).any_of[3].state is State.NOT_MET

    @pytest.mark.clause("D30")
    def test_a_shop_fails_whatever_it_spends_unless_the_county_counts_it_as_industrial(self) -> None:
        shop = enterprise(industry_code="F5111")
        expense(shop, "9000000.00")
        assert rd_standing(shop, on=ON).state is State.NOT_MET
        counted = enterprise(industry_code="F5111", industry_override_reason="主要从事加工")
        expense(counted, "9000000.00")
        assert rd_standing(counted, on=ON).state is State.MET


class TestPlan:
    @pytest.mark.clause("FP 3.4")
    @pytest.mark.clause("D25")
    def test_after_the_end_the_plan_is_what_is_missing_and_a_later_one_says_when(self) -> None:
        owner, on = enterprise(is_little_giant=True), date(2026, 3, 1)
        assert rd_standing(owner, on=on).state is State.NOT_MET
        first = PolicyVersion.objects.get(number=1)
        PolicyVersion.objects.create(number=2, name="后续方案", valid_from="2026-07-01", terms=first.terms)
        found = rd_standing(owner, on=on)
        assert found.state is State.LATER
        assert found.all_of[-1].from_on == date(2026, 7, 1)
        assert rd_standing(owner, on=date(2026, 7, 1)).state is State.MET


class TestProjects:
    @pytest.mark.clause("FP 1.1.1")
    def test_each_project_stands_by_itself_at_the_same_cost(self, django_assert_num_queries: Any) -> None:
        owner = enterprise()
        ProjectFactory(enterprise=owner, project_type="technical_upgrade", name="一期")
        ProjectFactory(enterprise=owner, project_type="other", is_key_project=False, is_named_by_city=False, name="二期")
        with django_assert_num_queries(4):
            found = {one.name: one.state for one in project_standings(owner, on=ON)}
        assert found == {"一期": State.MET, "二期": State.NOT_MET}


@pytest.mark.clause("FP 1.6.1(2)")
def test_that_a_screening_found_a_candidate_is_told_to_nobody_before_publication() -> None:
    desk = Desk()
    screened, applied, listed = candidate(desk), submitted(), published(desk)
    assert list(own_entries(screened.enterprise)) == []
    assert list(own_entries(applied.enterprise)) == [applied.entry]
    assert list(own_entries(listed.enterprise)) == [listed.entry]
