"""The Celery application: tasks come from each app's tasks.py, their times from schedule.py, the rest from settings."""

import logging.config
import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from policy.calendar_scope import calendar_scope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")


class FundTask(Task):
    """A task reads the working-day calendar's version once."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with calendar_scope():
            return super().__call__(*args, **kwargs)


app = Celery("quanzhou_fund", task_cls=FundTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    logging.config.dictConfig(settings.LOGGING)
