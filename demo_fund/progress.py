"""How far the demo is prepared, as a small file: the web process reads it before there is any table."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is being done, and how many of how many steps of the story; ``day`` is the story's own."""

    phase: str
    done: int = 0
    total: int = 0
    day: str = ""
    is_ready: bool = False

    @property
    def percent(self) -> int:
        """Return how much is done, 0 to 100, rounded down."""
        return 100 * self.done // self.total if self.total else 0


def report_progress(progress: Progress) -> None:
    """Put it where the web process looks, whole or not at all; do nothing where nobody looks."""
    if place := _place():
        beside = place.with_suffix(".new")
        beside.write_text(json.dumps(asdict(progress)), encoding="utf-8")
        beside.replace(place)


def read_progress() -> Progress | None:
    """Return what was told last; ``None`` where nothing is played or all of it is ready."""
    place = _place()
    if place is None:
        return None
    try:
        progress = Progress(**json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return None if progress.is_ready else progress


def _place() -> Path | None:
    """Return where the supervisor wants the file; nowhere in production, nor where nothing is played."""
    return Path(settings.DEMO_PROGRESS) if settings.DEMO_PROGRESS else None
