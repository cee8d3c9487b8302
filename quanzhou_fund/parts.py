"""The product's own processes in the demo: what each is, how it is started, how it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quanzhou_fund.embedded.postgres import APP_ROLE, JOBS_ROLE
from quanzhou_fund.embedded.processes import PidFile, spawn, stop

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the product, with what ends it and how long that may take."""

    name: str
    label: str
    argv: tuple[str, ...]
    patience_seconds: int
    role: str = APP_ROLE  # in the database


def parts(port: int, home: Path) -> tuple[Part, ...]:
    """Return web, beat and the two workers in the order in which they start; they stop in the same order: that of money seals last."""
    python = sys.executable
    celery = (python, "-m", "celery", "-A", "quanzhou_fund.celery", "--quiet")
    gunicorn = (python, "-m", "gunicorn", "quanzhou_fund.wsgi", "--preload", "--workers", "2", "--timeout", "60", "--no-control-socket")
    worker = (*celery, "worker", "-P", "threads", "--without-gossip", "--without-mingle")
    return (
        Part("web", "网页服务", (*gunicorn, "--bind", f"{ADDRESS}:{port}", "--log-level", "warning"), 10),
        Part("beat", "定时任务调度", (*celery, "beat", "--pidfile=", "-s", str(home / "run" / "beat-schedule")), 5, JOBS_ROLE),
        Part("worker", "后台任务", (*worker, "-c", "4", "-Q", "outbox,bulk,mail", "-n", "rest@%h"), 10, JOBS_ROLE),
        Part("metrics", "监控指标", (python, "manage.py", "serve_metrics", "--port", str(metrics_port(port))), 5),
        Part("money", "后台任务（资金）", (*worker, "-c", "2", "-Q", "money", "-n", "money@%h"), 10, JOBS_ROLE),
    )


def metrics_port(port: int) -> int:
    """Return the port of ``/metrics`` beside a web server on ``port``: a thousand above, or below where there is none."""
    return port + 1000 if port + 1000 < 2**16 else port - 1000


class PartProcess:
    """A part as it runs; ``environment``, by its role, is asked at each start, since servers are up by then."""

    def __init__(self, part: Part, *, home: Path, environment: Callable[[str], Mapping[str, str]]) -> None:
        self.part = part
        self.name, self.label = part.name, part.label
        self.log = home / "log" / f"{part.name}.log"
        self.pid_file = PidFile(home / "run" / f"{part.name}.pid")
        self.environment = environment
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and remember its number across runs."""
        self.child = spawn(self.part.argv, log=self.log, on_parent_death=signal.SIGTERM, env=self.environment(self.part.role), cwd=ROOT)
        self.pid_file.write(self.child.pid)

    def has_ended(self) -> bool:
        """Return whether it was started and has ended by itself."""
        return self.child is not None and self.child.poll() is not None

    def start_again(self) -> None:
        """Start it anew once nothing of the ended one is left: children without a parent would still hold its port."""
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)
        self.start()

    def stop(self) -> None:
        """End it, also one of a killed run."""
        if pid := self.pid_file.alive():
            stop(pid, [signal.SIGTERM, signal.SIGQUIT], patience=self.part.patience_seconds)
        self.pid_file.remove()

    def last_words(self) -> str:
        """Return the last line it wrote."""
        with contextlib.suppress(FileNotFoundError):
            return "".join(self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:])
        return ""
