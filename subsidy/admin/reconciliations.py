"""The bank's own figures against ours, each difference opened to segments."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.display_values import Badge, Link, Money, link_to, page_of
from common.admin.panels import Row, table
from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member
from subsidy.admin.lines import segments
from subsidy.admin.steps import COMMIT
from subsidy.models import Reconciliation
from subsidy.selectors.reconciliation import Difference, differences
from subsidy.selectors.visibility import reconciliations_visible_to

SEEN_BY = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
SHOWN = 100


def reconciliations_listed(member: Member) -> QuerySet[Reconciliation]:
    """Return the files the member may open."""
    return reconciliations_visible_to(member).select_related("settlement__bank", "revision", "checked_by__institution")


@admin.register(Reconciliation)
class ReconciliationAdmin(VisibleAdmin):
    """Files of the banks."""

    visible_to = staticmethod(reconciliations_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = ("settlement", "filename", "state", "row_count", "checked_by", "checked_at", "committed_at")
    shows = ("settlement", "revision__number", "filename", "state", "row_count", "checked_by", "checked_at", "committed_at", "sha256")
    list_filter = ("state", "settlement__bank")
    ordering = ("-checked_at",)
    steps = (COMMIT,)

    def parts(self, request: HttpRequest, case: Reconciliation) -> list[Any]:
        """Return the faulty rows and the differences, both sums side by side."""
        faults = [(f"第{one.get('row')}行", one.get("column"), one.get("detail"), one.get("code")) for one in case.errors]
        wrong = table("有误的行", ("行", "列", "说明", "代码"), faults) if faults else None
        found = differences(case)
        rows = [_row(request, one) for one in found[:SHOWN]]
        heads = ("贷款合同", "企业", "本系统", "银行", "差额", "本系统计算过程")
        note = f"共{len(found)}笔不一致，仅列出前{SHOWN}笔。" if len(found) > SHOWN else ""
        return [wrong, table("不一致的贷款", heads, rows, empty="双方金额一致。", note=note, clause="FP 1.6.4")]


def _row(request: HttpRequest, one: Difference) -> Row:
    ours = Money(one.ours) if one.ours is not None else Badge("本系统无", "warn")
    theirs = Money(one.theirs) if one.theirs is not None else Badge("银行无", "warn")
    way = Link("展开分段", page_of(one.lines[0].line)) if one.lines else None
    detail = segments(one.lines[0]) if one.lines else None
    cells = (link_to(request, one.loan), one.loan.enterprise.name, ours, theirs, Money(one.amount), way)
    return Row(cells=cells, detail=detail)
