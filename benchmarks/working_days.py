"""Due dates in working days per second, the calendar once loaded, beside counting day by day with the public holiday package."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

from benchmarks.database import scratch
from benchmarks.measure import Result, alternate
from policy.calendar_scope import calendar_scope
from policy.selectors.calendar import working_calendar

FIRST, STARTS, DAYS = date(2024, 1, 1), 600, 30
FEWER = 200  # so many times fewer are counted day by day; the ratio is one of rates


def measure(options: Namespace) -> Iterator[Result]:
    """Yield due dates of 30 working days."""
    starts = [FIRST + timedelta(days=n % STARTS) for n in range(options.days)]
    fewer = starts[: max(len(starts) // FEWER, 1)]
    with scratch("working_days"), calendar_scope():
        working_calendar()  # warmed up

        def ours() -> None:
            for start in starts:
                working_calendar().due(start, DAYS)

        def beside() -> None:
            for start in fewer:
                chinese_calendar.find_workday(DAYS, start)

        taken = alternate(rounds=options.rounds, ours=ours, beside=beside, label="due dates")
    name = f"due dates of {DAYS} working days: calendar, chinesecalendar find_workday"
    yield taken.rates(name, count=len(starts), beside_count=len(fewer))
