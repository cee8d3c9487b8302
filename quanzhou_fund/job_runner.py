"""How a worker runs a task: a job of the schedule singly and once per period, by its state in the database."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from celery.schedules import crontab
from django.db import DatabaseError

from jobs.claims import claim, fail, finish
from quanzhou_fund.schedule import EARLY, JOB_OF, LIMITS

BEYOND_LIMIT = timedelta(seconds=30)  # the process of a task that outlives its hard limit is gone by then
log = structlog.get_logger(__name__)


def run_singly(name: str, run: Callable[[], Any]) -> Any:
    """
    Run a job of the schedule if it is due and nobody runs it; otherwise return ``None`` at once. Other tasks simply run.

    What a failure leaves is due again after a wait; a worker that dies leaves a lease that runs out.
    """
    job = JOB_OF.get(name)
    if job is None:
        return run()
    lease = timedelta(seconds=LIMITS[job.queue].hard) + BEYOND_LIMIT
    started_at = claim(name, lease=lease, early=EARLY if isinstance(job.runs, crontab) else timedelta(0))
    if started_at is None:
        log.debug("job_not_due", job=name)
        return None
    try:
        result = run()
    except BaseException as problem:
        with contextlib.suppress(DatabaseError):  # then the lease runs out by itself
            fail(name, started_at=started_at, error=f"{type(problem).__name__}: {problem}")
        raise
    begun = started_at + EARLY if isinstance(job.runs, crontab) else started_at
    finish(name, started_at=started_at, due_at=job.next_after(begun))
    return result
