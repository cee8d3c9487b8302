"""Both servers together, owned by one process at a time."""

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO, Self

from quanzhou_fund.embedded.errors import CannotStart
from quanzhou_fund.embedded.postgres import Postgres
from quanzhou_fund.embedded.valkey import Valkey


class Servers:
    """PostgreSQL and Valkey under ``home`` for as long as the ``with`` block lasts."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.postgres = Postgres(self.home, durable=durable)
        self.valkey = Valkey(self.home, durable=durable)
        self.addresses_file = self.home / "run" / "addresses.json"
        self.environment: dict[str, str] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self.own()
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def own(self) -> None:
        """
        Become the one process that may start and stop servers here, until we end.

        Raises:
            CannotStart: another process is.
        """
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        lock = (self.home / "run" / "owner.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            lock.close()
            raise CannotStart(f"{self.home} 下的服务已由另一个进程（{owner or '未知'}）启动：请先停止它。") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    @property
    def is_owner(self) -> bool:
        """Whether this process may start and stop servers here."""
        return self._lock is not None

    def start(self) -> Self:
        """Start both and write down their addresses; or leave nothing running."""
        try:
            self.environment = {"DATABASE_URL": self.postgres.start(), "REDIS_URL": self.valkey.start()}
        except BaseException:
            self.stop()
            raise
        self.addresses_file.touch(mode=0o600)
        self.addresses_file.write_text(json.dumps(self.environment), encoding="ascii")
        return self

    def running(self) -> dict[str, str] | None:
        """Return the addresses of servers that another live process runs here."""
        if not (self.postgres.pid_file.alive() and self.valkey.pid_file.alive()):
            return None
        try:
            return dict(json.loads(self.addresses_file.read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError):
            return None

    def stop(self) -> None:
        """End both servers and give up the ownership."""
        self.addresses_file.unlink(missing_ok=True)
        self.valkey.stop()
        self.postgres.stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    def erase(self) -> None:
        """Stop both and delete everything they hold, and whatever else lies in the folder but our ownership of it."""
        self.valkey.destroy()
        self.postgres.destroy()
        for thing in self.home.glob("*"):
            if thing.name != "run":
                shutil.rmtree(thing, ignore_errors=True)

    def destroy(self) -> None:
        """Erase, give up the ownership, and delete the folder."""
        self.erase()
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
