"""Two processes that play one story: what different banks and counties do beside each other is played beside each other."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from django.db import connection

from demo_fund.player import HANDS, Player, Stretch

# The demo may lose its last moments in a power cut: the next start plays them again. Planning of short statements is most of their time.
SETTINGS = ("synchronous_commit = off", "join_collapse_limit = 1")
FIRST, SECOND = range(HANDS)


class HelperEnded(Exception):
    """The second process ended before its share was played; what it said is above."""


class Alone:
    """Plays every share itself, one after the other."""

    def __init__(self, told: Sequence[Stretch]) -> None:
        self._told = told
        self._player = Player()

    def play(self, number: int) -> None:
        """Play a stretch to its end."""
        self._player.play(self._told[number], hands=range(HANDS))


class WithHelper:
    """Plays the first hand's share while the other process plays the second's."""

    def __init__(self, told: Sequence[Stretch], line: Connection) -> None:
        self._told = told
        self._line = line
        self._player = Player()

    def play(self, number: int) -> None:
        """
        Play a stretch to its end, with the helper where there is something for it.

        Raises:
            HelperEnded.
        """
        stretch = self._told[number]
        is_shared = any(one.hand == SECOND for one in stretch)
        try:
            if is_shared:
                self._line.send(number)
            self._player.play(stretch, hands=[FIRST])
            if is_shared:
                self._line.recv()
        except (EOFError, BrokenPipeError) as gone:
            raise HelperEnded from gone


@contextmanager
def playing(told: Sequence[Stretch], *, hands: int) -> Iterator[Callable[[int], None]]:
    """Give what plays a stretch of the story by its number. The connections of both processes act as the role of the one there is now."""
    role = _role()
    if hands == 1:
        _begin_session(role)
        yield Alone(told).play
        _end_session()
        return
    processes = multiprocessing.get_context("fork")
    ours, theirs = processes.Pipe()
    connection.close()  # a forked process must not share it
    helper = processes.Process(target=_help, args=(told, ours, theirs, role), daemon=True)
    helper.start()
    theirs.close()
    _begin_session(role)
    try:
        yield WithHelper(told, ours).play
    finally:
        ours.close()
        helper.join()
    _end_session()


def _help(told: Sequence[Stretch], ours: Connection, theirs: Connection, role: str) -> None:
    """Play the second hand's share of each stretch that is named, until the other process ends."""
    ours.close()
    _begin_session(role)
    player = Player()
    while True:
        try:
            number = theirs.recv()
        except EOFError:
            return
        player.play(told[number], hands=[SECOND])
        theirs.send(number)


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user)")
        return str(cursor.fetchone()[0])


def _begin_session(role: str) -> None:
    """Keep the rights that the load began with."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        for setting in SETTINGS:
            cursor.execute(f"SET {setting}")


def _end_session() -> None:
    with connection.cursor() as cursor:
        for setting in SETTINGS:
            cursor.execute(f"RESET {setting.split()[0]}")
