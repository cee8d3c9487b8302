"""
When each job runs: the only such table. The task does one service call; a missed run is caught up by the next.

Hours are those of Asia/Shanghai. Tasks are named as Celery registers them: ``<app>.tasks.<function>``.
"""

from dataclasses import dataclass

from celery.schedules import crontab, schedule


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table: the task, when it runs, and why then."""

    task: str
    runs: crontab | schedule
    why: str


JOBS: tuple[Job, ...] = ()


def beat_schedule() -> dict[str, dict]:
    """Return the table in the shape Celery's beat reads."""
    return {job.task: {"task": job.task, "schedule": job.runs} for job in JOBS}
