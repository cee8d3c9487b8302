"""Two processes play what banks and counties do beside each other: all of it once, each lane in order, nothing ahead of its time."""

import os
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from demo_fund.hands import HelperEnded, playing
from demo_fund.models import DemoDay
from demo_fund.player import Play, Step, stretches
from demo_fund.story import SEED, story

FIRST = date(2026, 3, 2)
SCRIPT = ((0, ""), (0, "a"), (0, "b"), (1, "a"), (1, "b"), (1, "a"), (2, ""), (2, "b"), (2, "a"), (3, "c"), (4, "a"))  # (day, lane)


def told(act: Callable[[int, datetime], None]) -> list[list[Play]]:
    steps = [Step(FIRST + timedelta(days=day), order, partial(act, order), lane=lane) for order, (day, lane) in enumerate(SCRIPT)]
    return stretches(reversed(steps))


def test_a_stretch_ends_where_something_without_a_lane_comes() -> None:
    dealt = told(lambda number, at: None)
    assert [[one.step.order for one in stretch] for stretch in dealt] == [[0], [1, 2, 3, 4, 5], [6], [7, 8, 9, 10]]
    for stretch in dealt:
        hands = defaultdict(set)
        for one in stretch:
            hands[one.step.lane].add(one.hand)
        assert all(len(of_lane) == 1 for of_lane in hands.values())
    assert {one.hand for one in dealt[1]} == {0, 1}
    assert [(one.hand, one.number) for one in dealt[0] + dealt[2]] == [(0, 1), (0, 1)]


def test_lanes_of_a_name_go_beside_their_own_alone() -> None:
    """What banks do never runs beside the jobs that judge it."""
    lanes = ("a", "jobs:1", "jobs:2", "jobs:1", "drafts:a", "drafts:b", "a", "b")
    steps = [Step(FIRST, order, lambda at: None, lane=lane) for order, lane in enumerate(lanes)]
    dealt = stretches(steps)
    assert [[one.step.lane for one in stretch] for stretch in dealt] == [
        ["a"],
        ["jobs:1", "jobs:2", "jobs:1"],
        ["drafts:a", "drafts:b"],
        ["a", "b"],
    ]
    assert [{one.hand for one in stretch} for stretch in dealt[1:]] == [{0, 1}] * 3


@pytest.mark.django_db
def test_the_story_is_dealt_the_same_every_time_and_keeps_its_order() -> None:
    """A load that was killed goes on by the numbers of its marks."""
    seen = [
        [(one.step.on, one.step.order, one.step.lane, one.hand, one.number) for stretch in dealt for one in stretch]
        for dealt in (stretches(story(seed=SEED, until=date(2026, 11, 28))) for _ in range(2))
    ]
    assert seen[0] == seen[1]
    assert [key[:2] for key in seen[0]] == sorted(key[:2] for key in seen[0])
    shares = [sum(key[3] == hand for key in seen[0]) / len(seen[0]) for hand in (0, 1)]
    assert shares[1] > 0.4, "the second process has something to do"


def note(folder: Path, number: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("off",)
    (folder / f"{number}").write_text(f"{os.getpid()} {at.isoformat()}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hands", [1, 2])
def test_everything_is_played_once_and_marked(tmp_path: Path, hands: int) -> None:
    for time in (1, 2):  # the second time nothing is left to play
        dealt = told(partial(note, tmp_path))
        with playing(dealt, hands=hands) as play:
            for number in range(len(dealt)):
                play(number)
        assert {int(path.name) for path in tmp_path.iterdir()} == (set(range(len(SCRIPT))) if time == 1 else set())
        assert len({path.read_text().split()[0] for path in tmp_path.iterdir()}) == (hands if time == 1 else 0)
        for path in tmp_path.iterdir():
            path.unlink()
    assert sum(mark.steps for mark in DemoDay.objects.all()) == len(SCRIPT)


def fail(number: int, at: datetime) -> None:
    if number == 4:
        raise ValueError


@pytest.mark.django_db(transaction=True)
def test_what_the_second_process_cannot_play_ends_the_load(capfd: pytest.CaptureFixture[str]) -> None:
    dealt = told(fail)
    assert {one.hand for one in dealt[1] if one.step.order == 4} == {1}
    with pytest.raises(HelperEnded), playing(dealt, hands=2) as play:
        list(map(play, range(len(dealt))))
    assert "ValueError" in capfd.readouterr().err
    assert not DemoDay.objects.filter(day=FIRST + timedelta(days=2)).exists()
