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
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

from quanzhou_fund.announcement import Announcement, Phase
from quanzhou_fund.embedded import CannotStart, Servers
from quanzhou_fund.embedded.postgres import APP_ROLE, OWNER
from quanzhou_fund.embedded.processes import start_mark, stop, tied_to_parent, wait_until
from quanzhou_fund.parts import ADDRESS, ROOT, PartProcess, metrics_port, parts
from quanzhou_fund.watching import Restarts

HOME = ROOT / "var" / "demo"
READY_SECONDS = 60
WATCH_SECONDS = 0.5
OTHER_SCHEMA = 3  # what prepare_demo ends with where the database is another version's
OWNER_PATIENCE_SECONDS = 5


class Stopped(BaseException):
    """Someone asked the demo to end: Ctrl-C, SIGTERM or a closed terminal."""


class Watched(Protocol):
    """What is started again when it ends: a server or a part of the product."""

    name: str
    label: str
    log: Path

    def has_ended(self) -> bool: ...
    def start_again(self) -> None: ...


class Demo:
    """Everything that ``make demo`` runs."""

    def __init__(self, *, port: int, home: Path = HOME, empty: bool = False) -> None:
        self.port = port
        self.home = home
        self.empty = empty
        self.servers = Servers(home)
        self.parts = [PartProcess(part, home=home, environment=self.environment) for part in parts(port, home)]
        self.restarts: dict[str, Restarts] = defaultdict(Restarts)
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
        self.announce(Phase.STARTING)
        self.stop_parts()  # what a killed run left; it may still hold the port
        require_free_port(self.port)
        if reset:
            self.servers.erase()
        self.servers.start()
        self.start_web()
        self.prepare()
        for part in self.parts[1:]:  # beat and worker are held until there is something to work on
            part.start()
        self.wait_until_ready()
        self.announce(Phase.SERVING)
        say(f"\n已启动（用时 {time.monotonic() - self.started:.0f} 秒）：{self.url}/\n{self.logins()}")
        say(f"监控指标：http://{ADDRESS}:{metrics_port(self.port)}/metrics")
        say(f"数据在 {self.home}，日志在 {self.home / 'log'}。按 Ctrl-C 停止。")
        self.watch()

    def become_owner(self) -> None:
        """
        Be the only demo of this folder. While another starts or ends there, wait for what comes of it: if it fails, it is our turn.

        Raises:
            CannotStart: another serves, or a command that is no demo holds the folder.
        """
        deadline, is_told = time.monotonic() + OWNER_PATIENCE_SECONDS, False
        while True:
            try:
                return self.servers.own()
            except CannotStart:
                other = Announcement.read(self.announcement)
                if other is None and time.monotonic() > deadline:
                    raise
                if other is not None and other.phase == Phase.SERVING:
                    raise CannotStart(other.already) from None
                if other is not None and other.phase == Phase.STARTING and not is_told:
                    say(f"另一个演示（进程 {other.pid}）正在启动：{other.url}。等它就绪或结束……按 Ctrl-C 不再等待。")
                    is_told = True
                time.sleep(0.2)

    @property
    def announcement(self) -> Path:
        """Where the demo of a folder says which process it is and how far."""
        return self.home / "run" / "demo.json"

    @property
    def progress_file(self) -> Path:
        """Where the preparation tells web how far it is."""
        return self.home / "run" / "progress.json"

    def announce(self, phase: Phase) -> None:
        """Write down which process serves where and how far it is, for whoever starts the demo a second time."""
        pid = os.getpid()
        Announcement(pid=pid, started=start_mark(pid) or "", url=self.url, phase=phase).write(self.announcement)

    def environment(self, role: str = APP_ROLE) -> dict[str, str]:
        """Return the environment of a part: the demo's own servers, as the role that it runs as in production too."""
        owner = self.owner_environment()
        return owner | {"DATABASE_URL": owner["DATABASE_URL"].replace(f"//{OWNER}:", f"//{role}:", 1)}

    def owner_environment(self) -> dict[str, str]:
        """Return the environment of what changes tables; nothing of a production shell is in it."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        ours = {"FUND_ENV": "demo", "DJANGO_SETTINGS_MODULE": "quanzhou_fund.settings", "PYTHONUNBUFFERED": "1"}
        ours["MEDIA_ROOT"] = str(self.home / "media")
        ours["DEMO_PROGRESS"] = str(self.progress_file)
        metrics = self.home / "run" / "metrics"
        metrics.mkdir(parents=True, exist_ok=True)
        ours["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        return kept | ours | self.servers.environment

    def start_web(self) -> None:
        """Start web before there is anything to see: it shows how far the preparation is, and lets nobody act yet."""
        self.progress_file.write_text(json.dumps({"phase": "正在启动"}), encoding="utf-8")
        self.parts[0].start()

    def show_progress(self) -> None:
        """
        Wait until the page that shows the progress is served, and say where.

        Raises:
            CannotStart: web ended, or the time is over.
        """

        def settled() -> bool:
            self.require_alive()
            return is_served(self.url)

        if not wait_until(settled, seconds=READY_SECONDS):
            raise CannotStart(f"网页服务在 {READY_SECONDS} 秒内没有就绪，原因见 {self.home / 'log' / 'web.log'}。")
        took = time.monotonic() - self.started
        say(f"页面已打开（用时 {took:.0f} 秒）：{self.url}/ ，准备的进度在页面上和下面显示；演示账号在准备完成后列出。")

    def prepare(self) -> None:
        """
        Migrate and load the demo fund while web starts and shows the progress; an interrupted load is finished by the next start.

        Raises:
            CannotStart: it failed, or web did; with what to do.
        """
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
            self.show_progress()
            while (status := child.poll()) is None:
                self.look_after(self.parts[0], now=time.monotonic())  # the page that shows how far it is
                time.sleep(WATCH_SECONDS)
        except BaseException:
            stop(child.pid, [signal.SIGTERM], patience=5)
            raise
        if status == OTHER_SCHEMA:
            raise CannotStart(f"{self.home} 中的演示数据是另一版本的，不能在本版本上继续使用：请运行 make demo RESET=1 删除后重新生成。")
        if status:
            raise CannotStart("演示数据没有准备好，原因见上面的输出。再次运行会从中断处继续；make demo RESET=1 从头开始。")

    def logins(self) -> str:
        """Return the table of demo logins that the preparation wrote down; empty without the demo fund."""
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "run" / "logins.txt").read_text(encoding="utf-8").rstrip()
        return ""

    def wait_until_ready(self) -> None:
        """
        Return once the health address answers that all is well.

        Raises:
            CannotStart: a part ended, or the time is over.
        """

        def settled() -> bool:
            self.require_alive()
            return answers(f"{self.url}/readyz")

        if not wait_until(settled, seconds=READY_SECONDS):
            raise CannotStart(f"网页服务在 {READY_SECONDS} 秒内没有就绪，原因见 {self.home / 'log' / 'web.log'}。")

    def require_alive(self) -> None:
        """
        Return while every part runs.

        Raises:
            CannotStart: one ended by itself; with the last line it said.
        """
        for part in self.parts:
            if part.has_ended():
                raise CannotStart(f"{part.label}意外结束，日志见 {part.log}，最后一行：{part.last_words()}")

    def watched(self) -> list[Watched]:
        """Return everything that is started again when it ends, what others need first."""
        return [self.servers.postgres, self.servers.valkey, *self.parts]

    def watch(self) -> NoReturn:
        """Stay until a signal comes, and start again whatever ends before."""
        while True:
            for one in self.watched():
                self.look_after(one, now=time.monotonic())
            time.sleep(WATCH_SECONDS)

    def look_after(self, one: Watched, *, now: float) -> None:
        """Start it again when it has ended and its wait is over; say so when that goes on and on, and when it is over."""
        restarts = self.restarts[one.name]
        if restarts.is_due(now):
            with contextlib.suppress(CannotStart):  # then it is still ended, which the next look notes
                one.start_again()
            restarts.note_start()
        elif restarts.due_at is None and one.has_ended():
            if restarts.note_failure(now):
                say(f"{one.label}一分钟内已意外结束 {len(restarts.failed_at)} 次，仍在继续重新启动，原因见日志 {one.log}")
        elif restarts.note_health(now):
            say(f"{one.label}已恢复运行。")

    def stop_parts(self) -> None:
        """End web, beat and worker, also those of a killed run."""
        for part in self.parts:
            part.stop()

    def stop(self) -> None:
        """End everything, in an order in which nobody misses what it needs."""
        self.announce(Phase.STOPPING)
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


def is_served(url: str) -> bool:
    """Return whether a web server answers there, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
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
