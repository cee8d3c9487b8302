"""Child processes that never outlive their purpose: PID files, the parent-death signal, and stopping."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quanzhou_fund.embedded.errors import CannotStart

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account a server runs under."""

    uid: int
    gid: int


def start_mark(pid: int) -> str | None:
    """Return text that tells this process from a later one with the same number, or None where it is dead or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if sys.platform == "linux" else _mark_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]


def _mark_by_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


@dataclass(frozen=True, slots=True)
class PidFile:
    """Remembers one process across runs: its number and its start mark."""

    path: Path

    def write(self, pid: int) -> None:
        """Remember a running process."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"pid": pid, "started": start_mark(pid)}), encoding="ascii")

    def alive(self) -> int | None:
        """Return the number of the remembered process while that very process still runs."""
        try:
            seen = json.loads(self.path.read_text(encoding="ascii"))
            pid = int(seen["pid"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return pid if seen["started"] and start_mark(pid) == seen["started"] else None

    def remove(self) -> None:
        """Forget the process."""
        self.path.unlink(missing_ok=True)


def tied_to_parent(on_parent_death: signal.Signals, *, parent: int | None = None) -> Callable[[], None] | None:
    """
    Return what a process runs so that the kernel signals it when its parent dies; None where there is no such call.

    Without ``parent`` the child of this process runs it, before exec.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = parent or os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(on_parent_death), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    on_parent_death: signal.Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    stdin: bytes = b"",
) -> "subprocess.Popen[bytes]":
    """
    Start a server in its own session, its output appended to ``log``; it is told when this process dies.

    Raises:
        CannotStart: the program may not be run.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, refusals_said(argv[0]):
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=tied_to_parent(on_parent_death),
            **_as_account(account),
        )
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended at once; whoever waits for it sees that
        child.stdin.write(stdin)
        child.stdin.close()
    return child


@contextlib.contextmanager
def refusals_said(program: str) -> Iterator[None]:
    """Turn the operating system's refusal to run a program into a sentence."""
    try:
        yield
    except OSError as refusal:
        raise CannotStart(f"系统不允许运行 {program}：{refusal.strerror}。请检查该文件的权限，以及所在磁盘是否禁止运行程序。") from None


def run(argv: Sequence[str], *, account: Account | None = None) -> None:
    """
    Run a short program to its end.

    Raises:
        CannotStart: it failed, with its last line; or it may not be run.
    """
    with refusals_said(argv[0]):
        done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/", **_as_account(account))
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["(无输出)"]
        raise CannotStart(f"{Path(argv[0]).name} 运行失败：{lines[-1]}")


def _as_account(account: Account | None) -> dict:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    """Return whether ``ready`` came true within the time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def stop(pid: int, signals: Sequence[signal.Signals], *, patience: float) -> None:
    """Send one signal after another, each after ``patience`` seconds without success, until the process is gone."""
    for number in (*signals, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_until(lambda: _gone(pid), seconds=patience):
            return


def _gone(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return start_mark(pid) is None
