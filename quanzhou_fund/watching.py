"""When a part that ended is started again, and when somebody is told: pure bookkeeping, the moment is an argument."""

from dataclasses import dataclass, field

WAITS = (0.5, 1, 2, 4, 8, 16, 30)  # seconds before each new start; then the last one again
TOLD_AFTER = 5  # failures within TOLD_WITHIN
TOLD_WITHIN = 60.0  # seconds; a part that ran this long is well again


@dataclass(slots=True)
class Restarts:
    """The failures of one part: ``due_at`` is when it is started again, ``None`` while it runs."""

    failed_at: list[float] = field(default_factory=list)
    in_a_row: int = 0
    due_at: float | None = None
    is_told: bool = False

    def note_failure(self, now: float) -> bool:
        """Note that the part ended and when it is due again; return whether this is the failure to tell of."""
        if self.failed_at and now - self.failed_at[-1] > TOLD_WITHIN:
            self.in_a_row = 0
        self.failed_at = [moment for moment in self.failed_at if now - moment < TOLD_WITHIN] + [now]
        self.due_at = now + WAITS[min(self.in_a_row, len(WAITS) - 1)]
        self.in_a_row += 1
        if self.is_told or len(self.failed_at) < TOLD_AFTER:
            return False
        self.is_told = True
        return True

    def is_due(self, now: float) -> bool:
        """Return whether the part waits to be started and its time has come."""
        return self.due_at is not None and now >= self.due_at

    def note_start(self) -> None:
        """Note that the part was started again."""
        self.due_at = None

    def note_health(self, now: float) -> bool:
        """Note that the part runs; return whether that is news: it was told of, and has now run long enough."""
        if self.due_at is not None or not self.failed_at or now - self.failed_at[-1] <= TOLD_WITHIN:
            return False
        was_told, self.is_told, self.in_a_row, self.failed_at = self.is_told, False, 0, []
        return was_told
