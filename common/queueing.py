"""Queueing a task once what it is about is committed: the only door from a request to the queue."""

from functools import partial
from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def queue(task: Task, *args: Any) -> bool:
    """
    Put a task into its queue now and return whether that was possible; a queue that is gone is logged, and no error.

    Every task that is queued here is also found by a run of the clock, from rows alone: so what could not be queued is only later.
    """
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, RedisError, OSError) as problem:
        log.warning("task_not_queued", task=task.name, arguments=args, problem=f"{type(problem).__name__}: {problem}")
        return False
    return True


def queue_on_commit(task: Task, *args: Any) -> None:
    """Queue a task once the transaction under way is committed, at once where there is none; what is booked is no error then."""
    transaction.on_commit(partial(queue, task, *args))
