"""
Reading a notice of days off from a file: json, csv or a workbook (xlsx, xls, et).

csv and workbooks have the columns 年度, 文号, 发布日期, 类型 (放假, 调休上班 or, where it amends, 恢复常规), 开始日期, 结束日期, 名称;
the first three may stand in the first row only. json has ``year``, ``document_number``, ``published_on``, ``source_url``, ``off``
(first day, last day, name), ``makeup_workdays`` and ``restored_days``.
"""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import PurePath
from typing import Any

from common.errors import FieldProblem
from common.strict_json import NotStrictJson, read_json
from policy.notices import InvalidNotice, MakeupDay, OffRange, YearNotice
from tables.cells import Book, Cell, Row, Stored
from tables.errors import FileDamaged, FileRefused, NotText
from tables.faults import CellFault
from tables.lenient import cleaned, day, text
from tables.reading import is_workbook, read_workbook
from tables.table import SeveralSheets, table_of
from tables.text import read_text

YEAR, NUMBER, PUBLISHED, KIND, FIRST, LAST, NAME = COLUMNS = ("年度", "文号", "发布日期", "类型", "开始日期", "结束日期", "名称")
OFF, MAKEUP, RESTORED = KINDS = ("放假", "调休上班", "恢复常规")
MAX_ROWS = 200
NAMES = frozenset({"year", "document_number", "published_on", "source_url", "off", "makeup_workdays", "restored_days"})
MOST_UNKNOWN = 100


@dataclass(slots=True)
class _Days:
    """The days as they are read."""

    off: list[OffRange] = field(default_factory=list)
    makeup: list[MakeupDay] = field(default_factory=list)
    restored: list[MakeupDay] = field(default_factory=list)


def read_notice(*, filename: str, content: bytes, amends: bool = False) -> YearNotice:
    """
    Return the notice written in a file, of the whole year or amending it; whether it can be true is ``check_notice``'s affair.

    Raises:
        InvalidNotice: the file, a column or a row cannot be read; each is named.
    """
    readers = {".json": _from_json, ".csv": _from_csv, ".xlsx": _from_workbook, ".xls": _from_workbook, ".et": _from_workbook}
    reader = readers.get(PurePath(filename).suffix.lower())
    if reader is None:
        raise _refused("file", "file_type", "请上传 json、csv、xlsx、xls 或 et 文件。")
    return replace(reader(content), amends=amends)


def _from_json(content: bytes) -> YearNotice:
    try:
        value = read_json(content.removeprefix(codecs.BOM_UTF8))
    except NotStrictJson:
        raise _refused("file", "not_json", "文件不是有效的 UTF-8 编码 json。") from None
    if not isinstance(value, dict):
        raise _refused(
            "file", "not_json", "json 应为一个对象，含 year、document_number、published_on、off、makeup_workdays、restored_days。"
        )
    strange = islice((name for name in value if name not in NAMES), MOST_UNKNOWN)
    problems = [FieldProblem(name[:100], "unknown", "没有这一项，请核对名称或删除。") for name in strange]
    days = _Days(
        off=_json_off(value.get("off", []), problems),
        makeup=_json_days(value, "makeup_workdays", problems),
        restored=_json_days(value, "restored_days", problems),
    )
    return _notice(
        {YEAR: value.get("year"), NUMBER: value.get("document_number"), PUBLISHED: value.get("published_on")},
        days=days,
        problems=problems,
        names={YEAR: "year", NUMBER: "document_number", PUBLISHED: "published_on"},
        source_url=str(value.get("source_url") or ""),
    )


def _json_off(rows: object, problems: list[FieldProblem]) -> list[OffRange]:
    if not isinstance(rows, list):
        problems.append(FieldProblem("off", "not_a_list", "off 应为列表，每项为 [开始日期, 结束日期, 名称]。"))
        return []
    found = []
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            problems.append(FieldProblem(f"off.{i}", "not_a_range", "应为 [开始日期, 结束日期, 名称]。"))
            continue
        first, last = (_date(row[n], f"off.{i}.{name}", problems) for n, name in ((0, "first_on"), (1, "last_on")))
        if first and last:
            found.append(OffRange(first, last, str(row[2] or ""), f"off.{i}"))
    return found


def _json_days(value: Mapping[str, object], name: str, problems: list[FieldProblem]) -> list[MakeupDay]:
    rows = value.get(name, [])
    if not isinstance(rows, list):
        problems.append(FieldProblem(name, "not_a_list", f"{name} 应为日期列表。"))
        return []
    days = ((_date(row, f"{name}.{i}", problems), f"{name}.{i}") for i, row in enumerate(rows))
    return [MakeupDay(day, at) for day, at in days if day]


def _from_csv(content: bytes) -> YearNotice:
    try:
        return _from_book(read_text(content, most_rows=MAX_ROWS + 1))
    except NotText:
        raise _refused("file", "encoding", "无法识别文件编码，请另存为 UTF-8 或 GB18030 编码的 csv。") from None
    except FileRefused as refused:
        raise _refused("file", refused.code, refused.message) from None


def _from_workbook(content: bytes) -> YearNotice:
    try:
        if not is_workbook(content):
            raise FileDamaged
        return _from_book(read_workbook(content, most_rows=MAX_ROWS + 1))
    except FileDamaged:
        raise _refused("file", "not_xlsx", "无法读取该工作簿，请用电子表格软件另存后重新上传。") from None
    except FileRefused as refused:
        raise _refused("file", refused.code, refused.message) from None


def _from_book(book: Book) -> YearNotice:
    """Return the notice in a table whose first row names the columns."""
    try:
        sheet = table_of(book, wanted={name: name for name in COLUMNS}, least=3)
    except SeveralSheets as several:
        raise _refused("file", several.code, several.message) from None
    rows = list(islice(sheet, MAX_ROWS + 1))
    header = [cleaned(cell.text) for cell in rows[0].cells] if rows and rows[0].number == 1 else []
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise _refused("header", "missing_column", f"缺少列：{'、'.join(missing)}。首行应为列名。")
    if len(rows) > MAX_ROWS:
        raise _refused("file", "too_many_rows", f"超过{MAX_ROWS}行，请核对是否为一个年度的放假安排。")
    problems: list[FieldProblem] = []
    lines = list(_lines(header, rows[1:], problems))
    head = _head(lines, problems)
    return _notice(head, days=_table_days(lines, problems), problems=problems, names={n: f"第2行.{n}" for n in COLUMNS})


def _lines(header: list[str], rows: list[Row], problems: list[FieldProblem]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row that is not empty as its place and its texts by column."""
    for row in rows:
        at, line = f"第{row.number}行", dict.fromkeys(header, "")
        for name, cell in zip(header, row.cells, strict=False):
            try:
                line[name] = text(cell)
            except CellFault as fault:
                problems.append(FieldProblem(f"{at}.{name}", fault.code, fault.detail))
        if any(line[name] for name in COLUMNS):
            yield at, line


def _head(lines: list[tuple[str, dict[str, str]]], problems: list[FieldProblem]) -> dict[str, Any]:
    """Return year, document number and date of publication, which no two rows may give differently."""
    head: dict[str, Any] = {YEAR: "", NUMBER: "", PUBLISHED: ""}
    for at, line in lines:
        for name, known in head.items():
            given = line[name]
            if str(given).strip() and str(known).strip() and str(given).strip() != str(known).strip():
                problems.append(FieldProblem(f"{at}.{name}", "differs", f"{name}与前面的行不一致，一个文件只能有一个年度的一份通知。"))
            elif str(given).strip():
                head[name] = given
    return head


def _table_days(lines: list[tuple[str, dict[str, str]]], problems: list[FieldProblem]) -> _Days:
    found = _Days()
    for at, line in lines:
        kind = line[KIND]
        if kind not in KINDS:
            problems.append(FieldProblem(f"{at}.{KIND}", "unknown_kind", f"类型应为{'、'.join(f'“{one}”' for one in KINDS)}之一。"))
            continue
        first = _date(line[FIRST], f"{at}.{FIRST}", problems)
        last = _date(line[LAST], f"{at}.{LAST}", problems) if str(line[LAST]).strip() else first
        if first is None or last is None:
            continue
        if kind == OFF:
            found.off.append(OffRange(first, last, str(line[NAME]).strip(), at))
        elif last != first:
            problems.append(FieldProblem(f"{at}.{LAST}", "not_one_day", f"{kind}每行只填一天。"))
        else:
            (found.makeup if kind == MAKEUP else found.restored).append(MakeupDay(first, at))
    return found


def _notice(
    head: Mapping[str, Any],
    *,
    days: _Days,
    problems: list[FieldProblem],
    names: Mapping[str, str],
    source_url: str = "",
) -> YearNotice:
    """Return the notice, or refuse with all that was found wrong while reading."""
    year = _year(head[YEAR])
    if year is None:
        problems.append(FieldProblem(names[YEAR], "not_a_year", "年度应为四位数字，例如 2027。"))
    published_on = _date(head[PUBLISHED], names[PUBLISHED], problems)
    if problems or year is None or published_on is None:
        raise InvalidNotice(errors=problems)
    number = str(head[NUMBER] or "").strip()
    return YearNotice(
        year=year, document_number=number, published_on=published_on, source_url=source_url,
        off=tuple(days.off), makeup=tuple(days.makeup), restored=tuple(days.restored),
    )  # fmt: skip


def _year(value: object) -> int | None:
    said = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip().removesuffix("年")
    return int(said) if len(said) == 4 and said.isascii() and said.isdigit() else None


def _date(value: object, at: str, problems: list[FieldProblem]) -> date | None:
    """Return the day a text says, ``None`` after noting why it is none."""
    try:
        return day(Cell(Stored.TEXT, str(value or "")))
    except CellFault as fault:
        problems.append(FieldProblem(at, "not_a_date", fault.detail))
    return None


def _refused(field: str, code: str, detail: str) -> InvalidNotice:
    return InvalidNotice(errors=[FieldProblem(field, code, detail)])
