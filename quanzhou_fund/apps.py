from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from quanzhou_fund.celery import app as celery_app

__all__ = ["QuanzhouFundConfig", "celery_app"]  # shared_task finds the application once it has been imported
LONGEST_WAIT_FOR_A_LOCK = "5s"  # of each statement of a migration: what waits for a lock makes everybody behind it wait


class QuanzhouFundConfig(AppConfig):
    name = "quanzhou_fund"
    verbose_name = "泉州市技术创新基金"

    def ready(self) -> None:
        """Bound how long migrations wait for locks, whatever SQL they hold."""
        once = apps.get_app_config("auth")  # the signals are sent for every app that has models
        pre_migrate.connect(_wait_briefly, sender=once)
        post_migrate.connect(_wait_as_before, sender=once)


def _wait_briefly(using: str, **given: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LONGEST_WAIT_FOR_A_LOCK])


def _wait_as_before(using: str, **given: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("RESET lock_timeout")
