"""How long a file may take, and which places are there for it: a web worker waits for a request's, nobody for a job's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from tables import limits

_is_job: ContextVar[bool] = ContextVar("tables_is_job", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Let what is read within take the time of a job; memory and answer stay bound as they are."""
    token = _is_job.set(True)
    try:
        yield
    finally:
        _is_job.reset(token)


def cpu_seconds() -> int:
    """Return how much processor time a child has."""
    return limits.PATIENT_CPU_SECONDS if _is_job.get() else limits.CPU_SECONDS


def wall_seconds() -> float:
    """Return after how many seconds a child is ended."""
    return limits.PATIENT_WALL_SECONDS if _is_job.get() else limits.WALL_SECONDS


def wait_seconds() -> float:
    """Return for how many seconds a place for a child is waited for."""
    return limits.PATIENT_WAIT_SECONDS if _is_job.get() else 0


def places() -> Sequence[int]:
    """Return the places for children in the order in which they are tried: jobs leave those of requests free as long as they can."""
    everywhere = range(limits.AT_ONCE)
    return everywhere[::-1] if _is_job.get() else everywhere[: limits.AT_ONCE_IN_REQUESTS]
