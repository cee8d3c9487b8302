"""The demo, killed part by part, frozen and let go again: it comes back by itself, every time."""

import json
import os
import random
import signal
import time
import urllib.error
import urllib.request

import psycopg2

from quanzhou_fund.embedded.processes import wait_until
from tests.project.test_supervisor import PROCESSES, Demo, demo, gone, statement

__all__ = ["demo"]
BACK_WITHIN = 60
ASKED = json.dumps({"start": "2026-09-28", "days": 30}).encode()


def status(demo: Demo, path: str, *, body: bytes | None = None) -> tuple[int, float]:
    """Return the status of an answer and the seconds it took; 0 where nobody answered."""
    began = time.monotonic()
    request = urllib.request.Request(demo.address(path), data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, time.monotonic() - began
    except urllib.error.HTTPError as refused:
        return refused.code, time.monotonic() - began
    except OSError:
        return 0, time.monotonic() - began


def test_each_part_killed_again_and_again(demo: Demo, rounds: int) -> None:
    with demo.start() as process:
        demo.wait_until_up(process)
        for _ in range(rounds):
            for name in random.sample(PROCESSES, len(PROCESSES)):
                before = demo.pids()
                os.kill(before[name], signal.SIGKILL)
                assert wait_until(lambda: demo.pids().get(name) not in (None, before[name]), seconds=BACK_WITHIN), name  # noqa: B023
                assert wait_until(lambda: status(demo, "/readyz")[0] == 200, seconds=BACK_WITHIN), name
                assert status(demo, "/api/v1/calculators/working-days/", body=ASKED)[0] == 200
        family = demo.family()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
    assert gone(family)
    assert "Traceback" not in said


def test_every_process_shows_life_and_every_job_is_known(demo: Demo) -> None:
    """Messages go the whole way: beat, queue, the worker of that queue, database."""
    with demo.start() as process:
        demo.wait_until_up(process)
        names = {"beat", "worker:money", "worker:outbox", "worker:bulk", "worker:mail"}
        assert wait_until(lambda: {name for (name,) in statement(demo, "SELECT name FROM jobs_heartbeat")} == names, seconds=90)
        assert wait_until(
            lambda: (
                statement(demo, "SELECT count(*) FROM jobs_job WHERE name = 'audit.tasks.seal_events' AND finished_at IS NOT NULL")
                == [(1,)]
            ),
            seconds=120,
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_a_frozen_redis_slows_nobody_down(demo: Demo) -> None:
    """A server that takes connections and says nothing is the worst kind of gone."""
    with demo.start() as process:
        demo.wait_until_up(process)
        frozen = demo.pids()["valkey"]
        os.kill(frozen, signal.SIGSTOP)
        for _ in range(20):
            code, seconds = status(demo, "/healthz")
            assert code == 200
            assert seconds < 1
            code, seconds = status(demo, "/api/v1/calculators/working-days/", body=ASKED)
            assert code == 200
            assert seconds < 3
        os.kill(frozen, signal.SIGCONT)
        assert wait_until(lambda: 'fund_queue_length{queue="money"}' in metrics(demo), seconds=BACK_WITHIN)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def metrics(demo: Demo) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port + 1000}/metrics", timeout=30) as answer:
        return str(answer.read().decode())


def test_a_database_that_is_killed_is_a_503_and_then_goes_on(demo: Demo, rounds: int) -> None:
    with demo.start() as process:
        demo.wait_until_up(process)
        for _ in range(rounds):
            os.kill(demo.pids()["postgres"], signal.SIGKILL)
            codes = set()
            deadline = time.monotonic() + BACK_WITHIN
            while (code := status(demo, "/api/v1/loans/")[0]) != 401 and time.monotonic() < deadline:
                codes.add(code)
            assert codes <= {0, 503}
            addresses = json.loads((demo.home / "run" / "addresses.json").read_text())
            assert wait_until(lambda: _answers(addresses["DATABASE_URL"]), seconds=BACK_WITHIN)  # noqa: B023
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True
