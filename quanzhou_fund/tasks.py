"""The project's own doors for the clock: what was missed, and signs of life."""

import socket
from datetime import timedelta

from celery import current_app, shared_task
from django.utils import timezone

from common.queueing import queue
from jobs.services import register, show_life, take_overdue
from quanzhou_fund.schedule import JOBS

GRACE = timedelta(minutes=2)  # after which a job that nobody began is queued anew


@shared_task
def catch_up() -> list[str]:
    """Queue every job whose moment passed and that nobody began: beat was down, or its message is lost. Every minute."""
    now = timezone.now()
    register({job.task: job.next_after(now) for job in JOBS})
    missed = take_overdue(grace=GRACE)
    for name in missed:
        queue(current_app.tasks[name])
    return missed


@shared_task
def pulse(queue_name: str) -> float:
    """Show that a worker takes work out of this queue and reaches the database; return how far its clock is ahead of the database's."""
    return show_life(f"worker:{queue_name}", host=socket.gethostname(), at=timezone.now())
