"""A list as a spreadsheet, as the person sees it: same rows, same columns, same order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

import xlsxwriter
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.extension_points import EXTENSION_POINTS, acting_member
from common.texts import line

MAX_ROWS = 5_000  # of one file, which costs its web worker half a second
MAX_FILES = 100
TOO_MANY_ROWS = "共 {count:,} 行，超过一次导出的上限 {most:,} 行，未生成文件。请先用筛选条件缩小范围，再分批导出。"
IN_SEVERAL_FILES = "共 {count:,} 行，超过一次导出的上限 {most:,} 行，未生成文件。可用筛选条件缩小范围，或逐个下载以下 {files} 个文件。"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def spreadsheet(
    request: HttpRequest, title: str, columns: Sequence[Column], rows: Iterable[Any], *, filename: str, what: type[Model]
) -> HttpResponse:
    """Return a workbook with one sheet, amounts as numbers and dates as dates; who took how many rows of what is an event of the log."""
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True})
    sheet = workbook.add_worksheet(title[:31])
    bold = workbook.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1})
    amount = workbook.add_format({"num_format": "#,##0.00"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    for j, column in enumerate(columns):
        sheet.write_string(0, j, str(column.short_description), bold)
    written = 0
    for i, row in enumerate(rows, start=1):
        written = i
        for j, column in enumerate(columns):
            _write(sheet, i, j, column.plain(row), amount=amount, day=day)
    workbook.close()
    told_export(request, what=what, title=title, rows=written, form="xlsx")
    answer = HttpResponse(buffer.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


@dataclass(frozen=True, slots=True)
class FilePart:
    """One of several files of a list: which rows, and where it is fetched."""

    number: int
    first: int
    last: int
    url: str


def parts_of(count: int, *, address: Callable[[int], str]) -> list[FilePart]:
    """Return the files into which so many rows are divided; ``address`` gives the place of each by its number, from 1."""
    firsts = range(1, count + 1, MAX_ROWS)
    return [FilePart(number, first, min(first + MAX_ROWS - 1, count), address(number)) for number, first in enumerate(firsts, start=1)]


def told_export(request: HttpRequest, *, what: type[Model], title: str, rows: int, form: str) -> None:
    """Write into the log that the acting member takes rows out of the system, with the filter that the address carries."""
    asked = line(unquote_plus(request.META.get("QUERY_STRING", "")))  # no database stores NUL
    EXTENSION_POINTS.record_export(
        what=what, title=title, actor=acting_member(request), at=timezone.now(), rows=rows, asked=asked, form=form
    )


def _write(sheet: Any, i: int, j: int, value: Any, *, amount: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, Decimal):
        sheet.write_number(i, j, value, amount if value == round(value, 2) else None)
    elif isinstance(value, int):
        sheet.write_number(i, j, value)
    elif isinstance(value, date):
        sheet.write_datetime(i, j, value, day)
    else:
        sheet.write_string(i, j, str(value))
