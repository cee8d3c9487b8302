"""Plays a story day by day. Each day commits with its mark, so a load killed anywhere goes on where it stopped."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from demo_fund.models import DemoDay

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does on a day; ``order`` settles what comes first among the steps of a day."""

    on: date
    order: int
    act: Callable[[datetime], None]
    is_plain: bool = False  # calls services that succeed; one that may catch a refusal needs savepoints


def played(steps: Iterable[Step]) -> Iterator[tuple[date, int, int]]:
    """
    Play the steps in order, one transaction a day, and yield (day, steps done, steps in all) after each day.

    Days that are played already are skipped.
    """
    days: dict[date, list[Step]] = defaultdict(list)
    for step in steps:
        days[step.on].append(step)
    total, done = sum(map(len, days.values())), 0
    known = set(DemoDay.objects.values_list("day", flat=True))
    for day in sorted(days):
        if day not in known:
            _play_day(day, sorted(days[day], key=lambda step: step.order))
        done += len(days[day])
        yield day, done, total


@transaction.atomic
def _play_day(day: date, steps: list[Step]) -> None:
    started = time.perf_counter()
    for index, step in enumerate(steps):
        with _no_savepoints() if step.is_plain else nullcontext():
            step.act(at_time(day, minutes=index))
    DemoDay.objects.create(day=day, steps=len(steps), seconds=time.perf_counter() - started)


@contextmanager
def _no_savepoints() -> Iterator[None]:
    """Let services inside the day's transaction save nothing to go back to: a plain step that is refused ends the whole load anyway."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        del connection.features.uses_savepoints


def at_time(day: date, *, minutes: int = 0) -> datetime:
    """Return a moment of the working day, from nine in the morning on."""
    hour, minute = divmod(min(minutes, 600), 60)
    return datetime.combine(day, clock_time(9 + hour, minute), tzinfo=SHANGHAI)
