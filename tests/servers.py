"""The one pair of servers that a test session and its workers share; it ends with the session, even a killed one."""

import atexit
import os
import shutil
import sys
from pathlib import Path

from quanzhou_fund.embedded import CannotStart, Servers

HOME = Path(__file__).resolve().parent.parent / "var" / "test"


def start_once() -> dict[str, str]:
    """Return the addresses of test servers, started now unless the environment names some already."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return {}
    _sweep()
    servers = Servers(HOME / str(os.getpid()), durable=False)
    try:
        servers.own()
        servers.start()
    except CannotStart as problem:
        sys.exit(str(problem))
    atexit.register(servers.destroy)
    return servers.environment


def _sweep() -> None:
    """Delete what killed sessions left; a session that still runs owns its folder and keeps it."""
    for folder in HOME.glob("*"):
        left = Servers(folder, durable=False)
        try:
            left.own()
        except CannotStart:
            continue
        left.destroy()
        shutil.rmtree(folder, ignore_errors=True)
