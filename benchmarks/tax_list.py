"""Taking in the tax bureau's list, checked and committed, beside only reading the file and inserting its cells."""

import io
from argparse import Namespace
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import count
from statistics import median
from zoneinfo import ZoneInfo

import xlsxwriter
from django.db import connection
from python_calamine import CalamineWorkbook

from benchmarks.database import scratch
from benchmarks.measure import Result, Timings, alternate, at_most, seconds
from parties.models import District, Member
from tests.factories import MemberFactory, credit_code
from whitelist.enums import ImportKind
from whitelist.services.intake import check_list, commit_list

AT = datetime(2024, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SMALL, SMALL_SECONDS = 4_000, 10
HEADINGS = (
    "统一社会信用代码",
    "企业名称",
    "行业代码",
    "所得税归属县(市、区)",
    "成立日期",
    "注册资本",
    "年度",
    "研发费用",
    "营业收入",
    "从业人员",
    "小巨人",
)
_TABLE = f"CREATE TABLE bench_cells ({', '.join(f'c{n} text' for n in range(len(HEADINGS)))})"
_numbers = count(0)


def measure(options: Namespace) -> Iterator[Result]:
    """Yield the time for the small list against its limit, then both lists beside the plain way."""
    with scratch("tax_list"):
        actor = MemberFactory.serving("city_science")
        with connection.cursor() as cursor:
            cursor.execute(_TABLE)
        for rows, rounds in ((min(SMALL, options.rows), options.rounds), (options.rows, min(options.rounds, 3))):
            taken = _taken(rows, rounds, actor)
            yield taken.times(f"tax list of {rows:,} rows: checked and committed, cells only inserted")
            if rows <= SMALL:
                yield _limit(rows, taken)


def _limit(rows: int, taken: Timings) -> Result:
    """Return the line of the one bar in seconds."""
    ours = median(taken.ours)
    name = f"tax list of {rows:,} rows, seconds of {SMALL_SECONDS}"
    return Result(name=name, ours=seconds(ours), beside=seconds(SMALL_SECONDS), ratio=ours / SMALL_SECONDS, bar=at_most(1))


def _taken(rows: int, rounds: int, actor: Member) -> Timings:
    """Return the times of both; every list of ours holds enterprises never seen before."""
    lists = iter([_workbook(rows) for _ in range(rounds + 1)])
    one_more = _workbook(rows)

    def ours() -> None:
        file = check_list(kind=ImportKind.TAX_LIST, filename="税务清单.xlsx", content=next(lists), actor=actor, at=AT)
        if file.accepted != rows:
            raise SystemExit(f"{file.refused} rows were refused")
        commit_list(import_id=file.public_id, actor=actor, at=AT)

    def beside() -> None:
        _read_and_insert(one_more)

    return alternate(rounds=rounds, ours=ours, beside=beside, label=f"{rows:,} rows")


def _read_and_insert(content: bytes) -> None:
    """Insert every cell of the file as text, with the driver's fastest plain insert; nothing is checked."""
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    columns = [[str(cell) for cell in column] for column in zip(*cells, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO bench_cells SELECT * FROM unnest({', '.join(['%s::text[]'] * len(columns))})", columns)


def _workbook(rows: int) -> bytes:
    """Return a list of so many industrial enterprises with valid codes, all over the city."""
    districts = list(District.objects.filter(is_live=True).order_by("pk").values_list("name", flat=True))
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, rows + 1):
        number = next(_numbers)
        founded = date(2000 + number % 20, 1 + number % 12, 1 + number % 28)
        sheet.write_row(row, 0, (credit_code(number), f"泉州测试机械{number}有限公司", "C3429", districts[number % len(districts)]))
        sheet.write_datetime(row, 4, datetime.combine(founded, time()))
        sheet.write_row(row, 5, (20_000_000, 2023, 1_500_000.25 + number, 300_000_000.5, 50 + number % 900, "否"))
    book.close()
    return stream.getvalue()
