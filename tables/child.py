"""
The process that reads a workbook: a fresh interpreter that has this package and Python's own library, and nothing else of the product.

It is started by ``tables.parent``. Standard input is a file: one line of JSON (what follows, its length, the limits), then the workbook.
Standard output is a file, too, whose length the kernel bounds: a line of JSON per row, ``[number, hidden, column, kind, text, format,
computed, column, …]``, and a last line that says either where the rows of each sheet lie in it or why the workbook is refused. Data only:
nothing in it is ever executed or unpickled on the other side.
"""

import gc
import json
import math
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from tables import limits, package
from tables.refused import EnoughRows, Refused
from tables.workbook import part_of, read_workbook
from tables.worksheet import Tally, Worksheet

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def main(read: Callable[[bytes, "Answer"], None]) -> None:
    """Read with ``read`` what standard input brings and write on standard output what is in it."""
    gc.disable()  # one file, then the end; nothing here makes cycles, and looking for them among millions of cells takes most of the time
    source, target = sys.stdin.buffer, sys.stdout.buffer
    task = json.loads(source.readline(4096))
    limit(memory=task["memory"], cpu=task["cpu"], answer=task["answer"])
    limits.CELLS = min(limits.CELLS, task["cells"])
    answer = Answer(target, most_rows=task["rows"])
    try:
        content = source.read(task["length"])
        if len(content) != task["length"]:
            raise Refused("FileDamaged")
        read(content, answer)
        last: dict[str, Any] = {"sheets": answer.sheets}
    except Refused as refused:
        last = {"refused": refused.reason, "facts": refused.facts}
    except MemoryError:
        last = {"refused": "ReadingStopped", "facts": {}}
    answer.write(last)
    target.flush()


def limit(*, memory: int, cpu: float, answer: int) -> None:
    """
    Bind this process: memory, processor time, length of its answer, no other processes, no core dump. Nothing gives it back.

    The limit of processor time knows whole seconds; a timer of the kernel ends the process at the fraction.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(cpu), math.ceil(cpu) + 1))
    signal.setitimer(signal.ITIMER_PROF, cpu)
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer, answer))
    for what in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(what, (0, 0))


class Answer:
    """What is written on standard output, with the places of the sheets in it."""

    def __init__(self, target: BinaryIO, *, most_rows: int) -> None:
        self.sheets: list[dict[str, Any]] = []
        self._target = target
        self._length = 0
        self._most_rows = most_rows
        self._rows = 0  # of the sheet that was begun last

    def write(self, what: object) -> None:
        """Write a line."""
        self._length += self._target.write(_encode(what).encode() + b"\n")

    def file(self, content: bytes) -> None:
        """Write a file as it is; it is told as a sheet without a name."""
        self.sheets.append({"name": "", "start": self._length, "end": self._length + len(content)})
        self._length += self._target.write(content + b"\n")

    def open_sheet(self, name: str, *, is_hidden: bool) -> None:
        """Begin a sheet."""
        about = {"name": name, "is_hidden": is_hidden, "start": self._length, "end": self._length}
        self.sheets.append(about | {"merged": [], "hidden_columns": []})
        self._rows = 0

    def row(self, number: int, is_hidden: bool, cells: list[object]) -> None:
        """
        Write a row of the sheet that was begun last.

        Raises:
            EnoughRows: so many are written as are wanted.
        """
        if self._rows == self._most_rows:
            raise EnoughRows
        self._rows += 1
        self.write([number, is_hidden, *cells])
        self.sheets[-1]["end"] = self._length


def read_xlsx(content: bytes, answer: Answer) -> None:
    """
    Write every visible sheet of a workbook.

    Raises:
        Refused.
    """
    merged = 0
    with package.opened(content) as opened:
        book, tally = read_workbook(opened), Tally()
        for one in book.sheets:
            answer.open_sheet(one.name, is_hidden=one.is_hidden)
            if not one.is_hidden:
                sheet = Worksheet(one.name, book, tally, answer.row)
                with suppress(EnoughRows):
                    sheet.read(part_of(opened, one.part))
                answer.sheets[-1] |= {"merged": sheet.merged, "hidden_columns": sheet.hidden_columns}
                merged += len(sheet.merged)
            if merged > limits.MERGED:
                raise Refused("TooManyCells", what="合并单元格过多")
