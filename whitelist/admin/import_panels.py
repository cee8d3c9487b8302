"""Panels of an imported list: its files, how it is read, and what of it somebody has to compare."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from common.admin.display_values import Badge, Link, Money, link_to
from common.admin.panels import Row, Table, table
from documents.services import documents_of
from whitelist.models import ImportFile, ImportProblem
from whitelist.papers import FAULTS_MARKED, IMPORTED_LIST
from whitelist.selectors.imports import noted_codes

SHOWN = 100
HEADS = ("工作表", "数据行", "有误行", "金额列", "单位", "倍数", "文件中的合计", "换算为元")

DIFFERENCE_HEADS = ("企业", "事项", "现有信息", "名单信息", "未覆盖的原因", "状态")


def reading_panels(file: ImportFile) -> list[Table]:
    """Return the sheets that are read with their units and sums, and what is not read."""
    sheets = (file.reading or {}).get("sheets", [])
    rows = [row for sheet in sheets for row in _rows(sheet)] + _totals(sheets)
    hidden = "、".join((file.reading or {}).get("hidden_sheets", []))
    note = "合计只含可入库的行。" + (f"隐藏的工作表不读取：{hidden}。" if hidden else "")
    return [table("读法", HEADS, rows, note=note)]


def problems_panel(faults: Sequence[ImportProblem], *, most: int) -> Table:
    """Return the first faults of a list, each where it stands."""
    rows = [
        (
            f"{one.sheet} 第{one.row}行".strip(),
            one.column,
            Badge("提示", "warn") if one.is_warning else Badge("有误", "bad"),
            one.detail,
            one.code,
        )
        for one in faults
    ]
    note = f"仅列出前{most}条。" if len(faults) == most else ""
    return table("逐行问题", ("行", "列", "性质", "说明", "代码"), rows, empty="没有问题行。", note=note)


def notes_panel(file: ImportFile) -> Table | None:
    """Return the credit codes whose 17th digit does not fit, ``None`` where there are none."""
    noted = noted_codes(file)
    rows = [(f"{one.sheet} 第{one.row}行".strip(), one.column, one.detail) for one in noted[:SHOWN]]
    return table("需与营业执照核对的代码", ("行", "列", "说明"), rows, note=f"共{noted.count()}个。") if rows else None


def files_panel(file: ImportFile, *, has_faults: bool) -> Table:
    """Return the list as it came and, where it has faults, the file in which they are marked."""
    found = {document.kind: document for document in documents_of(file)}
    rows = [
        (kind, Link(found[kind].filename, reverse("document-download", args=[found[kind].public_id])))
        for kind in (IMPORTED_LIST, FAULTS_MARKED)
        if kind in found
    ]
    waits = has_faults and FAULTS_MARKED not in found
    note = (
        "标注有误单元格的文件正在后台生成，请稍后刷新本页。"
        if waits
        else "核对结果中有误的单元格已标色，原因写在该行末尾。"
        if has_faults
        else ""
    )
    return table("文件", ("类别", "下载"), rows, note=note)


def differences_panel(request: HttpRequest, file: ImportFile) -> Table | None:
    """Return what the list gives otherwise and did not change, ``None`` where nothing differs."""
    found = file.differences.select_related("enterprise", "settled_by")
    rows = [
        (
            link_to(request, one.enterprise),
            one.get_fact_display(),
            one.kept,
            one.listed,
            "已经核定，名单不覆盖" if one.is_decided else "现有信息的年度或截止日较晚",
            Badge("已处理", "good") if one.settled_at else Badge("待处理", "warn"),
        )
        for one in found[:SHOWN]
    ]
    note = f"共{found.count()}项。确需更正的，请在企业页面办理；其余请办理“差异已处理”。"
    return table("与现有信息不同、未覆盖", DIFFERENCE_HEADS, rows, note=note) if rows else None


def _rows(sheet: dict[str, Any]) -> list[tuple[Any, ...]]:
    hidden = f"（其中隐藏{sheet['hidden_rows']}行）" if sheet["hidden_rows"] else ""
    first = (sheet["name"], f"{sheet['rows']:,}{hidden}", f"{sheet['refused']:,}")
    return [(*first, *_amount(one)) for one in sheet["amounts"]] or [(*first, "", "", "", "", "")]


def _amount(one: dict[str, str]) -> tuple[Any, ...]:
    return one["label"], one["unit"], f"×{int(one['factor']):,}", f"{Decimal(one['written']):,}", Money(Decimal(one["yuan"]))


def _totals(sheets: list[dict[str, Any]]) -> list[Row]:
    """Return a line for each column of amounts over all sheets, where there are several."""
    if len(sheets) < 2:
        return []
    rows, refused = (f"{sum(sheet[name] for sheet in sheets):,}" for name in ("rows", "refused"))
    lines = []
    for number, one in enumerate(sheets[0]["amounts"]):
        written, yuan = (str(sum(Decimal(sheet["amounts"][number][name]) for sheet in sheets)) for name in ("written", "yuan"))
        lines.append(Row(cells=("合计", rows, refused, *_amount(one | {"written": written, "yuan": yuan}))))
    return lines
