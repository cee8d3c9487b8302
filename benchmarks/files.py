"""Reading a workbook through guard and child beside calamine in this process; what each hostile file costs, in time and memory."""

import io
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.measure import Result, alternate, seconds, timed
from common.errors import DomainError
from tables import limits
from tables.reading import read_book
from tests.tables import hostile

_ONE = """
import resource, sys, time
from pathlib import Path
from common.errors import DomainError
from tables import limits
from tables.reading import read_book
limits.CPU_SECONDS, limits.WALL_SECONDS = limits.PATIENT_CPU_SECONDS, limits.PATIENT_WALL_SECONDS
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    rows = sum(1 for sheet in read_book(content).sheets for _ in sheet)
except DomainError as refused:
    rows = refused.code
after, child = (resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(rows, (after - before) // 1024, child // 1024)
"""


def measure(options: Namespace) -> Iterator[Result]:
    """Yield the ratio for an honest workbook, its memory, then a line per hostile file."""
    # The machine's other work is not the file's fault; processor time stays bound as in a job.
    limits.CPU_SECONDS, limits.WALL_SECONDS = limits.PATIENT_CPU_SECONDS, limits.PATIENT_WALL_SECONDS
    content = _workbook(options.rows)

    def ours() -> None:
        if sum(1 for _ in read_book(content).first) != options.rows + 1:
            raise SystemExit("rows were lost")

    def beside() -> None:
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    taken = alternate(rounds=min(options.rounds, 3), ours=ours, beside=beside, label=f"{options.rows:,} rows")
    yield taken.times(f"workbook of {options.rows:,} rows: guard, child, every cell beside calamine here")
    yield _memory(f"workbook of {options.rows:,} rows", content)
    for name, (_, make) in (hostile.WORKBOOKS | hostile.TEXTS | hostile.OLD).items():
        yield _memory(name, make())


def _memory(name: str, content: bytes) -> Result:
    """Return time, answer, and by how many MiB this process's peak grew beside the child's whole peak, in a process of its own."""
    place = Path("var/bench") / "file-to-read"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)

    def refuse() -> None:
        try:
            read_book(content)
        except DomainError:
            return

    took = timed(refuse)
    done = subprocess.run([sys.executable, "-c", _ONE, str(place)], capture_output=True, text=True, check=True)
    answer, grown, child = done.stdout.split()[-3:]
    place.unlink()
    size = f"{len(content) / 1024:,.1f} kB"
    return Result(
        name=f"{name} ({size}): {answer}",
        ours=f"{seconds(took)}, +{grown} MiB",
        beside=f"child {child} MiB",
        ratio=int(grown) / max(int(child), 1),
    )


def _workbook(rows: int) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [f"第{number}列" for number in range(11)])
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, (f"9135{row:014}", f"泉州测试机械{row}有限公司", "C3429", "晋江市"))
            sheet.write_datetime(row, 4, datetime(2000, 1, 1) + timedelta(days=row % 8000))  # noqa: DTZ001  (a spreadsheet has no zones)
            sheet.write_row(row, 5, (20_000_000, 2023, 1_500_000.25 + row, 300_000_000.5, 50 + row % 900, "否"))
    return stream.getvalue()
