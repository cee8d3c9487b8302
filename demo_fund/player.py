"""Plays a story step by step. Each step commits with its mark, so a load killed anywhere goes on where it stopped."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from common.database import nobody_waits
from demo_fund.models import DemoDay
from documents.store import unsynced

SHANGHAI = ZoneInfo("Asia/Shanghai")
HANDS = 2  # how many may play at once; a stretch is dealt to so many whether or not there is a second process


@dataclass(frozen=True, slots=True)
class Step:
    """
    One thing that somebody does on a day; ``order`` settles what comes first among the steps of a day.

    Steps of one lane keep their order; those of different lanes may be played beside each other where nothing without a lane comes between.
    A lane with a colon (``jobs:loans``) goes beside those of the same name before it alone, and nothing else at that time.
    """

    on: date
    order: int
    act: Callable[[datetime], None]
    is_plain: bool = False  # calls services that succeed; one that may catch a refusal needs savepoints
    lane: str = ""

    @property
    def beside(self) -> str:
        """Return what the lanes are called that it may go beside; empty for a step that is played alone."""
        name, colon, _ = self.lane.partition(":")
        return name if colon else "cases" if self.lane else ""


@dataclass(frozen=True, slots=True)
class Play:
    """A step with its moment, who plays it, and the how-manieth it is of that hand's day."""

    step: Step
    at: datetime
    hand: int
    number: int


Stretch = list[Play]  # what is played before anything after it begins


def stretches(steps: Iterable[Step]) -> list[Stretch]:
    """Return the whole story in stretches, each step dealt to a hand; the same for the same steps."""
    ordered: list[tuple[Step, datetime]] = []
    for day, of_day in groupby(sorted(steps, key=lambda step: (step.on, step.order)), key=lambda step: step.on):
        ordered += [(step, at_time(day, minutes=index)) for index, step in enumerate(of_day)]
    counted: Counter[tuple[date, int]] = Counter()
    told: list[Stretch] = []
    for _, stretch in groupby(ordered, key=lambda one: one[0].beside):
        told.append(_dealt(list(stretch), counted))
    return told


def _dealt(stretch: Sequence[tuple[Step, datetime]], counted: Counter[tuple[date, int]]) -> Stretch:
    """Give each lane to the hand with less to do, the longest lane first; what has no lane is played by the first hand."""
    load, hand_of = [0] * HANDS, {}
    for lane, length in Counter(step.lane for step, _ in stretch).most_common():
        hand_of[lane] = load.index(min(load))
        load[hand_of[lane]] += length
    plays = []
    for step, at in stretch:
        hand = hand_of[step.lane]
        counted[step.on, hand] += 1
        plays.append(Play(step, at, hand, counted[step.on, hand]))
    return plays


class Player:
    """One process that plays; steps whose mark is there already are skipped."""

    def __init__(self) -> None:
        self._known: dict[tuple[date, int], int] = {(mark.day, mark.hand): mark.steps for mark in DemoDay.objects.all()}

    def play(self, stretch: Stretch, *, hands: Iterable[int]) -> None:
        """Play the share of these hands of one stretch, in order."""
        wanted = set(hands)
        for one in stretch:
            if one.hand in wanted and one.number > self._known.get((one.step.on, one.hand), 0):
                with nobody_waits(), unsynced():
                    _play_step(one)


@transaction.atomic
def _play_step(one: Play) -> None:
    started = time.perf_counter()
    with _no_savepoints() if one.step.is_plain else nullcontext():
        one.step.act(one.at)
    seconds = time.perf_counter() - started
    if one.number == 1:
        DemoDay.objects.create(day=one.step.on, hand=one.hand, steps=1, seconds=seconds)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE demo_fund_demoday SET steps = %s, seconds = seconds + %s WHERE day = %s AND hand = %s",
            [one.number, seconds, one.step.on, one.hand],
        )


@contextmanager
def _no_savepoints() -> Iterator[None]:
    """Let services inside the step's transaction save nothing to go back to: a plain step that is refused ends the whole load anyway."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        del connection.features.uses_savepoints


def at_time(day: date, *, minutes: int = 0) -> datetime:
    """Return a moment of the working day, from nine in the morning on."""
    hour, minute = divmod(min(minutes, 600), 60)
    return datetime.combine(day, clock_time(9 + hour, minute), tzinfo=SHANGHAI)
