"""One Valkey server (speaks Redis) in a folder of ours."""

import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from quanzhou_fund.embedded.binaries import valkey_server
from quanzhou_fund.embedded.errors import CannotStart
from quanzhou_fund.embedded.postgres import START_TRIES, free_port
from quanzhou_fund.embedded.processes import PidFile, spawn, stop, wait_until

START_SECONDS = 10


class Valkey:
    """A server under ``home``, with a random password for each run; ``durable=False`` keeps nothing on disk."""

    name, label = "valkey", "任务队列（Valkey）"

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.durable = durable
        self.data = home / "valkey"
        self.pid_file = PidFile(home / "run" / "valkey.pid")
        self.log = home / "log" / "valkey.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.port, self.password = 0, ""  # those it was started with

    def start(self) -> str:
        """
        Stop what an earlier run left and return the REDIS_URL of a fresh server once it answers.

        Raises:
            CannotStart: with the place of its log.
        """
        program = valkey_server()
        self.stop()
        self.data.mkdir(parents=True, exist_ok=True)
        for _ in range(START_TRIES):
            self.port, self.password = free_port(), secrets.token_hex(16)
            if self._start(program):
                return f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        raise CannotStart(f"Valkey（Redis）没有启动成功，日志见 {self.log}。")

    def has_ended(self) -> bool:
        """Return whether the server that was started here has ended by itself."""
        return self.child is not None and self.child.poll() is not None

    def start_again(self) -> None:
        """
        Start the server that ended, at its old address and with its old password.

        Raises:
            CannotStart: the program may not be run.
        """
        self._spawn(valkey_server())

    def stop(self) -> None:
        """End the server, also one that an earlier run left behind; quiet where none runs."""
        if pid := self.pid_file.alive():
            stop(pid, [signal.SIGTERM], patience=10)
        if self.child:
            self.child.wait()
            self.child = None
        self.pid_file.remove()

    def destroy(self) -> None:
        """Stop and delete the queues."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def _spawn(self, program: Path) -> "subprocess.Popen[bytes]":
        lines = ["bind 127.0.0.1", f"port {self.port}", f'dir "{self.data.resolve()}"', f"requirepass {self.password}"]
        lines += ['save ""', "maxmemory-policy noeviction", f"appendonly {'yes' if self.durable else 'no'}"]
        settings = "\n".join(lines).encode()  # by standard input: a password among the arguments would show in the process list
        self.child = spawn([str(program), "-"], log=self.log, on_parent_death=signal.SIGTERM, stdin=settings)
        self.pid_file.write(self.child.pid)
        return self.child

    def _start(self, program: Path) -> bool:
        child = self._spawn(program)

        def settled() -> bool:
            return child.poll() is not None or _answers(self.port, self.password)

        return wait_until(settled, seconds=START_SECONDS) and child.poll() is None


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with line.makefile("rb") as answers:
                return answers.readline().startswith(b"+OK") and answers.readline().startswith(b"+PONG")
    except OSError:
        return False
