"""What gunicorn does around its workers' counts for Prometheus; everything else stands in the command that starts it."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import multiprocess


def forget_counts(folder: str) -> None:
    """Make the folder ready for a new start: what workers of an earlier one counted is over."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for left in Path(folder).glob("*.db"):
        left.unlink(missing_ok=True)


def on_starting(_server: Any) -> None:
    """Write what every worker answers alike, once: the application is loaded (``--preload``), and no worker is there yet."""
    prepare_descriptions = import_module("api.description").prepare_descriptions
    prepare_descriptions()


def child_exit(_server: Any, worker: Any) -> None:
    """Take a worker that ended out of what counts living ones."""
    if settings.METRICS_FOLDER:
        multiprocess.mark_process_dead(worker.pid, settings.METRICS_FOLDER)


if settings.METRICS_FOLDER:  # now, before the application is loaded and counts for the first time
    forget_counts(settings.METRICS_FOLDER)
