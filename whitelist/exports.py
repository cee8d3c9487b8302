"""An announcement as a file, for channels without a network. The same announcement always gives the same bytes."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from common.errors import DomainError
from whitelist.models import Announcement
from whitelist.payloads import body_of

MOST_IN_WORKBOOK = 10_000
_HEADINGS = {
    "id": "条目标识",
    "kind": "名单类别",
    "list_year": "名单年度",
    "state": "状态",
    "credit_code": "统一社会信用代码",
    "enterprise": "企业名称",
    "district": "县（市、区）",
    "project_code": "投资项目代码",
    "project": "项目名称",
    "total_investment": "投资总额（元）",
    "max_total": "放款上限（元）",
    "published_on": "发布日期",
    "expires_on": "有效期至（不含）",
    "ended_on": "移出或到期日期",
    "reason": "移出或到期原因",
}


class UnknownFormat(DomainError):
    """A file is json or xlsx."""

    code = "unknown_format"
    sentence = "导出格式只能是 json 或 xlsx。"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file to hand over, with its hash."""

    filename: str
    content: bytes
    content_type: str
    sha256: str


class TooManyEntries(DomainError):
    """More entries than a workbook is written for while somebody waits."""

    code = "too_many_entries"
    sentence = "名单共 {count:,} 条，超过 xlsx 文件的上限 {most:,} 条，未生成文件。请选择 JSON 格式导出。"


def export(announcement: Announcement, *, file_format: str) -> ExportedFile:
    """
    Return the announcement as a file.

    Raises:
        UnknownFormat: neither ``json`` nor ``xlsx``.
        TooManyEntries: for a workbook.

    Source: FP 1.6.2.
    """
    if file_format == "json":
        content, content_type = body_of(announcement.payload), "application/json"
    elif file_format == "xlsx":
        if announcement.entry_count > MOST_IN_WORKBOOK:
            raise TooManyEntries(field="file_format", count=announcement.entry_count, most=MOST_IN_WORKBOOK)
        content = _workbook(announcement)
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        raise UnknownFormat(field="format")
    return ExportedFile(
        filename=f"whitelist-{announcement.kind}-{announcement.made_at:%Y%m%d}-{announcement.sha256[:8]}.{file_format}",
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _workbook(announcement: Announcement) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": announcement.made_at.replace(tzinfo=None), "comments": announcement.sha256})
        sheet = book.add_worksheet("白名单")
        sheet.write_row(0, 0, list(_HEADINGS.values()))
        entries: list[dict[str, Any]] = announcement.payload["entries"]
        for number, entry in enumerate(entries, start=1):
            sheet.write_row(number, 0, ["" if entry[name] is None else entry[name] for name in _HEADINGS])
        sheet.freeze_panes(1, 0)
    return stream.getvalue()
