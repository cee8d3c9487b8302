"""What gunicorn does around its workers' counts for Prometheus; everything else stands in the command that starts it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import multiprocess


def forget_counts(folder: str) -> None:
    """Make the folder ready for a new start: what workers of an earlier one counted is over."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for left in Path(folder).glob("*.db"):
        left.unlink(missing_ok=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a worker that ended out of what counts living ones."""
    if settings.METRICS_FOLDER:
        multiprocess.mark_process_dead(worker.pid, settings.METRICS_FOLDER)


if settings.METRICS_FOLDER:  # now, before the application is loaded and counts for the first time
    forget_counts(settings.METRICS_FOLDER)
