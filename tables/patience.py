"""How long a file may take by the clock: a person waits for a page, a job waits for nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tables import limits

_is_job: ContextVar[bool] = ContextVar("tables_is_job", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Let what is read within take the time of a job; memory, processor and answer stay bound as they are."""
    token = _is_job.set(True)
    try:
        yield
    finally:
        _is_job.reset(token)


def wall_seconds() -> float:
    """Return after how many seconds a child is ended."""
    return limits.PATIENT_WALL_SECONDS if _is_job.get() else limits.WALL_SECONDS


def wait_seconds() -> float:
    """Return for how many seconds a place for a child is waited for."""
    return limits.PATIENT_WAIT_SECONDS if _is_job.get() else limits.WAIT_SECONDS
