"""The process that reads workbooks: what it may, what it sees, and how its end is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tables import limits, parent, slots
from tables.cells import Stored
from tables.errors import FileDamaged, ReadersBusy, ReadingStopped
from tables.reading import read_book
from tests.tables import hostile

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
    assert bound["Max cpu time"] == str(limits.CPU_SECONDS)
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
    monkeypatch.setattr(limits, "MEMORY_BYTES", 60 * 1024**2)
    rows = "".join(f'<row r="{n}">{hostile.inline(f"A{n}", "x" * 30_000)}</row>' for n in range(2, 60))
    shared = f'<sst xmlns="{hostile.MAIN}">' + "".join(f"<si><t>{n:030}</t></si>" for n in range(400_000)) + "</sst>"
    with pytest.raises(ReadingStopped):
        read_book(hostile.packed(hostile.parts(hostile.worksheet(rows), shared=shared)))


def test_an_answer_longer_than_allowed_is_cut_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES", 20_000)
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
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0)
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


def test_a_place_is_given_back_after_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slots, "_folder", lambda: tmp_path)
    monkeypatch.setattr(limits, "AT_ONCE", 1)
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0)
    for _ in range(2):
        with pytest.raises(FileDamaged):
            read_book(hostile.misplaced())
    assert len(list(read_book(GOOD).first)) == 2


def test_the_folder_of_the_places_is_nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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
