"""The Celery application: tasks come from each app's tasks.py, their times from schedule.py, the rest from settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanzhou_fund.settings")

app = Celery("quanzhou_fund")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
