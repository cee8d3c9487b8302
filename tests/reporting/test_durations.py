"""How long steps took: the middle one and nine in ten, in working days, of the cases that ended in the year."""

from datetime import date, timedelta

import pytest

from loans.models import Application
from reporting.durations.rules import FEWEST_TOLD, Spread, spread
from reporting.durations.selectors import steps_taken
from tests.factories import InstitutionFactory
from tests.loan_factories import ApplicationFactory


@pytest.mark.parametrize(
    ("days", "found"),
    [
        pytest.param([3, 1, 2, 5], None, id="four cases would tell of single enterprises"),
        pytest.param([3, 1, 2, 5, 9], Spread(count=5, half=3, most=9), id="of five nine in ten are all"),
        pytest.param([*range(1, 11)], Spread(count=10, half=5, most=9), id="of ten nine are nine in ten"),
        pytest.param([*range(1, 21)], Spread(count=20, half=10, most=18), id="of twenty eighteen"),
    ],
)
def test_half_and_nine_in_ten(days: list[int], found: Spread | None) -> None:
    assert spread(days) == found


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.django_db
def test_a_decision_counts_in_the_year_it_was_made_and_a_draft_in_none() -> None:
    for days in range(FEWEST_TOLD):
        decided_on = date(2024, 3, 18) + timedelta(days=days)  # Monday to Friday; submitted on Friday, 1 March
        ApplicationFactory(approved=True, decided_on=decided_on)
    ApplicationFactory()
    assert Application.objects.filter(decided_on__year=2024).count() == FEWEST_TOLD
    taken = {one.name: one.taken for one in steps_taken(2024)}
    assert taken["提交融资申请 → 银行批复或不予批复"] == Spread(count=5, half=13, most=15)
    assert taken["签订合同 → 首次放款"] is None
    assert {one.taken for one in steps_taken(2023)} == {None}


@pytest.mark.django_db
def test_of_two_banks_nothing_is_told_since_each_would_know_the_other() -> None:
    pair = [InstitutionFactory(), InstitutionFactory()]
    for number in range(2 * FEWEST_TOLD):
        ApplicationFactory(approved=True, bank=pair[number % 2])
    taken = {one.name: one.taken for one in steps_taken(2024)}
    assert taken["提交融资申请 → 银行批复或不予批复"] is None
    ApplicationFactory(approved=True)
    taken = {one.name: one.taken for one in steps_taken(2024)}
    assert taken["提交融资申请 → 银行批复或不予批复"] == Spread(count=11, half=13, most=13)
