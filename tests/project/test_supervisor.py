"""``make demo`` as a person meets it: it starts, keeps its data, ends cleanly, recovers from a kill, and refuses in sentences."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from quanzhou_fund.embedded import Servers
from quanzhou_fund.embedded.postgres import free_port
from quanzhou_fund.embedded.processes import PidFile, start_mark, wait_until
from tests.servers import HOME
from tests.template import DATABASE, copy_into

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("postgres", "valkey", "web", "worker", "beat")


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
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "按 Ctrl-C 停止" in line:
                return said
        raise AssertionError(said)

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
        assert demo.address("/admin/") in demo.wait_until_up(first)
        assert json.loads(read(demo.address("/healthz"))) == {"database": "ok", "redis": "ok", "migrations": "ok"}
        assert "泉州市技术创新基金" in read(demo.address("/admin/login/"))
        assert set(demo.pids()) == set(PROCESSES)
        assert ("fund_app",) in statement(demo, "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = 'fund'")
        family = demo.family()
        second = subprocess.run(first.args, cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stdout.strip() == f"演示已在运行：http://127.0.0.1:{demo.port}。要停止它，请在启动它的终端按 Ctrl-C。"
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
        demo.wait_until_up(anew)
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


def test_when_one_part_dies_the_rest_ends_with_a_sentence(demo: Demo) -> None:
    with demo.start() as process:
        demo.wait_until_up(process)
        family = demo.family()
        os.kill(demo.pids()["beat"], signal.SIGKILL)
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(timeout=30) == 1
    assert "定时任务调度意外结束，日志见" in said
    assert "Traceback" not in said
    assert gone(family)


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
