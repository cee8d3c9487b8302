"""The Celery application: tasks come from each app's tasks.py, their times from schedule.py, the rest from settings."""

import logging.config
import os
import time
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from policy.calendar_scope import calendar_scope
from quanzhou_fund.job_runner import run_singly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")


class FundTask(Task):
    """A task reads the working-day calendar's version once; a job of the schedule that comes from the queue runs singly, when it is due."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        def run() -> Any:
            return super(FundTask, self).__call__(*args, **kwargs)

        with calendar_scope():
            return run() if self.request.called_directly else run_singly(self.name, run)


app = Celery("quanzhou_fund", task_cls=FundTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    logging.config.dictConfig(settings.LOGGING)


@before_task_publish.connect
def say_when_it_was_queued(headers: dict[str, Any], **_: Any) -> None:
    """Write into each message since when it waits, which the monitor reads."""
    headers["queued_at"] = time.time()
