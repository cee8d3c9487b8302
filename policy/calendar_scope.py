"""One request or task reads the calendar's version number once. Knows neither models nor database, so that any door may open it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

# The newest notice: its number is the calendar's version. Its time of recording tells apart two databases that number alike.
Version = tuple[int, datetime]


class _Scope:
    """One request or task: the calendar version it read, once it has."""

    version: Version | None = None


_scope: ContextVar[_Scope | None] = ContextVar("policy_calendar_scope", default=None)


@contextmanager
def calendar_scope() -> Iterator[None]:
    """Open a request or task: within it the version number is read at most once."""
    token = _scope.set(_Scope())
    try:
        yield
    finally:
        _scope.reset(token)


def version_read_once(read: Callable[[], Version]) -> Version:
    """Return the version the running request or task has read; read it where it has not, or where none is running."""
    scope = _scope.get()
    if scope is None:
        return read()
    if scope.version is None:
        scope.version = read()
    return scope.version


def forget_calendar_version() -> None:
    """Make the running request or task read the version anew, after a notice was entered in it."""
    keep_calendar_version(None)


def keep_calendar_version(version: Version | None) -> None:
    """Let the running request or task go on with this version, read under the calendar's lock."""
    scope = _scope.get()
    if scope is not None:
        scope.version = version
