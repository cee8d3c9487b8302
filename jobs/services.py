"""Keeping the table of jobs, finding what was missed, showing signs of life."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from jobs.models import Heartbeat, Job

QUEUED_AGAIN_AFTER = timedelta(minutes=15)
MOST_SKEW_SECONDS = 60.0
log = structlog.get_logger(__name__)

_OVERDUE = """
UPDATE jobs_job SET queued_at = clock_timestamp()
WHERE due_at < clock_timestamp() - make_interval(secs => %s) AND (leased_until IS NULL OR leased_until < clock_timestamp())
    AND (queued_at IS NULL OR queued_at < clock_timestamp() - make_interval(secs => %s))
RETURNING name
"""
_SEEN = """
INSERT INTO jobs_heartbeat AS beat (name, host, seen_at, skew_seconds)
VALUES (%s, %s, clock_timestamp(), extract(epoch FROM %s - clock_timestamp()))
ON CONFLICT (name) DO UPDATE SET host = excluded.host, seen_at = excluded.seen_at, skew_seconds = excluded.skew_seconds
RETURNING skew_seconds
"""


@transaction.atomic
def register(due: Mapping[str, datetime]) -> None:
    """Give every job of the schedule its row, with its first moment, and forget jobs that are no longer on it."""
    Job.objects.exclude(name__in=due).delete()
    known = set(Job.objects.values_list("name", flat=True))
    new = [Job(name=name, due_at=at) for name, at in due.items() if name not in known]
    Job.objects.bulk_create(new, ignore_conflicts=True)


def take_overdue(*, grace: timedelta) -> list[str]:
    """Return the jobs that are overdue for longer than ``grace`` and that nobody runs, each at most once in a while."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [grace.total_seconds(), QUEUED_AGAIN_AFTER.total_seconds()])
        return sorted(name for (name,) in cursor.fetchall())


def show_life(name: str, *, host: str, at: datetime) -> float:
    """Note that a process works, and return how many seconds its clock is ahead of the database's; more than a minute is an alarm."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [name, host[: Heartbeat._meta.get_field("host").max_length], at])
        skew = float(cursor.fetchone()[0])
    if abs(skew) > MOST_SKEW_SECONDS:
        log.error("clock_skew", process=name, host=host, seconds=round(skew, 1), most=MOST_SKEW_SECONDS)
    return skew
