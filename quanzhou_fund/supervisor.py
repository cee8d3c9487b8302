"""
The demo on one machine: servers, data, web, worker and beat, together up and together down.

``python -m quanzhou_fund.supervisor --port 8000 [--reset]``, which is what ``make demo`` runs.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from quanzhou_fund.embedded import CannotStart, Servers
from quanzhou_fund.embedded.postgres import APP_ROLE, OWNER
from quanzhou_fund.embedded.processes import PidFile, spawn, stop, tied_to_parent, wait_until

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "demo"
ADDRESS = "127.0.0.1"
READY_SECONDS = 60
WATCH_SECONDS = 0.5
OWNER_PATIENCE_SECONDS = 5


class Stopped(BaseException):
    """Someone asked the demo to end: Ctrl-C, SIGTERM or a closed terminal."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the product, with what ends it and how long that may take."""

    name: str
    label: str
    argv: tuple[str, ...]
    patience_seconds: int


def parts(port: int, home: Path) -> tuple[Part, ...]:
    """Return web, worker and beat in the order in which they start; they stop in the same order."""
    python = sys.executable
    celery = (python, "-m", "celery", "-A", "quanzhou_fund.celery", "--quiet")
    gunicorn = (python, "-m", "gunicorn", "quanzhou_fund.wsgi", "--preload", "--workers", "2", "--no-control-socket")
    return (
        Part("web", "网页服务", (*gunicorn, "--bind", f"{ADDRESS}:{port}", "--log-level", "warning"), 10),
        Part("beat", "定时任务调度", (*celery, "beat", "--pidfile=", "-s", str(home / "run" / "beat-schedule")), 5),
        Part("worker", "后台任务", (*celery, "worker", "-P", "threads", "-c", "4", "--without-gossip", "--without-mingle"), 10),
    )


class Demo:
    """Everything that ``make demo`` runs."""

    def __init__(self, *, port: int, home: Path = HOME, empty: bool = False) -> None:
        self.port = port
        self.home = home
        self.empty = empty
        self.servers = Servers(home)
        self.parts = parts(port, home)
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.started = time.monotonic()

    @property
    def url(self) -> str:
        """Where people find the demo."""
        return f"http://{ADDRESS}:{self.port}"

    def run(self, *, reset: bool) -> None:
        """
        Serve until someone asks to end.

        Raises:
            CannotStart: with the sentence to print.
            Stopped: by a signal.
        """
        self.become_owner()
        self.stop_parts()  # what a killed run left; it may still hold the port
        require_free_port(self.port)
        if reset:
            self.servers.erase()
        self.announce()
        self.servers.start()
        self.prepare()
        for part in self.parts:
            self.start(part)
            self.wait_until_ready()  # web first: it is what people wait for
        say(f"\n已启动（用时 {time.monotonic() - self.started:.0f} 秒）：{self.url}/admin/\n{self.logins()}")
        say(f"数据在 {self.home}，日志在 {self.home / 'log'}。按 Ctrl-C 停止。")
        self.watch()

    def become_owner(self) -> None:
        """Be the only demo of this folder; one that is just ending gets a moment to do so."""
        deadline = time.monotonic() + OWNER_PATIENCE_SECONDS
        while True:
            try:
                return self.servers.own()
            except CannotStart:
                url = self._running_url()
                if answers(f"{url}/healthz") or time.monotonic() > deadline:
                    raise CannotStart(f"演示已在运行：{url}。要停止它，请在启动它的终端按 Ctrl-C。") from None
                time.sleep(0.2)

    def _running_url(self) -> str:
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            return str(json.loads((self.home / "run" / "demo.json").read_text(encoding="utf-8"))["url"])
        return f"{self.home}（正在启动）"

    def announce(self) -> None:
        """Write down where we serve, for whoever starts the demo a second time."""
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        (self.home / "run" / "demo.json").write_text(json.dumps({"url": self.url}), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the environment of every part: the demo's own servers, as the role that production runs as too."""
        owner = self.owner_environment()
        return owner | {"DATABASE_URL": owner["DATABASE_URL"].replace(f"//{OWNER}:", f"//{APP_ROLE}:", 1)}

    def owner_environment(self) -> dict[str, str]:
        """Return the environment of what changes tables; nothing of a production shell is in it."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        ours = {"FUND_ENV": "demo", "DJANGO_SETTINGS_MODULE": "quanzhou_fund.settings", "PYTHONUNBUFFERED": "1"}
        ours["MEDIA_ROOT"] = str(self.home / "media")
        return kept | ours | self.servers.environment

    def prepare(self) -> None:
        """Migrate and load the demo fund, its progress shown; an interrupted load is finished by the next start."""
        command = [
            sys.executable,
            "manage.py",
            "prepare_demo",
            *(["--empty"] if self.empty else ["--logins", str(self.home / "run" / "logins.txt")]),
        ]
        child = subprocess.Popen(
            command, cwd=ROOT, env=self.owner_environment(), start_new_session=True, preexec_fn=tied_to_parent(signal.SIGTERM)
        )
        try:
            status = child.wait()
        except BaseException:
            stop(child.pid, [signal.SIGTERM], patience=5)
            raise
        if status:
            raise CannotStart("演示数据没有准备好，原因见上面的输出。再次运行会从中断处继续；make demo RESET=1 从头开始。")

    def logins(self) -> str:
        """Return the table of demo logins that the preparation wrote down; empty without the demo fund."""
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "run" / "logins.txt").read_text(encoding="utf-8").rstrip()
        return ""

    def start(self, part: Part) -> None:
        """Start one part and remember it."""
        log = self.home / "log" / f"{part.name}.log"
        child = spawn(part.argv, log=log, on_parent_death=signal.SIGTERM, env=self.environment(), cwd=ROOT)
        self.pid_file(part).write(child.pid)
        self.children[part.name] = child

    def pid_file(self, part: Part) -> PidFile:
        """Return where the part's number is kept."""
        return PidFile(self.home / "run" / f"{part.name}.pid")

    def wait_until_ready(self) -> None:
        """
        Return once the health address answers that all is well.

        Raises:
            CannotStart: a part ended, or the time is over.
        """

        def settled() -> bool:
            self.require_alive()
            return answers(f"{self.url}/healthz")

        if not wait_until(settled, seconds=READY_SECONDS):
            raise CannotStart(f"网页服务在 {READY_SECONDS} 秒内没有就绪，原因见 {self.home / 'log' / 'web.log'}。")

    def require_alive(self) -> None:
        """
        Return while every part runs.

        Raises:
            CannotStart: one ended by itself; with the last line it said.
        """
        for part in self.parts:
            if part.name in self.children and self.children[part.name].poll() is not None:
                log = self.home / "log" / f"{part.name}.log"
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise CannotStart(f"{part.label}意外结束，日志见 {log}，最后一行：{''.join(last)}")

    def watch(self) -> NoReturn:
        """Stay until a part ends or a signal comes."""
        while True:
            self.require_alive()
            time.sleep(WATCH_SECONDS)

    def stop_parts(self) -> None:
        """End web, beat and worker, also those of a killed run."""
        for part in self.parts:
            if pid := self.pid_file(part).alive():
                stop(pid, [signal.SIGTERM, signal.SIGQUIT], patience=part.patience_seconds)
            self.pid_file(part).remove()

    def stop(self) -> None:
        """End everything, in an order in which nobody misses what it needs."""
        self.stop_parts()
        self.servers.stop()


def require_free_port(port: int) -> None:
    """
    Return where nobody listens on the port.

    Raises:
        CannotStart: somebody does, or we may not.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except PermissionError:
            raise CannotStart(f"没有使用端口 {port} 的权限：请换一个大于 1024 的端口，例如 PORT=8000 make demo。") from None
        except OSError:
            raise CannotStart(f"端口 {port} 已被占用：请停止占用它的程序，或换一个端口，例如 PORT={port + 1} make demo。") from None


def answers(url: str) -> bool:
    """Return whether the address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def say(text: str) -> None:
    """Print for the person at the terminal."""
    print(text, flush=True)  # noqa: T201


@contextlib.contextmanager
def signals_end_it() -> Iterator[None]:
    """Turn the first signal into ``Stopped``; while everything ends, further ones change nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stopped(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in numbers:
        signal.signal(number, stopped)
    yield


def port_number(text: str) -> int:
    """Return a port from 1 to 65535."""
    number = int(text)
    if not 0 < number < 2**16:
        raise ValueError(text)
    return number


def main() -> int:
    """Run the demo and return its exit status: 0 when asked to end, 1 with a sentence when it could not go on."""
    parser = argparse.ArgumentParser(prog="make demo", description="在本机运行演示基金。")
    parser.add_argument("--port", required=True, help="网页服务的端口")
    parser.add_argument("--reset", action="store_true", help="删除演示数据，从头开始")
    parser.add_argument("--home", type=Path, default=HOME, help="数据所在目录，默认 var/demo")
    parser.add_argument("--empty", action="store_true", help="不载入演示基金，从空库开始")
    parser.add_argument("--with-parent", action="store_true", help="启动它的程序结束时一并结束")
    asked = parser.parse_args()
    try:
        port = port_number(asked.port)
    except ValueError:
        say(f"端口“{asked.port}”不正确：请用 1 到 65535 之间的数字，例如 PORT=8000 make demo。")
        return 1
    if asked.with_parent and (tie := tied_to_parent(signal.SIGTERM, parent=os.getppid())):
        tie()
    demo = Demo(port=port, home=asked.home.resolve(), empty=asked.empty)
    with signals_end_it():
        return run_to_the_end(demo, reset=asked.reset)


def run_to_the_end(demo: Demo, *, reset: bool) -> int:
    """Run, and leave nothing behind whatever happens."""
    try:
        demo.run(reset=reset)
    except CannotStart as problem:
        say(f"\n{problem}")
        return 1
    except Stopped:
        say("\n正在停止……")
        return 0
    finally:
        if demo.servers.is_owner:
            demo.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
