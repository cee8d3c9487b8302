"""Terms in working days, with what is left of them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Cited
from common.admin.panels import Fact, Facts, table
from common.admin.visible import VisibleAdmin
from parties.access import SEES_ALL
from parties.models import Member
from policy.models import Deadline
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import remaining_working_days

SOON = 5


def deadlines_visible_to(member: Member) -> QuerySet[Deadline]:
    """Return all deadlines; the page is open to those only who see every case."""
    return Deadline.objects.all()


def left(deadline: Deadline) -> Badge:
    """Return what is left of a term today, in working days."""
    if deadline.closed_on is not None:
        late = deadline.closed_on > deadline.due_on
        return Badge("逾期办结" if late else "按期办结", "bad" if late else "good")
    days = remaining_working_days(deadline, on=timezone.localdate(), calendar=working_calendar())
    if days < 0:
        return Badge(f"已逾期{-days}个工作日", "bad")
    words = "今日到期" if days == 0 else f"剩余{days}个工作日"
    return Badge(f"{words}（暂定）" if deadline.is_provisional else words, "warn" if days <= SOON else "busy")


def provisional(deadline: Deadline) -> Badge | None:
    """Return the mark of a term that runs into a year whose days off are not published."""
    return Badge("暂定", "warn") if deadline.is_provisional else None


def deadline_facts(title: str, deadline: Deadline | None) -> Facts | None:
    """Return the block in which a case's page shows its term."""
    if deadline is None:
        return None
    note = "到期日涉及尚未公布放假安排的年度，公布后自动重算。" if deadline.is_provisional else ""
    shown = (
        Fact("剩余", left(deadline)),
        Fact("起算日（当日不计）", deadline.started_on),
        Fact("期限", f"{deadline.working_days}个工作日"),
        Fact("到期日", deadline.due_on),
        Fact("暂定", provisional(deadline) or "否"),
        Fact("办结日", deadline.closed_on),
    )
    return Facts(title=title, facts=shown, clause=deadline.clause, note=note)


@admin.register(Deadline)
class DeadlineAdmin(VisibleAdmin):
    """Terms still running and closed."""

    visible_to = staticmethod(deadlines_visible_to)
    seen_by = frozenset(SEES_ALL)
    columns = (
        Column("事项", lambda one: one.purpose, order="purpose"),
        "started_on",
        "working_days",
        "due_on",
        Column("剩余", left, order="due_on", name="left"),
        Column("暂定", provisional, order="is_provisional"),
        "closed_on",
        Column("依据", lambda one: Cited(one.clause), order="clause"),
    )
    list_filter = ("is_provisional", "clause", ("closed_on", admin.EmptyFieldListFilter))
    search_fields = ("purpose",)
    date_hierarchy = "due_on"
    ordering = ("-due_on", "-id")

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the term and how notices moved it."""
        moved = case.changes.select_related("notice")
        rows = [(str(one.notice), one.old_due_on, one.new_due_on, one.recorded_at) for one in moved]
        heads = ("放假安排", "原到期日", "新到期日", "记录时间")
        return [deadline_facts(case.purpose, case), table("期限变更", heads, rows, empty="未变更。")]
