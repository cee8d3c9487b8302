"""The clock of all jobs: Celery's own, which also shows that it lives."""

import socket
import time
from typing import Any

import structlog
from celery.beat import PersistentScheduler
from django.db import DatabaseError, connection
from django.utils import timezone

from jobs.services import show_life

EVERY_SECONDS = 15.0
log = structlog.get_logger(__name__)


class Scheduler(PersistentScheduler):
    """Sends what is due, and every few seconds writes down that it does."""

    shown_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due and return the seconds until the next tick; a database that is gone does not stop the clock."""
        wait = super().tick(*args, **kwargs)
        if time.monotonic() - self.shown_at >= EVERY_SECONDS:
            self.shown_at = time.monotonic()
            try:
                show_life("beat", host=socket.gethostname(), at=timezone.now())
            except DatabaseError as problem:
                log.warning("heartbeat_not_written", problem=str(problem))
                connection.close()
        return wait
