"""The working-day calendar: loaded once per process and version; a request or task reads the version once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db import connection

from common.errors import DomainError
from policy.calendar_scope import Version, keep_calendar_version, version_read_once
from policy.locks import Lock
from policy.models import CalendarDay, CalendarNotice
from policy.working_days import WorkingCalendar

NO_NOTICE: Version = (0, datetime.min)  # noqa: DTZ901  (a mark, never compared with a time)


class NoCalendar(DomainError):
    """No notice of days off is stored, so no working day can be counted."""

    code = "no_calendar"
    sentence = "系统中没有放假安排，无法计算工作日，请先录入国务院办公厅的年度放假安排。"


def working_calendar() -> WorkingCalendar:
    """
    Return the calendar of the newest notice.

    Costs one query for the version (none when the request or task already read it) and one per version and process for the days.

    Source: D6.
    """
    return _load(version_read_once(current_calendar_version))


def held_calendar() -> WorkingCalendar:
    """
    Return the calendar of the newest notice, and keep further ones out until the transaction ends; one statement.

    A notice entered meanwhile is waited for, so that no deadline is counted by the calendar before it. Source: D6.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM policy_hold_calendar(%s)", [Lock.CALENDAR])
        version = cursor.fetchone() or NO_NOTICE
    keep_calendar_version(version)
    return _load(version)


def current_calendar_version() -> Version:
    """Return the version the next reader gets; ``(0, …)`` before any notice."""
    return CalendarNotice.objects.order_by("-id").values_list("id", "recorded_at").first() or NO_NOTICE


def calendar_if(year: int, days: Mapping[date, bool]) -> WorkingCalendar:
    """
    Return the present calendar as it would be if a published notice named these days of its year, off or worked.

    Source: D6.
    """
    return _built([*_counting(current_calendar_version()), (year, False, days)], version=0)


@lru_cache(maxsize=4)
def _load(version: Version) -> WorkingCalendar:
    """
    Return the calendar as the notices up to a version give it: of each year the last notice counts.

    Raises:
        NoCalendar: there is no notice at all.
    """
    return _built(_counting(version), version=version[0])


def _counting(version: Version) -> list[tuple[int, bool, Mapping[date, bool]]]:
    """Return the notices that count up to a version: of each year the last one, with whether it is provisional and what it names."""
    last_of_year = {n.year: n for n in CalendarNotice.objects.filter(id__lte=version[0]).order_by("id")}
    if not last_of_year:
        raise NoCalendar
    named: dict[int, dict[date, bool]] = {year: {} for year in last_of_year}
    for year, on, is_off in CalendarDay.objects.filter(notice__in=last_of_year.values()).values_list("notice__year", "on", "is_off"):
        named[year][on] = is_off
    return [(year, last_of_year[year].is_provisional, named[year]) for year in sorted(last_of_year)]


def _built(notices: Sequence[tuple[int, bool, Mapping[date, bool]]], *, version: int) -> WorkingCalendar:
    last = {year: (provisional, days) for year, provisional, days in notices}
    # where the notices of two years speak of one day, the later year's has the last word
    is_off = {on: off for year in sorted(last) for on, off in last[year][1].items()}
    return WorkingCalendar(
        version=version,
        days_off=frozenset(day for day, off in is_off.items() if off),
        makeup=frozenset(day for day, off in is_off.items() if not off),
        published_years=frozenset(year for year, (provisional, _) in last.items() if not provisional),
        provisional_years=frozenset(year for year, (provisional, _) in last.items() if provisional),
    )
