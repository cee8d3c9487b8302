"""What a file may cost, and which places are there for it: a web worker waits for a request's, nobody for a job's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from tables import limits

_is_job: ContextVar[bool] = ContextVar("tables_is_job", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Let what is read within cost what it may in a job."""
    token = _is_job.set(True)
    try:
        yield
    finally:
        _is_job.reset(token)


def is_patient() -> bool:
    """Return whether a job reads."""
    return _is_job.get()


def bounds() -> dict[str, float]:
    """Return what binds a child, by the names under which it is told."""
    is_job = _is_job.get()
    return {
        "memory": limits.MEMORY_BYTES if is_job else limits.MEMORY_BYTES_IN_REQUESTS,
        "cpu": cpu_seconds(),
        "answer": limits.ANSWER_BYTES if is_job else limits.ANSWER_BYTES_IN_REQUESTS,
        "cells": limits.CELLS if is_job else limits.CELLS_IN_REQUESTS,
    }


def unpacked_bytes() -> int:
    """Return how much a package may hold."""
    return limits.UNPACKED_BYTES if _is_job.get() else limits.UNPACKED_BYTES_IN_REQUESTS


def cpu_seconds() -> float:
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
