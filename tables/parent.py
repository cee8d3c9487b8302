"""Reading a workbook in a child: start it, wait, end it when it takes too long, look up what it wrote."""

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import structlog

from common.database import require_no_transaction
from tables import limits
from tables.cells import NOTHING, Book, Cell, Row, Sheet, Stored
from tables.errors import ReadersBusy, ReadingStopped, as_sentence
from tables.patience import bounds, wall_seconds
from tables.refused import Refused
from tables.slots import place
from tables.worksheet import PER_CELL

log = structlog.get_logger(__name__)

_popen = subprocess.Popen

# -I: no environment, no folder of the caller; -S: no installed packages. What it may import is named by folder.
_START = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
def load(name, folder):
    spec = spec_from_file_location(name, folder + "/__init__.py", submodule_search_locations=[folder])
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
load("tables", sys.argv[1])
if sys.argv[2:] == ["mark"]:
    from tables.marking import mark as read
elif sys.argv[2:]:
    load("python_calamine", sys.argv[2])
    from tables.legacy_sheets import read
else:
    from tables.child import read_xlsx as read
from tables.child import main
main(read)
"""
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT")  # what an interpreter outside the usual places needs to start
_KINDS = {kind.value: kind for kind in Stored}
_BLOCK = 256 * limits.KIB
_NOT_OURS = (ValueError, LookupError, TypeError, AttributeError)  # an answer that no child of ours writes


class Answer:
    """A file without a name that a child writes and a book reads its rows from; closed when nobody holds it any more."""

    def __init__(self) -> None:
        with TemporaryFile() as file:
            self.number = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.number)


def read_in_child(content: bytes, *, is_legacy: bool, most_rows: int) -> Book:
    """
    Return the book that the child found in a file which the guard let through, at most so many rows of each sheet.

    Raises:
        FileRefused: of any kind.
        WaitsInTransaction.
    """
    answer = _answered(_task(content, most_rows), command(is_legacy=is_legacy))
    try:
        return _book(answer)
    except _NOT_OURS:
        log.warning("tables_child_babbled")
        raise ReadingStopped from None


def mark_in_child(content: bytes, marks: Mapping[str, Sequence[tuple[int, tuple[int, ...], str]]]) -> bytes:
    """
    Return a workbook that the guard let through with its rows marked: by sheet, their numbers, columns and reasons.

    Raises:
        FileRefused: of any kind.
        WaitsInTransaction.
    """
    told = json.dumps(marks, ensure_ascii=False).encode() + b"\n" + content
    answer = _answered(_task(told, 0), command(is_marking=True))
    try:
        (file,) = _said(answer)["sheets"]
        return os.pread(answer.number, int(file["end"]) - int(file["start"]), int(file["start"]))
    except _NOT_OURS:
        log.warning("tables_child_babbled")
        raise ReadingStopped from None


def command(*, is_legacy: bool = False, is_marking: bool = False) -> list[str]:
    """Return how the child is started."""
    more = [_folder_of("python_calamine")] if is_legacy else ["mark"] if is_marking else []
    found = [_folder_of("tables"), *more]
    return [sys.executable, "-I", "-S", "-c", _START, *found]


def environment() -> dict[str, str]:
    """Return what the child sees of this process's environment: no secret, no address."""
    return {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}


def _task(content: bytes, most_rows: int) -> bytes:
    return json.dumps(bounds() | {"rows": most_rows, "length": len(content)}).encode() + b"\n" + content


def _answered(written: bytes, started: Sequence[str]) -> Answer:
    """
    Return what a child wrote of a task.

    Raises:
        ReadersBusy, ReadingStopped, WaitsInTransaction.
    """
    require_no_transaction("reader of workbooks")
    answer = Answer()
    with place(), TemporaryFile() as task:
        task.write(written)
        task.seek(0)
        returncode = _run(task, answer, started)
    if returncode != 0:
        log.warning("tables_child_died", returncode=returncode)
        raise ReadingStopped
    return answer


def _run(task: IO[bytes], answer: Answer, started: Sequence[str]) -> int | None:
    """Return how the child ended; ``None`` for one that was ended."""
    try:
        process = _popen(
            started,
            stdin=task,
            stdout=answer.number,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment(),
            close_fds=True,
        )
    except OSError as problem:
        log.warning("tables_child_not_started", error=str(problem))
        raise ReadersBusy from None
    try:
        return process.wait(timeout=wall_seconds())
    except subprocess.TimeoutExpired:
        return None
    finally:
        process.kill()
        process.wait()


def _book(answer: Answer) -> Book:
    """
    Return the book by what stands on the answer's last line.

    Raises:
        FileRefused: what the child says of the file.
    """
    return Book([_sheet(answer, **sheet) for sheet in _said(answer)["sheets"]])


def _said(answer: Answer) -> dict[str, Any]:
    """
    Return what stands on the answer's last line.

    Raises:
        FileRefused: what the child says of the file.
    """
    size = os.fstat(answer.number).st_size
    tail = os.pread(answer.number, limits.TAIL_BYTES, max(size - limits.TAIL_BYTES, 0))
    said: dict[str, Any] = json.loads(tail.rstrip(b"\n").rpartition(b"\n")[2])
    if "refused" in said:
        raise as_sentence(Refused(said["refused"], **said["facts"]))
    return said


def _sheet(answer: Answer, *, start: int, end: int, **about: Any) -> Sheet:
    return Sheet(rows=lambda: _rows(answer, int(start), int(end)), **about)


def _rows(answer: Answer, at: int, end: int) -> Iterator[Row]:
    """
    Yield the rows that the child wrote between two places.

    Raises:
        ReadingStopped: no child of ours wrote them.
    """
    rest = b""
    while block := os.pread(answer.number, min(_BLOCK, end - at), at):
        at += len(block)
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            try:
                row = _row(line)
            except _NOT_OURS:
                raise ReadingStopped from None
            yield row


def _row(line: bytes) -> Row:
    number, is_hidden, *found = json.loads(line)
    cells: list[Cell] = []
    for at in range(0, len(found), PER_CELL):
        column, kind, text, shown_as, computed = found[at : at + PER_CELL]
        while len(cells) < column:
            cells.append(NOTHING)
        cells.append(Cell(_KINDS[kind], text, shown_as, computed))
    return Row(number, tuple(cells), is_hidden)


def _folder_of(package: str) -> str:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent)
