"""One PostgreSQL cluster in a folder of ours."""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import psycopg2

from quanzhou_fund.embedded.binaries import SYSTEM_HOME, may_pass, postgres_bin, unprivileged_account
from quanzhou_fund.embedded.errors import CannotStart
from quanzhou_fund.embedded.processes import PidFile, run, spawn, start_mark, stop, wait_until

OWNER = "fund"
APP_ROLE = "fund_app"  # what the served product runs as: its rights and time-outs come from grant_app_role
JOBS_ROLE = "fund_jobs"  # what worker and beat run as: the same rights, longer time-outs
DATABASE = "fund"
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "-E", "UTF8")
FORGETFUL = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
FAST_STOP = (signal.SIGINT, signal.SIGQUIT)
START_TRIES = 5
START_SECONDS = 30


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A cluster under ``home``; ``durable=False`` trades safety after a crash for speed, for tests."""

    name, label = "postgres", "数据库（PostgreSQL）"

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.durable = durable
        self.account = unprivileged_account()
        self.pid_file = PidFile(home / "run" / "postgres.pid")
        self.log = home / "log" / "postgres.log"
        self.secret = home / "run" / "postgres.secret"
        self.child: subprocess.Popen[bytes] | None = None
        self.port = 0  # the one it was started on

    @property
    def data(self) -> Path:
        """The data folder; outside the project only for root in a place its server account cannot enter."""
        if may_pass(self.home.resolve(), self.account):
            return self.home / "postgres"
        return SYSTEM_HOME / f"data-{hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:16]}"

    def start(self) -> str:
        """
        Stop what an earlier run left, make the cluster if there is none, and return its DATABASE_URL once it answers.

        Raises:
            CannotStart: with what PostgreSQL said last.
        """
        programs = postgres_bin(self.account)
        self.stop()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        for _ in range(START_TRIES):
            self.port = free_port()
            if self._start(programs):
                url = f"postgres://{OWNER}:{self.secret.read_text(encoding='ascii')}@127.0.0.1:{self.port}/{DATABASE}"
                self._create_database(self.port)
                return url
        last = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise CannotStart(f"PostgreSQL 没有启动成功，日志见 {self.log}，最后一行：{''.join(last)}")

    def has_ended(self) -> bool:
        """Return whether the server that was started here has ended by itself."""
        return self.child is not None and self.child.poll() is not None

    def start_again(self) -> None:
        """
        Start the server that ended, at its old address; it answers once it has recovered what was committed.

        Raises:
            CannotStart: the program may not be run.
        """
        self._spawn(postgres_bin(self.account))

    def stop(self) -> None:
        """End the server, also one that an earlier run left behind; quiet where none runs."""
        pid = self.pid_file.alive() or self._left_behind()
        if pid:
            stop(pid, FAST_STOP, patience=20)
        if self.child:
            self.child.wait()
            self.child = None
        self.pid_file.remove()

    def destroy(self) -> None:
        """Stop and delete every row."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def _left_behind(self) -> int | None:
        """Return the server named by the cluster's own lock file, where it is a PostgreSQL on this folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data).encode() in command and start_mark(pid) else None

    def _initialise(self, programs: Path) -> None:
        """Make an empty cluster whose only role has a random password, kept in a file that only we can read."""
        if self.data.exists():  # an initdb killed half-way
            shutil.rmtree(self.data)
        self.data.mkdir(parents=True, mode=0o700)
        self.secret.parent.mkdir(parents=True, exist_ok=True)
        password = secrets.token_hex(16)
        self.secret.touch(mode=0o600)
        self.secret.write_text(password, encoding="ascii")
        handed_over = self.data.with_suffix(".password")
        handed_over.touch(mode=0o600)
        handed_over.write_text(password, encoding="ascii")
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
            os.chown(handed_over, self.account.uid, self.account.gid)
        try:
            options = ("--username", OWNER, "--pwfile", str(handed_over), "--auth=scram-sha-256", *LOCALE)
            run([str(programs / "initdb"), "-D", str(self.data), *options, *(() if self.durable else ("--no-sync",))], account=self.account)
        finally:
            handed_over.unlink(missing_ok=True)

    def _spawn(self, programs: Path) -> "subprocess.Popen[bytes]":
        options = ["-D", str(self.data), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        options += ["-c", "max_connections=100", "-c", "timezone=Asia/Shanghai", "-c", "log_timezone=Asia/Shanghai"]
        argv = [str(programs / "postgres"), *options, *(() if self.durable else FORGETFUL)]
        self.child = spawn(argv, log=self.log, on_parent_death=signal.SIGINT, account=self.account)
        self.pid_file.write(self.child.pid)
        return self.child

    def _start(self, programs: Path) -> bool:
        child = self._spawn(programs)
        asked = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres", "-U", OWNER]

        def settled() -> bool:
            return child.poll() is not None or subprocess.run(asked, check=False, cwd="/").returncode == 0

        return wait_until(settled, seconds=START_SECONDS) and child.poll() is None

    def _create_database(self, port: int) -> None:
        """Make the database and the application's two roles where they are missing; all share the password."""
        password = self.secret.read_text(encoding="ascii")
        connection = psycopg2.connect(host="127.0.0.1", port=port, user=OWNER, password=password, dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
            for role in (APP_ROLE, JOBS_ROLE):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE ROLE "{role}" LOGIN PASSWORD %s', [password])
        connection.close()
