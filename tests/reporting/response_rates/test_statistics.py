"""How each application counts, and what a year's rates of all banks come to."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.enums import Mode, Size
from parties.models import Institution
from policy.models import PolicyVersion
from policy.selectors.calendar import working_calendar
from reporting.enums import ModeScope, Outcome, SizeScope
from reporting.models import ResponseYear
from reporting.response_rates.selectors.cohort import LISTING_LABELS, Listing, cohort
from reporting.response_rates.selectors.judging import last_due_of
from reporting.response_rates.selectors.live import open_cases, without_intent
from reporting.response_rates.selectors.statistics import Cell, year_statistics
from tests.factories import EnterpriseFactory, InstitutionFactory
from tests.reporting.applied import AFTER, DUE, SUBMITTED, applied

LATER = date(2024, 12, 31)


@pytest.fixture
def bank(db: None) -> Institution:
    return InstitutionFactory()


def outcome_of(bank: Institution, *, as_of: date = LATER) -> Outcome:
    ((outcome, count),) = year_statistics(2024, as_of=as_of).of(bank.pk).outcomes.items()
    assert count == 1
    return outcome


def pair(bank: Institution | None, *, as_of: date = LATER, **cell: Any) -> tuple[int, int]:
    counts = year_statistics(2024, as_of=as_of).of(bank.pk if bank else None, **cell).counts
    return counts.in_time, counts.matured


def test_the_days_of_these_tests_are_those_of_the_calendar(bank: Institution) -> None:
    assert working_calendar().due(SUBMITTED, 30).on == DUE


@pytest.mark.clause("D42")
@pytest.mark.clause("FP 2.2.1")
@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        pytest.param({"met": DUE}, Outcome.IN_TIME, id="met on the 30th working day"),
        pytest.param({"met": AFTER}, Outcome.LATE, id="met a day later"),
        pytest.param({"decided": DUE}, Outcome.UNMET, id="approved in time is not conditions met"),
        pytest.param({"refused": date(2024, 3, 4)}, Outcome.REFUSED, id="refused at once"),
        pytest.param({}, Outcome.UNMET, id="never answered"),
        pytest.param({"withdrawn": date(2024, 4, 12)}, Outcome.WITHDRAWN, id="withdrawn on day 29"),
        pytest.param({"withdrawn": date(2024, 4, 14)}, Outcome.WITHDRAWN, id="withdrawn on the Sunday before day 30"),
        pytest.param({"withdrawn": DUE}, Outcome.UNMET, id="withdrawn on day 30"),
        pytest.param({"withdrawn": AFTER}, Outcome.UNMET, id="withdrawn on day 31"),
        pytest.param(
            {"met": date(2024, 3, 20), "withdrawn": date(2024, 3, 25)}, Outcome.IN_TIME, id="withdrawn after conditions were met in time"
        ),
        pytest.param({"met": DUE, "intent": False}, Outcome.WITHOUT_INTENT, id="no intent recorded"),
    ],
)
def test_what_becomes_of_an_application(bank: Institution, facts: dict[str, Any], outcome: Outcome) -> None:
    applied(bank, **facts)
    assert outcome_of(bank) == outcome


@pytest.mark.clause("D42")
def test_a_rest_day_after_the_last_working_day_is_too_late(bank: Institution) -> None:
    friday = next(day for day in (date(2024, 2, n) for n in range(1, 29)) if working_calendar().due(day, 30).on.weekday() == 4)
    due = working_calendar().due(friday, 30).on
    saturday = due.replace(day=due.day + 1)
    assert working_calendar().elapsed(friday, saturday) == 30  # no working day has passed, the term has
    applied(bank, on=friday, met=saturday)
    assert outcome_of(bank) == Outcome.LATE


@pytest.mark.clause("D8")
@pytest.mark.parametrize(
    ("facts", "sure", "best"),
    [
        pytest.param({"met": date(2024, 3, 20)}, 1, 1, id="in time already"),
        pytest.param({"refused": date(2024, 3, 20)}, 0, 0, id="refused already"),
        pytest.param({}, 0, 1, id="open"),
    ],
)
def test_nothing_counts_before_its_days_are_over(bank: Institution, facts: dict[str, Any], sure: int, best: int) -> None:
    applied(bank, **facts)
    assert outcome_of(bank, as_of=DUE) == Outcome.NOT_MATURED  # on day 30 itself the day is not over
    counts = year_statistics(2024, as_of=DUE).of(bank.pk).counts
    assert (counts.in_time, counts.matured, counts.pending, counts.sure, counts.best, counts.submitted) == (0, 0, 1, sure, best, 1)
    assert year_statistics(2024, as_of=AFTER).of(bank.pk).counts.matured == 1


@pytest.mark.clause("D42")
class TestOneEnterprise:
    def test_refused_once_and_in_time_once_is_one_success(self, bank: Institution) -> None:
        one = EnterpriseFactory()
        applied(bank, enterprise=one, refused=date(2024, 3, 20))
        applied(bank, enterprise=one, met=DUE)
        assert pair(bank) == (1, 1)

    def test_one_over_and_one_open_counts_by_what_is_over_and_can_still_improve(self, bank: Institution) -> None:
        one = EnterpriseFactory()
        applied(bank, enterprise=one, refused=date(2024, 3, 20))
        applied(bank, enterprise=one, on=date(2024, 4, 1))
        counts = year_statistics(2024, as_of=AFTER).of(bank.pk).counts
        assert (counts.in_time, counts.matured, counts.best, counts.sure, counts.submitted) == (0, 1, 1, 0, 1)

    def test_two_sizes_count_each_by_its_own_applications(self, bank: Institution) -> None:
        one = EnterpriseFactory()
        applied(bank, enterprise=one, size=Size.MEDIUM, refused=date(2024, 3, 20))
        applied(bank, enterprise=one, size=Size.LARGE, met=DUE)
        assert (pair(bank), pair(bank, size=SizeScope.SME)) == ((1, 1), (0, 1))

    def test_two_modes_count_each_by_its_own_applications(self, bank: Institution) -> None:
        one = EnterpriseFactory()
        applied(bank, enterprise=one, mode=Mode.TRUST, refused=date(2024, 3, 20))
        applied(bank, enterprise=one, met=DUE)
        assert [pair(bank, mode=mode) for mode in ModeScope] == [(1, 1), (1, 1), (0, 1)]

    def test_over_the_fund_it_counts_once_and_any_bank_is_a_success(self, bank: Institution) -> None:
        one, other = EnterpriseFactory(), InstitutionFactory()
        applied(bank, enterprise=one, met=DUE)
        applied(other, enterprise=one, refused=date(2024, 3, 20))
        assert (pair(bank), pair(other), pair(None)) == ((1, 1), (0, 1), (1, 1))


@pytest.mark.clause("D42")
def test_a_year_end_within_the_days_leaves_the_application_in_the_year_of_its_submission(bank: Institution) -> None:
    applied(bank, on=date(2024, 12, 20), met=date(2025, 1, 20))
    assert outcome_of(bank, as_of=date(2024, 12, 31)) == Outcome.NOT_MATURED
    assert pair(bank, as_of=date(2025, 3, 1)) == (1, 1)
    assert year_statistics(2025, as_of=date(2025, 3, 1)).cells == {}
    assert last_due_of(2024, calendar=working_calendar()) == working_calendar().due(date(2024, 12, 31), 30).on


@pytest.mark.clause("D38")
def test_each_application_has_the_days_of_its_own_version(bank: Institution) -> None:
    first = PolicyVersion.objects.get(number=1)
    PolicyVersion.objects.filter(pk=first.pk).update(valid_until=date(2024, 7, 1))
    terms = first.terms | {"response": first.terms["response"] | {"working_days": 10}}
    second = PolicyVersion.objects.create(number=2, name="后续方案", valid_from=date(2024, 7, 1), terms=terms)
    applied(bank, met=DUE)
    on, met = date(2024, 7, 1), date(2024, 7, 16)
    assert working_calendar().elapsed(on, met) == 11
    applied(bank, on=on, met=met, policy_version=second)
    assert pair(bank) == (1, 2)


@pytest.mark.clause("FP 1.6.5")
def test_efficiency_counts_applications_and_what_is_dated_later_is_not_known(bank: Institution) -> None:
    one = EnterpriseFactory()
    for met, intent in ((date(2024, 3, 4), True), (date(2024, 3, 5), False), (date(2024, 3, 29), True)):
        applied(bank, enterprise=one, met=met, intent=intent)
    found = year_statistics(2024, as_of=LATER).of(bank.pk)
    assert (found.to_conditions.cases, found.to_conditions.median, found.to_conditions.ninetieth) == (3, 2, 20)
    early = year_statistics(2024, as_of=date(2024, 3, 28)).of(bank.pk)
    assert (early.to_decision.cases, early.to_conditions.ninetieth) == (2, 2)


@pytest.mark.clause("FP 1.6.5")
def test_all_banks_take_one_statement(bank: Institution) -> None:
    applied(bank, met=DUE)
    year_statistics(2024, as_of=LATER)
    with CaptureQueriesContext(connection) as few:
        year_statistics(2024, as_of=LATER)
    for _ in range(3):
        applied(InstitutionFactory(), met=DUE)
    with CaptureQueriesContext(connection) as many:
        assert len(year_statistics(2024, as_of=LATER).banks) == 4
    assert len(few) == len(many)
    assert sum("loans_application" in one["sql"] for one in many.captured_queries) == 1


@pytest.fixture
def crowd(bank: Institution) -> ResponseYear:
    """Two banks, some of everything, seen on a day on which some are over."""
    other, shared = InstitutionFactory(), EnterpriseFactory()
    applied(bank, enterprise=shared, met=DUE)
    applied(bank, enterprise=shared, on=date(2024, 3, 20), size=Size.LARGE)
    applied(bank, refused=date(2024, 3, 20), size=Size.LARGE)
    applied(bank, met=AFTER, mode=Mode.TRUST)
    applied(bank, withdrawn=date(2024, 3, 20))
    applied(bank, intent=False)
    applied(bank, on=date(2024, 4, 1))
    applied(other, enterprise=shared, refused=date(2024, 3, 20))
    applied(other, on=date(2024, 4, 2), met=date(2024, 4, 10), mode=Mode.TRUST)
    return ResponseYear.objects.create(year=2024)


@pytest.mark.clause("FP 1.6.5")
def test_every_figure_opens_to_a_list_with_the_same_count(crowd: ResponseYear, bank: Institution) -> None:
    found = year_statistics(2024, as_of=AFTER)
    assert len(found.cells) > 10
    for cell, figures in found.cells.items():
        listed = {name: cohort(crowd, cell, name, as_of=AFTER) for name in LISTING_LABELS}
        assert all(page.count == len(page.rows) for page in listed.values())
        counts = figures.counts
        said = (counts.in_time, counts.matured, counts.pending, figures.applications)
        assert tuple(listed[name].count for name in (Listing.SUCCEEDED, Listing.MATURED, Listing.PENDING, Listing.EVERY)) == said, cell
        assert {one: listed[one].count for one in Outcome if listed[one].count} == dict(figures.outcomes), cell
        names = [row.enterprise for row in listed[Listing.MATURED].rows]
        assert len(set(names)) == len(names)  # an enterprise once


@pytest.mark.clause("FP 1.6.5")
def test_an_open_application_says_what_the_rate_becomes(crowd: ResponseYear, bank: Institution) -> None:
    found_year = year_statistics(2024, as_of=AFTER)
    counts = found_year.of(bank.pk).counts
    assert (counts.in_time, counts.matured) == (1, 3)
    found = open_cases(crowd, found_year, bank_id=bank.pk)
    said = {(one.row.submitted_on, str(one.rate_if_met)) for one in found.cases}
    assert said == {(date(2024, 3, 20), "0.333333"), (date(2024, 4, 1), "0.500000")}  # the shared enterprise has succeeded already
    assert {one.row.public_id for one in open_cases(crowd, found_year).cases} == {one.row.public_id for one in found.cases}
    page = cohort(crowd, Cell(bank.pk), Listing.OPEN, as_of=AFTER, limit=1, offset=1)
    assert (page.count, len(page.rows)) == (2, 1)


@pytest.mark.clause("D44")
def test_applications_without_intent_alarm_above_the_line(bank: Institution) -> None:
    for n in range(9):
        applied(bank, intent=n > 0)
    for _ in range(2):
        (found,) = without_intent(year_statistics(2024, as_of=LATER), [bank.pk], alarm_share=Decimal("0.10"))
        expected = (1, found.applications, found.applications == 9)
        assert (found.without_intent, found.applications, found.is_alarming) == expected
        applied(bank)  # the tenth: just 10 % is no more than 10 %
