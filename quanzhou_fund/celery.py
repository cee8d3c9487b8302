"""The Celery application: tasks come from each app's tasks.py, their times from schedule.py, the rest from settings."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")

app = Celery("quanzhou_fund")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    logging.config.dictConfig(settings.LOGGING)
