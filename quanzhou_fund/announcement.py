"""What the demo of a folder says of itself to whoever starts a second one there: which process, where, how far."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from quanzhou_fund.embedded.processes import start_mark


class Phase(StrEnum):
    """How far a demo is."""

    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One demo as it announces itself; ``started`` tells its process from a later one with the same number."""

    pid: int
    started: str
    url: str
    phase: Phase

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return what the demo that lives now says; ``None`` where none has spoken, or what spoke is dead."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            found = cls(pid=int(said["pid"]), started=said["started"], url=str(said["url"]), phase=Phase(said["phase"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.started and start_mark(found.pid) == found.started else None

    def write(self, path: Path) -> None:
        """Say it; a reader meets the old or the new words, never half of them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)

    @property
    def already(self) -> str:
        """The sentence for whoever comes second, true of a demo that serves."""
        return f"演示已在运行：{self.url}（进程 {self.pid}）。要停止它，请在启动它的终端按 Ctrl-C。"
