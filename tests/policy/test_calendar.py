"""The stored calendar against the notices, an independent calendar and the statutory rule."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from policy.calendar_scope import calendar_scope
from policy.middleware import CalendarScopeMiddleware
from policy.models import CalendarNotice
from policy.selectors.calendar import working_calendar
from policy.working_days import CalendarNotCovered
from quanzhou_fund.celery import app

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "workdays.json").read_text())
DAY = timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D6")]


def days(first: date, last: date) -> list[date]:
    return [first + DAY * n for n in range((last - first).days + 1)]


@pytest.mark.parametrize("year", VECTORS["years"])
def test_days_off_and_make_up_days_are_those_of_the_notice(year: str) -> None:
    calendar, notice = working_calendar(), VECTORS["years"][year]
    for first, last, name in notice["off"]:
        for day in days(date.fromisoformat(first), date.fromisoformat(last)):
            assert not calendar.is_working_day(day), f"{day} {name}"
    assert all(calendar.is_working_day(date.fromisoformat(day)) for day in notice["makeup_workdays"])
    whole_year = days(date(int(year), 1, 1), date(int(year), 12, 31))
    assert sum(calendar.is_working_day(day) for day in whole_year) == notice["workdays"]
    row = CalendarNotice.objects.get(year=year)
    assert (row.document_number, row.source_url, row.is_provisional) == (notice["notice"], notice["url"], False)


def test_every_day_from_2004_to_2026_agrees_with_an_independent_calendar() -> None:
    calendar = working_calendar()
    every_day = days(date(2004, 1, 1), date(2026, 12, 31))
    assert [day for day in every_day if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_2027_follows_the_statutory_rule_and_is_provisional() -> None:
    calendar, expected = working_calendar(), {date.fromisoformat(day) for day in VECTORS["provisional_2027"]["off"]}
    year = days(date(2027, 1, 1), date(2027, 12, 31))
    assert {day for day in year if not calendar.is_working_day(day)} == expected | {day for day in year if day.weekday() >= 5}
    assert all(calendar.is_provisional(day) for day in year)
    named = CalendarNotice.objects.get(year=2027).days.values_list("on", flat=True)
    assert set(named) == expected


@pytest.mark.parametrize("year", range(2027, 2036))
def test_an_unpublished_year_has_13_statutory_days_off_on_weekdays(year: int) -> None:
    notice = CalendarNotice.objects.get(year=year)
    assert notice.is_provisional
    assert sum(day.on.weekday() < 5 for day in notice.days.all()) == 13


@pytest.mark.parametrize("case", VECTORS["plus_30"], ids=lambda c: c["start"])
def test_thirty_working_days_end_where_the_notices_say(case: dict[str, Any]) -> None:
    due = working_calendar().due(date.fromisoformat(case["start"]), 30)
    assert (due.on.isoformat(), due.provisional) == (case["deadline_A"], False)


@pytest.mark.parametrize("case", VECTORS["crosses_unpublished_2027"], ids=lambda c: c["start"])
def test_a_term_that_reaches_an_unpublished_year_is_provisional(case: dict[str, Any]) -> None:
    due = working_calendar().due(date.fromisoformat(case["start"]), 30)
    assert (due.on.isoformat(), due.provisional) == (case["deadline_A"], case["provisional"])


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2036, 1, 1)])
def test_a_year_without_data_is_an_error_that_names_the_years_covered(day: date) -> None:
    with pytest.raises(CalendarNotCovered, match="2004 年至 2035 年"):
        working_calendar().is_working_day(day)


def test_lookups_cost_no_query_and_a_request_reads_the_version_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    working_calendar()  # this process has read the days
    with calendar_scope(), django_assert_num_queries(1):
        for month in range(1, 13):
            working_calendar().due(date(2026, month, 1), 30)
    with calendar_scope():
        calendar = working_calendar()
        with django_assert_num_queries(0):
            assert calendar.is_working_day(date(2026, 2, 14))
            assert calendar.elapsed(date(2026, 1, 4), date(2026, 2, 13)) == 30
            assert working_calendar() is calendar


def test_a_request_and_a_task_read_the_version_once(rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{working_calendar().version == working_calendar().version}")

    @app.task(name="tests.policy.read_the_calendar_twice")
    def read_twice() -> bool:
        return working_calendar() is working_calendar()

    working_calendar()
    with django_assert_num_queries(1):
        assert CalendarScopeMiddleware(view)(rf.get("/")).content == b"True"
    with django_assert_num_queries(1):
        assert read_twice.delay().get()
    with django_assert_num_queries(2):
        assert working_calendar() is working_calendar()  # neither: each reading asks anew
