"""How old the oldest transaction is that writes: the horizon of the banks' feed, and of the audit's seals, waits for it."""

from dataclasses import dataclass

from django.db import connection

from common.database import LONG_MARK

LONGEST_WRITE_SECONDS = 5
# Only writers have an xid; the time is that since the transaction began.
_WRITERS = """
SELECT pid, usename, application_name, extract(epoch FROM clock_timestamp() - xact_start)::float8
FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
ORDER BY xact_start
"""


@dataclass(frozen=True, slots=True)
class Writer:
    """A transaction that has written and not ended."""

    pid: int
    role: str
    job: str  # the long job it is, else empty
    seconds: float

    @property
    def is_overdue(self) -> bool:
        """Return whether it writes for longer than allowed: no named job, and older than five seconds."""
        return not self.job and self.seconds > LONGEST_WRITE_SECONDS


def writers() -> list[Writer]:
    """Return the transactions of others that write now, the oldest first. The role needs ``pg_read_all_stats`` to see those of others."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        rows = cursor.fetchall()
    return [
        Writer(pid=pid, role=role or "", job=name.removeprefix(LONG_MARK) if name.startswith(LONG_MARK) else "", seconds=seconds)
        for pid, role, name, seconds in rows
    ]


def oldest_write_seconds(*, with_long_jobs: bool = True) -> float:
    """Return the age of the oldest writing transaction, 0 where nobody writes; a gauge, with and without the named long jobs."""
    ages = [writer.seconds for writer in writers() if with_long_jobs or not writer.job]
    return max(ages, default=0.0)
