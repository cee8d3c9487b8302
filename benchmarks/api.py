"""The banks' interface, served by gunicorn with two workers and loaded by wrk, beside a bare view on the same stack."""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.database import scratch, settle, triggers_at_rest
from benchmarks.measure import Result, at_least, at_most, say
from common.enums import Mode
from loans.models import Loan, Movement
from parties.selectors import system_member
from simulator.connection import Connection
from subsidy.models import Line
from subsidy.services.drafts import draft_settlement
from tests.api.bank import make_stage
from tests.api.caller import IssuedSecret, issued
from tests.api.statements import statements_of_the_chain
from tests.factories import InstitutionFactory
from tests.loan_factories import BankQuotaFactory, LoanFactory, ReturnRateFactory, fix, move

LOANS, CLIENTS, MOVEMENTS, LINES = 60, 20, 60, 20
SAMPLES = 100
SECONDS, OFFERED_SECONDS, OFFERED, OFFERED_READS = 4, 8, 20, 40
DRAWN_ON = date(2024, 4, 2)
LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local loans = {%s}
local n = 0
local run = "%s"
request = function()
  n = n + 1
  wrk.headers["Idempotency-Key"] = run .. n
  local body = string.format('{"amount": "1.00", "value_on": "%s", "bank_reference": "%%s%%d"}', run, n)
  return wrk.format(nil, "/api/v1/loans/" .. loans[n %% #loans + 1] .. "/drawdowns/", nil, body)
end
"""


def measure(options: argparse.Namespace) -> Iterator[Result]:
    """Yield the comparisons; where wrk is not installed, say so and measure nothing but statements."""
    with scratch("api") as name:
        yield statements()
    if shutil.which("wrk") is None:
        say("wrk is not installed (Debian: apt install wrk); requests per second are not measured")
        return
    with scratch("api") as name:
        secret, loans = loaded()
        with served(name) as base:
            yield from loads(base, Connection(base, secret.client_id, secret.secret), loans, options.rounds)


def loaded() -> tuple[IssuedSecret, list[Loan]]:
    """Fill the database with a bank's loans, the first of them with many movements, and return its program and them."""
    bank = InstitutionFactory()
    BankQuotaFactory(bank=bank)
    ReturnRateFactory()
    until = timezone.localdate() + timedelta(days=90)
    loans = [LoanFactory(application__bank=bank, available_until=until) for _ in range(LOANS)]
    for loan in loans:
        fix(loan, DRAWN_ON)
        move(loan, "drawdown", Decimal("1000000.00"), DRAWN_ON)
    for number in range(MOVEMENTS - 1):
        move(loans[0], "repayment", Decimal("1.00"), DRAWN_ON + timedelta(days=1 + number))
    settled(loans[0])
    settle()
    return issued(bank, requests_per_minute=2**31 - 1), loans


def settled(loan: Loan) -> None:
    """Give a loan settlement lines: one as the product drafts it, and copies of it for later quarters."""
    drafted = datetime(2024, 6, 21, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    draft_settlement(bank=loan.bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=system_member(), at=drafted)
    line = Line.objects.get(loan=loan)
    with triggers_at_rest():
        later = [(2024 + (2 + number) // 4, (2 + number) % 4 + 1) for number in range(LINES - 1)]
        for line.year, line.quarter in later:
            line.pk = None
            line.save(force_insert=True)


def loads(base: str, line: Connection, loans: list[Loan], rounds: int) -> Iterator[Result]:
    """Yield what the served interface does beside the bare view."""
    movement_row = Movement.objects.filter(loan=loans[1]).get()
    bare = f"{base}/bare/{movement_row.pk}/"
    reads = {
        "a loan by id, opening logged": (f"{base}/api/v1/loans/{loans[1].public_id}/", at_least(0.3)),
        "a movement by id": (f"{base}/api/v1/movements/{movement_row.public_id}/", at_least(0.3)),
        "a list of 50 loans": (f"{base}/api/v1/loans/?limit=50", at_least(0.15)),
        "a list of 50 movements": (f"{base}/api/v1/movements/?limit=50", at_least(0.15)),
    }
    for name, (address, bar) in reads.items():
        yield compared(name, lambda address=address: wrk(address, line.token), lambda: wrk(bare, line.token), rounds, bar)
    yield compared(
        f"drawdown, {CLIENTS} clients",
        lambda: drawdowns(base, line.token, loans[1:]),
        lambda: wrk(bare, line.token, CLIENTS),
        rounds,
        at_least(0.07),
    )
    many, one = sampled(line, [f"loans/{loan.public_id}/" for loan in loans[:2]])
    name = f"a loan of {MOVEMENTS} movements and {LINES} settlement lines beside one of a single movement"
    yield Result(name=name, ours=ms(many), beside=ms(one), ratio=many / one, bar=at_most(1.2))
    reads_due = [read(base, line.token, loans[1 + number % (LOANS - 1)]) for number in range(OFFERED_READS * (1 + OFFERED_SECONDS))]
    p95 = offered(base, reads_due, OFFERED_READS)
    yield Result(
        name=f"a loan by id, p95 at {OFFERED_READS}/s, beside 40 ms", ours=ms(p95), beside="40.0 ms", ratio=p95 / 0.04, bar=at_most(1)
    )
    due = [drawdown(base, line.token, loans[1 + number % (LOANS - 1)], number) for number in range(OFFERED * (1 + OFFERED_SECONDS))]
    p95 = offered(base, due, OFFERED)
    yield Result(name=f"drawdown p95 at {OFFERED}/s, beside 100 ms", ours=ms(p95), beside="100.0 ms", ratio=p95 / 0.1, bar=at_most(1))


def compared(name: str, ours: Callable[[], float], beside: Callable[[], float], rounds: int, bar: object) -> Result:
    """Return the medians of rates taken in turn, and the median of their ratios."""
    pairs = [(ours(), beside()) for _ in range(rounds)]
    ratio = median(mine / other for mine, other in pairs)
    rates = [median(column) for column in zip(*pairs, strict=True)]
    return Result(name=name, ours=f"{rates[0]:,.0f}/s", beside=f"{rates[1]:,.0f}/s", ratio=ratio, bar=bar)  # type: ignore[arg-type]


def wrk(address: str, token: str, clients: int = 8, *further: str) -> float:
    """
    Return the requests per second of a closed loop.

    Raises:
        RuntimeError: some were refused, so that nothing was measured.
    """
    command = ["wrk", "-t1", f"-c{clients}", f"-d{SECONDS}s", "--timeout", "30s", "-H", f"Authorization: Bearer {token}", *further, address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(said)
    return float(found[1])


def drawdowns(base: str, token: str, loans: list[Loan]) -> float:
    """Return the drawdowns per second that twenty clients get through, each under its own key and reference, on many loans."""
    names = ", ".join(f'"{loan.public_id}"' for loan in loans)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % (names, f"B{time.time_ns()}-", timezone.localdate()))
        script.flush()
        return wrk(base, token, CLIENTS, "-s", script.name)


def sampled(line: Connection, paths: list[str]) -> list[float]:
    """Return the median seconds of some reads, taken in turn."""
    rounds = [[timed(lambda path=path: line.read(path)) for path in paths] for _ in range(SAMPLES)]  # type: ignore[misc]
    return [median(column) for column in zip(*rounds[SAMPLES // 10 :], strict=True)]


def offered(base: str, calls: list[bytes], per_second: int) -> float:
    """
    Return the 95th percentile of a call's seconds when so many a second come whether or not the earlier ones are done.

    Counted from the moment a call is due, not from when it got its turn; the calls are written out beforehand, so that the time of
    whoever calls is not in it. The first second warms up and is not counted.
    """
    began = time.perf_counter() + 0.1

    def one(number: int) -> float:
        due = began + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        answer = b""
        with socket.create_connection((urlsplit(base).hostname, urlsplit(base).port), timeout=30) as line:
            line.sendall(calls[number])
            while part := line.recv(65536):
                answer += part
        if not answer.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(answer.decode())
        return time.perf_counter() - due

    with ThreadPoolExecutor(50) as pool:
        times = list(pool.map(one, range(len(calls))))
    return quantiles(times[per_second:], n=20)[-1]


def read(base: str, token: str, loan: Loan) -> bytes:
    """Return the bytes of a request that reads a loan."""
    head = f"GET /api/v1/loans/{loan.public_id}/ HTTP/1.1", f"Host: {urlsplit(base).netloc}", f"Authorization: Bearer {token}"
    return "\r\n".join([*head, "Connection: close"]).encode() + b"\r\n\r\n"


def drawdown(base: str, token: str, loan: Loan, number: int) -> bytes:
    """Return the bytes of a request that draws one yuan under a key and a reference of its own."""
    name = f"O{time.time_ns()}-{number}"
    body = json.dumps({"amount": "1.00", "value_on": timezone.localdate().isoformat(), "bank_reference": name}).encode()
    head = [
        f"POST /api/v1/loans/{loan.public_id}/drawdowns/ HTTP/1.1",
        f"Host: {urlsplit(base).netloc}",
        f"Authorization: Bearer {token}",
        f"Idempotency-Key: {name}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def statements() -> Result:
    """Return the statements of the seven POSTs from submission to first drawdown, on average; savepoints count, BEGIN and COMMIT do not."""
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder, ALLOWED_HOSTS=["*"]):
        stage, traveller = make_stage()
        try:
            counts = {step: len(sent) for step, sent in statements_of_the_chain(stage).items()}
        finally:
            traveller.stop()
            cache.clear()
    say(f"statements: {counts}")
    average = sum(counts.values()) / len(counts)
    return Result(name="SQL statements of the seven POSTs, on average", ours=f"{average:.1f}", beside="-", ratio=average, bar=at_most(14))


@contextmanager
def served(database: str) -> Iterator[str]:
    """Serve a database by gunicorn with two workers and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.served", "ALLOWED_HOSTS": "127.0.0.1"}
    log = Path(tempfile.gettempdir()) / f"bench-api-{port}.log"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "quanzhou_fund.wsgi",
        "--preload",
        "--workers",
        "2",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "warning",
    ]
    with log.open("w") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as web:
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            web.terminate()
    log.unlink()


def wait_for(address: str) -> None:
    """
    Return once the address answers.

    Raises:
        TimeoutError.
    """
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(address)


def timed(step: Callable[[], object]) -> float:
    """Return how many seconds a step takes."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def ms(seconds: float) -> str:
    """Return a time for people."""
    return f"{seconds * 1000:.1f} ms"
