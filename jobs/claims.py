"""Claiming a job so that it runs once at a time and once a period, and noting its end. Without models: Celery needs it before them."""

from datetime import datetime, timedelta

from django.db import connection

WAITS = tuple(timedelta(seconds=seconds) for seconds in (60, 300, 900, 3600))  # after each failure in a row; then the last one again

# A claim is one statement, committed before the job begins: no lock is held while it runs.
_CLAIM = """
INSERT INTO jobs_job AS job (name, due_at, leased_until, started_at, failures, last_error)
VALUES (%s, clock_timestamp(), clock_timestamp() + make_interval(secs => %s), clock_timestamp(), 0, '')
ON CONFLICT (name) DO UPDATE SET leased_until = excluded.leased_until, started_at = excluded.started_at
WHERE job.due_at <= clock_timestamp() + make_interval(secs => %s) AND (job.leased_until IS NULL OR job.leased_until < clock_timestamp())
RETURNING started_at
"""
# Only who holds the claim: a worker that was taken for dead changes nothing of the run that followed.
_FINISH = """
UPDATE jobs_job SET leased_until = NULL, finished_at = clock_timestamp(), due_at = %s, queued_at = NULL, failures = 0, last_error = ''
WHERE name = %s AND started_at = %s
"""
_FAIL = """
UPDATE jobs_job SET leased_until = NULL, failures = failures + 1, last_error = %s, queued_at = NULL,
    due_at = clock_timestamp() + (%s::interval[])[least(failures + 1, %s)]
WHERE name = %s AND started_at = %s
"""


def claim(name: str, *, lease: timedelta, early: timedelta = timedelta(0)) -> datetime | None:
    """
    Take a job that is due and that nobody runs, for as long as the lease, and return the database's moment.

    ``None``: it is not due yet (a second message of the same period), or another runs it. ``early`` forgives a clock of beat that is
    a little ahead.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [name, lease.total_seconds(), early.total_seconds()])
        row = cursor.fetchone()
    return row[0] if row else None


def finish(name: str, *, started_at: datetime, due_at: datetime) -> None:
    """Note that the claimed run is over, and when the job is due again."""
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [due_at, name, started_at])


def fail(name: str, *, started_at: datetime, error: str) -> None:
    """Note that the claimed run failed: it is due again after a wait that grows with the failures in a row."""
    with connection.cursor() as cursor:
        cursor.execute(_FAIL, [error[:300] or "?", list(WAITS), len(WAITS), name, started_at])
