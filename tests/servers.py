"""The servers of a test session: one pair for each process, ended with it, even with a killed one."""

import atexit
import os
import shutil
import sys
import time
from pathlib import Path

from quanzhou_fund.embedded import CannotStart, Servers
from tests.template import copy_into

HOME = Path(__file__).resolve().parent.parent / "var" / "test"
OURS = "FUND_TEST_SERVERS"  # in the environment: whose servers the addresses are; absent where a person named them
YOUNG_SECONDS = 60
RUNNING: list[Servers] = []


def start_once() -> dict[str, str]:
    """
    Return the addresses of servers of this process's own, unless a person named some by DATABASE_URL and REDIS_URL.

    A process that a test starts shares those of its test. Each worker has its own, because transactions in one database hold
    back what may be sealed in another of the same cluster.
    """
    us = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ and os.environ.get(OURS, us) == us:
        return {}
    _sweep()
    servers = Servers(HOME / str(os.getpid()), durable=False)
    try:
        servers.own()
        copy_into(servers)
        servers.start()
    except CannotStart as problem:
        sys.exit(str(problem))
    RUNNING.append(servers)
    atexit.register(stop)
    return servers.environment | {OURS: us}


def stop() -> None:
    """End the servers of this process and delete what they held."""
    while RUNNING:
        RUNNING.pop().destroy()


def _sweep() -> None:
    """Delete what killed sessions left; a session that still runs owns its folder, a young one is about to."""
    for folder in HOME.glob("*"):
        if time.time() - folder.stat().st_mtime < YOUNG_SECONDS:
            continue
        left = Servers(folder, durable=False)
        try:
            left.own()
        except CannotStart:
            continue
        left.destroy()
        shutil.rmtree(folder, ignore_errors=True)
