"""The clock's door to the sealing of the log, and the worker's last act."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutdown
from django.utils.timezone import now

from audit import sealing


@shared_task
def seal_events() -> int:
    """Seal what is settled; a missed run is caught up by the next."""
    return sealing.seal_events(at=now())


@worker_shutdown.connect
def seal_before_the_end(**_: Any) -> None:
    """Seal what came since the last run: the worker ends last, so nothing waits unsealed for a start that may be long in coming."""
    sealing.seal_events(at=now())
