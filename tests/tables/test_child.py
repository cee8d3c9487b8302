"""The process that reads workbooks: what it may, what it sees, and how its end is told."""

import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tables import child, limits, parent, slots
from tables.cells import Stored
from tables.errors import FileDamaged, ReadersBusy, ReadingStopped, TooManyCells
from tables.patience import patiently
from tables.reading import read_book, read_workbook
from tables.worksheet import Worksheet, letters_of
from tests.tables import hostile

FOLDER = slots._folder  # as it is at work
GOOD = hostile.plain([["甲", "乙"], ["x", 12.5]])


def started(*, is_legacy: bool = False) -> subprocess.Popen[bytes]:
    """Return a child that has been told of a file which does not come."""
    process = subprocess.Popen(
        parent.command(is_legacy=is_legacy), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=parent.environment(), cwd="/"
    )
    task = {
        "length": 5_000_000,
        "memory": limits.MEMORY_BYTES,
        "cpu": limits.CPU_SECONDS,
        "answer": limits.ANSWER_BYTES,
        "rows": limits.ROWS,
        "cells": limits.CELLS,
    }
    assert process.stdin is not None
    process.stdin.write(json.dumps(task).encode() + b"\n")
    process.stdin.flush()
    return process


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_child_is_bound_before_it_sees_a_byte_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "geheim")
    process = started()
    assert process.stdin is not None
    process.stdin.write(bytes(200_000))  # more than a pipe holds: the child is reading the file
    process.stdin.flush()
    bound = {line[:26].strip(): line[26:].split()[0] for line in Path(f"/proc/{process.pid}/limits").read_text().splitlines()[1:]}
    seen = Path(f"/proc/{process.pid}/environ").read_bytes()
    process.kill()
    process.communicate()
    assert bound["Max address space"] == str(512 * 1024**2) == str(limits.MEMORY_BYTES)
    assert bound["Max cpu time"] == "1"  # in whole seconds; the kernel's timer ends it at the fraction
    assert bound["Max file size"] == str(limits.ANSWER_BYTES)
    assert bound["Max processes"] == bound["Max core file size"] == "0"
    assert b"geheim" not in seen
    assert b"DATABASE_URL" not in seen


@pytest.mark.parametrize("module", ["common", "django", "quanzhou_fund", "psycopg2", "python_calamine"])
def test_the_child_has_nothing_of_the_product_and_no_package(module: str) -> None:
    start = parent.command(is_legacy=False)
    place = start.index("-c") + 1
    assert {"-I", "-S"} <= set(start)
    start[place] = start[place].replace("from tables.child import main\nmain(read)", f"import tables.child, {module}")
    done = subprocess.run(start, capture_output=True, env=parent.environment(), cwd="/", check=False)
    assert f"No module named '{module}'" in done.stderr.decode()


ENDS = {
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crashed": "import os; os.abort()",
    "hung": "import time; time.sleep(600)",
    "silent": "",
    "no sentence": "print('}{')",
    "a list": "print('[1,false]')",
    "another shape": "print('{\"a\":1}')",
    "a refusal that is none": 'print(\'{"refused":1,"facts":2}\')',
    "not its status": "print('{\"sheets\":[]}'); raise SystemExit(1)",
}


@pytest.mark.parametrize("end", ENDS)
def test_however_the_child_ends_it_is_one_sentence_and_no_process_stays(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = []

    def popen(*_args: object, **given: object) -> subprocess.Popen[bytes]:
        processes.append(subprocess.Popen([sys.executable, "-c", ENDS[end]], **given))  # type: ignore[call-overload]
        return processes[0]

    monkeypatch.setattr(parent, "_popen", popen)
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.3 if end == "hung" else 20)
    with pytest.raises(ReadingStopped) as stopped:
        read_book(GOOD)
    assert stopped.value.code == "file_reading_stopped"
    assert processes[0].returncode is not None


def test_memory_over_the_limit_ends_the_child_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMORY_BYTES_IN_REQUESTS", 60 * 1024**2)
    monkeypatch.setattr(limits, "CPU_SECONDS", 20)
    rows = "".join(f'<row r="{n}">{hostile.inline(f"A{n}", "x" * 30_000)}</row>' for n in range(2, 60))
    shared = f'<sst xmlns="{hostile.MAIN}">' + "".join(f"<si><t>{n:030}</t></si>" for n in range(400_000)) + "</sst>"
    with pytest.raises(ReadingStopped):
        read_book(hostile.packed(hostile.parts(hostile.worksheet(rows), shared=shared)))


def test_an_answer_longer_than_allowed_is_cut_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES_IN_REQUESTS", 20_000)
    with pytest.raises(ReadingStopped):
        read_book(hostile.plain([[f"{n:010}"] for n in range(2000)]))


def test_rows_that_no_child_of_ours_wrote_are_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    last = {"sheets": [{"name": "x", "is_hidden": False, "start": 0, "end": 10**9, "merged": [], "hidden_columns": []}]}
    said = f"print('[1,2,3,4]'); print({json.dumps(json.dumps(last))})"
    monkeypatch.setattr(parent, "command", lambda **_given: [sys.executable, "-c", said])
    with pytest.raises(ReadingStopped):
        list(read_book(GOOD).first)


def test_a_child_that_cannot_be_started_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_given: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(parent, "_popen", fails)
    with pytest.raises(ReadersBusy):
        read_book(GOOD)


def test_no_more_children_at_once_than_places_on_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", lambda: tmp_path)
    monkeypatch.setattr(limits, "AT_ONCE", 1)
    other = "import fcntl, os, sys; h = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); fcntl.flock(h, fcntl.LOCK_EX); print(1, flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", other + "; input()", str(tmp_path / "0")], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(ReadersBusy) as busy:
        read_book(GOOD)
    assert (busy.value.status, busy.value.retry_after) == (503, 5)
    process.kill()
    process.communicate()
    assert read_book(GOOD).first.name == "Sheet1"  # the killed process's place is free


def test_a_request_is_told_to_come_again_while_another_reads_and_a_job_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", lambda: tmp_path)
    with slots.place() as first:
        with monkeypatch.context() as patched:
            patched.setattr("time.sleep", lambda _seconds: pytest.fail("a web worker waits"))
            with pytest.raises(ReadersBusy):
                read_book(GOOD)
        with patiently():
            assert len(list(read_book(GOOD).first)) == 2
            with slots.place() as second:
                assert (first, second) == (0, 1)


def test_jobs_leave_the_place_of_requests_free_as_long_as_they_can(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", lambda: tmp_path)
    with patiently(), slots.place():
        pass
    with patiently():
        held = slots.place()
        held.__enter__()
    assert len(list(read_book(GOOD).first)) == 2
    held.__exit__(None, None, None)


def test_a_request_lets_its_child_cost_little_and_a_job_much(monkeypatch: pytest.MonkeyPatch) -> None:
    told, waited, real = [], [], subprocess.Popen

    class Watched(real):  # type: ignore[misc, valid-type]
        def __init__(self, *args: object, **given: Any) -> None:
            told.append(json.loads(os.pread(given["stdin"].fileno(), 4096, 0).partition(b"\n")[0]))
            super().__init__(*args, **given)

        def wait(self, timeout: float | None = None) -> int:
            waited.append(timeout)
            return int(super().wait(timeout))

    monkeypatch.setattr(parent, "_popen", Watched)
    read_book(GOOD)
    with patiently():
        read_book(GOOD)
    assert [one["cpu"] for one in told] == [limits.CPU_SECONDS, limits.PATIENT_CPU_SECONDS] == [0.7, 20]
    assert [one["memory"] for one in told] == [limits.MEMORY_BYTES_IN_REQUESTS, limits.MEMORY_BYTES] == [256 * 1024**2, 512 * 1024**2]
    assert [one["answer"] for one in told] == [limits.ANSWER_BYTES_IN_REQUESTS, limits.ANSWER_BYTES]
    assert [one["cells"] for one in told] == [limits.CELLS_IN_REQUESTS, limits.CELLS] == [80_000, 4_000_000]
    assert [one for one in waited if one is not None] == [limits.WALL_SECONDS, limits.PATIENT_WALL_SECONDS] == [6, 600]


def test_processor_time_over_the_limit_ends_the_child_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ends, real = [], parent._run

    def run(*args: Any, **given: Any) -> int | None:
        ends.append(real(*args, **given))
        return ends[-1]

    monkeypatch.setattr(parent, "_run", run)
    monkeypatch.setattr(limits, "CPU_SECONDS", 0.1)  # a fraction of a second, which the limit of the kernel does not know
    monkeypatch.setattr(limits, "WALL_SECONDS", 600)  # it is not the clock that ends it
    empty = "".join(f'<c r="{letters_of(column)}@"/>' for column in range(250))
    with pytest.raises(ReadingStopped):
        read_book(hostile.book("".join(f'<row r="{n}">{empty.replace("@", str(n))}</row>' for n in range(2, 3_000))))
    assert ends == [-signal.SIGPROF]


def test_cells_over_the_limit_of_requests_are_refused_in_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CELLS_IN_REQUESTS", 5)
    with pytest.raises(TooManyCells):
        read_book(hostile.plain([["甲"]] * 9))
    with patiently():
        assert len(list(read_book(hostile.plain([["甲"]] * 9)).first)) == 9


def test_no_row_is_read_after_the_last_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    read, real = [], Worksheet._read_row
    monkeypatch.setattr(Worksheet, "_read_row", lambda sheet, row: (read.append(row.get("r")), real(sheet, row)))
    target = BytesIO()
    answer = child.Answer(target, most_rows=3)
    child.read_xlsx(hostile.plain([[f"第{n}行"] for n in range(1, 1000)]), answer)
    assert len(read) == 4  # the fourth is the one too many
    assert [json.loads(line)[0] for line in target.getvalue().splitlines()] == [1, 2, 3]


@pytest.mark.parametrize("content", [hostile.plain([["甲"]] * 9), hostile.old_workbook([[(row, 0, "甲") for row in range(9)]])])
def test_a_book_has_no_more_rows_than_wanted(content: bytes) -> None:
    assert [row.number for row in read_workbook(content, most_rows=3).first] == [1, 2, 3]
    assert len(list(read_workbook(content).first)) == 9


def test_a_place_is_given_back_after_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", lambda: tmp_path)
    monkeypatch.setattr(limits, "AT_ONCE", 1)
    for _ in range(2):
        with pytest.raises(FileDamaged):
            read_book(hostile.misplaced())
    assert len(list(read_book(GOOD).first)) == 2


def test_the_folder_of_the_places_is_nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", FOLDER)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"quanzhou-fund-tables-{os.getuid()}").symlink_to(tmp_path)
    with pytest.raises(ReadersBusy):
        read_book(GOOD)


def test_an_old_workbook_is_read_in_the_child() -> None:
    sheet = read_book(hostile.old_workbook([[(0, 0, "合同编号"), (1, 0, "HT1"), (1, 3, 12.5)]])).first
    first, second = sheet
    assert first.cells[0].text == "合同编号"
    assert [(cell.stored, cell.text) for cell in second.cells] == [
        (Stored.TEXT, "HT1"), (Stored.EMPTY, ""), (Stored.EMPTY, ""), (Stored.NUMBER, "12.5"),
    ]  # fmt: skip
