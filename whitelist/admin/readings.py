"""How an imported list is read, and what of it somebody has to compare, as panels."""

from decimal import Decimal
from typing import Any

from common.admin.display_values import Money
from common.admin.panels import Row, Table, table
from whitelist.models import ImportFile
from whitelist.selectors.imports import noted_codes

SHOWN = 100
HEADS = ("工作表", "数据行", "有误行", "金额列", "单位", "倍数", "文件中的合计", "换算为元")


def reading_panels(file: ImportFile) -> list[Table]:
    """Return the sheets that are read with their units and sums, and what is not read."""
    sheets = (file.reading or {}).get("sheets", [])
    rows = [row for sheet in sheets for row in _rows(sheet)]
    hidden = "、".join((file.reading or {}).get("hidden_sheets", []))
    note = "合计只含可入库的行。" + (f"隐藏的工作表不读取：{hidden}。" if hidden else "")
    return [table("读法", HEADS, rows, foot=_foot(sheets), note=note)]


def notes_panel(file: ImportFile) -> Table | None:
    """Return the credit codes whose 17th digit does not fit, ``None`` where there are none."""
    noted = noted_codes(file)
    rows = [(f"{one.sheet} 第{one.row}行".strip(), one.column, one.detail) for one in noted[:SHOWN]]
    return table("需与营业执照核对的代码", ("行", "列", "说明"), rows, note=f"共{noted.count()}个。") if rows else None


def _rows(sheet: dict[str, Any]) -> list[tuple[Any, ...]]:
    hidden = f"（其中隐藏{sheet['hidden_rows']}行）" if sheet["hidden_rows"] else ""
    first = (sheet["name"], f"{sheet['rows']:,}{hidden}", f"{sheet['refused']:,}")
    amounts = [
        (one["label"], one["unit"], f"×{int(one['factor']):,}", f"{Decimal(one['written']):,}", Money(Decimal(one["yuan"])))
        for one in sheet["amounts"]
    ]
    return [(*(first if place == 0 else ("", "", "")), *line) for place, line in enumerate(amounts or [("", "", "", "", "")])]


def _foot(sheets: list[dict[str, Any]]) -> Row | None:
    if len(sheets) < 2:
        return None
    rows, refused = (sum(sheet[name] for sheet in sheets) for name in ("rows", "refused"))
    totals: dict[str, Decimal] = {}
    for sheet in sheets:
        for one in sheet["amounts"]:
            totals[one["label"]] = totals.get(one["label"], Decimal(0)) + Decimal(one["yuan"])
    said = "；".join(f"{label} {total:,}" for label, total in totals.items())
    return Row(cells=("合计", f"{rows:,}", f"{refused:,}", "", "", "", "", said))
