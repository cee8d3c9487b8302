"""What gunicorn does around its workers' counts for Prometheus; everything else stands in the command that starts it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import multiprocess


def on_starting(_server: Any) -> None:
    """Forget what workers of an earlier start counted."""
    if settings.METRICS_FOLDER:
        folder = Path(settings.METRICS_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.db"):
            left.unlink()


def child_exit(_server: Any, worker: Any) -> None:
    """Take a worker that ended out of what counts living ones."""
    if settings.METRICS_FOLDER:
        multiprocess.mark_process_dead(worker.pid, settings.METRICS_FOLDER)
