"""``make demo`` as a person meets it: it starts, keeps its data, ends cleanly, recovers from a kill, and refuses in sentences."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from quanzhou_fund import supervisor
from quanzhou_fund.announcement import Announcement, Phase
from quanzhou_fund.embedded import CannotStart, Servers
from quanzhou_fund.embedded.postgres import free_port
from quanzhou_fund.embedded.processes import PidFile, start_mark, wait_until
from quanzhou_fund.supervisor import answers
from quanzhou_fund.watching import TOLD_AFTER
from tests.servers import HOME
from tests.template import DATABASE, copy_into

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("postgres", "valkey", "web", "beat", "worker", "metrics", "money")


class Demo:
    """One demo of a test: its own folder and port, without the demo fund."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()

    def start(self, *options: str) -> "subprocess.Popen[str]":
        command = [
            sys.executable,
            "-m",
            "quanzhou_fund.supervisor",
            "--empty",
            "--home",
            str(self.home),
            "--port",
            str(self.port),
            *options,
        ]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def wait_until_up(self, process: "subprocess.Popen[str]") -> str:
        """Return what it printed up to the address."""
        return wait_until_said(process, "按 Ctrl-C 停止")

    def pids(self) -> dict[str, int]:
        found = {name: PidFile(self.home / "run" / f"{name}.pid").alive() for name in PROCESSES}
        return {name: pid for name, pid in found.items() if pid}

    def family(self) -> set[int]:
        """Return every living process of this demo: the five and their children."""
        known = set(self.pids().values())
        if sys.platform == "linux":
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    parent = int(stat.read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                if parent in known:
                    known.add(int(stat.parent.name))
        return known

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def wait_until_said(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what it printed from here on, up to the line with these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def gone(pids: set[int]) -> bool:
    return not [pid for pid in pids if start_mark(pid)]


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture
def demo() -> Iterator[Demo]:
    """A demo whose tables are made already; only the test that starts over pays for making them."""
    home = HOME / f"{os.getpid()}-demo"
    servers = Servers(home)
    copy_into(servers)
    with servers:
        connection = psycopg2.connect(f"{servers.environment['DATABASE_URL'].rpartition('/')[0]}/postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE fund")
            cursor.execute(f"CREATE DATABASE fund TEMPLATE {DATABASE}")
        connection.close()
    yield Demo(home)
    Servers(home).destroy()


def test_it_starts_ends_and_starts_again_with_its_data(demo: Demo) -> None:
    """Ctrl-C and SIGTERM leave nothing running; what was stored is there the next time; RESET=1 starts over."""
    with demo.start() as first:
        assert demo.address("/") in wait_until_said(first, "页面已打开")
        assert {"beat", "worker", "money"} & set(demo.pids()) == set(), "held until there is something to work on"
        assert "泉州市技术创新基金" in read(
            demo.address("/")
        )  # an empty fund may be prepared before the page is there; the progress: test_playing.py
        assert demo.address("/") in demo.wait_until_up(first)
        assert "演示基金正在准备" not in read(demo.address("/"))
        assert json.loads(read(demo.address("/readyz"))) == {"process": "ok", "database": "ok", "migrations": "ok"}
        assert "泉州市技术创新基金" in read(demo.address("/admin/login/"))
        assert set(demo.pids()) == set(PROCESSES)
        assert ("fund_app",) in statement(demo, "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = 'fund'")
        family = demo.family()
        second = subprocess.run(first.args, cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        said = f"演示已在运行：http://127.0.0.1:{demo.port}（进程 {first.pid}）。要停止它，请在启动它的终端按 Ctrl-C。"
        assert second.stdout.strip() == said
        remember(demo)
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=30) == 0
    assert gone(family)
    with demo.start() as again:
        demo.wait_until_up(again)
        assert remembers(demo)
        family = demo.family()
        again.send_signal(signal.SIGTERM)
        assert again.wait(timeout=30) == 0
    assert gone(family)
    with demo.start("--reset") as anew:
        wait_until_said(anew, "页面已打开")  # before it makes its tables, which takes a while and which tests/template.py does too
        assert not remembers(demo)
        anew.send_signal(signal.SIGTERM)
        assert anew.wait(timeout=30) == 0


def statement(demo: Demo, sql: str) -> list[tuple]:
    addresses = json.loads((demo.home / "run" / "addresses.json").read_text())
    connection = psycopg2.connect(addresses["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def remember(demo: Demo) -> None:
    statement(demo, "CREATE TABLE remembered AS SELECT 1")


def remembers(demo: Demo) -> bool:
    return statement(demo, "SELECT to_regclass('remembered') IS NOT NULL") == [(True,)]


def test_after_a_kill_the_next_start_cleans_up(demo: Demo) -> None:
    with demo.start() as killed:
        demo.wait_until_up(killed)
        family = demo.family()
        remember(demo)
        killed.kill()
        killed.wait()
    with demo.start() as again:
        demo.wait_until_up(again)
        assert gone(family)
        assert remembers(demo)
        again.send_signal(signal.SIGTERM)
        assert again.wait(timeout=30) == 0


def test_every_part_that_dies_is_started_again(demo: Demo) -> None:
    """Servers come back where they were, with their rows and passwords, so that nothing else need notice; nothing old is left."""
    with demo.start() as process:
        demo.wait_until_up(process)
        remember(demo)
        before, family = demo.pids(), demo.family()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)

        def all_back() -> bool:
            now = demo.pids()
            return set(now) == set(PROCESSES) and not set(now.values()) & set(before.values()) and answers(demo.address("/readyz"))

        assert wait_until(all_back, seconds=60)
        assert gone(family)
        assert remembers(demo)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0
    assert "意外结束" not in said


class Broken:
    """A part that ends whenever it is started."""

    name, label, log = "worker", "后台任务", Path("var/log/worker.log")

    def __init__(self) -> None:
        self.starts = 0

    def has_ended(self) -> bool:
        return True

    def start_again(self) -> None:
        self.starts += 1
        raise CannotStart("系统不允许运行")


def test_a_part_that_cannot_stay_up_is_told_once_with_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watching, part = supervisor.Demo(port=1, home=tmp_path), Broken()
    for tenths in range(1200):
        watching.look_after(part, now=tenths / 10)
    assert part.starts > TOLD_AFTER
    assert capsys.readouterr().out == "后台任务一分钟内已意外结束 5 次，仍在继续重新启动，原因见日志 var/log/worker.log\n"


def test_while_the_first_starts_a_second_waits_and_takes_over_when_it_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two starts at once: the loser says which one starts where, and never that something runs which then fails."""
    first, second = supervisor.Demo(port=1, home=tmp_path), supervisor.Demo(port=2, home=tmp_path)
    first.become_owner()
    first.announce(Phase.STARTING)
    waits = threading.Thread(target=second.become_owner)
    waits.start()
    assert wait_until(lambda: f"另一个演示（进程 {os.getpid()}）正在启动：http://127.0.0.1:1。" in capsys.readouterr().out, seconds=10)
    assert waits.is_alive()
    first.servers.stop()  # it failed
    waits.join(timeout=10)
    assert second.servers.is_owner
    second.servers.stop()


def test_while_the_first_starts_a_second_ends_with_its_address_once_it_serves(tmp_path: Path) -> None:
    first, second = supervisor.Demo(port=1, home=tmp_path), supervisor.Demo(port=2, home=tmp_path)
    first.become_owner()
    first.announce(Phase.SERVING)
    with pytest.raises(CannotStart, match=f"演示已在运行：http://127.0.0.1:1（进程 {os.getpid()}）"):
        second.become_owner()
    first.servers.stop()


def test_a_folder_that_another_command_holds_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier demo announced there is not taken for a running one."""
    announced = tmp_path / "run" / "demo.json"
    Announcement(pid=os.getpid(), started="long ago", url="http://127.0.0.1:1", phase=Phase.SERVING).write(announced)
    monkeypatch.setattr(supervisor, "OWNER_PATIENCE_SECONDS", 0)
    holder = Servers(tmp_path)
    holder.own()
    with pytest.raises(CannotStart) as refused:
        supervisor.Demo(port=1, home=tmp_path).become_owner()
    holder.stop()
    assert f"已由另一个进程（{os.getpid()}）启动" in str(refused.value)


def test_ending_it_while_it_starts_leaves_nothing(demo: Demo) -> None:
    with demo.start() as process:
        assert wait_until(lambda: "valkey" in demo.pids(), seconds=30)
        family = demo.family()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert gone(family)
    assert not demo.pids()


def test_a_port_in_use_is_a_sentence(demo: Demo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        demo.port = other.getsockname()[1]
        with demo.start() as process:
            said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.strip() == f"端口 {demo.port} 已被占用：请停止占用它的程序，或换一个端口，例如 PORT={demo.port + 1} make demo。"
    assert not demo.pids()


@pytest.mark.parametrize("port", ["0", "65536", "eight", ""])
def test_a_port_that_is_none_is_a_sentence(port: str) -> None:
    command = [sys.executable, "-m", "quanzhou_fund.supervisor", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(rf"端口“{port}”不正确：.*\n", done.stdout)
    assert done.stderr == ""
