"""The first page: what waits for this person, and the fund at a glance."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from audit.models import Event
from common.admin import Badge, acting_member, table
from common.admin.panels import Table
from notices.selectors import unread_notices
from parties.enums import Role
from policy.terms import VersionInForce
from quanzhou_fund.backoffice.glance import cards, tables
from quanzhou_fund.backoffice.standing_panel import standing_panels
from quanzhou_fund.backoffice.waiting import waiting_for
from quanzhou_fund.health import CHECKS

NEWEST = 6
PARTS = {"database": "数据库", "redis": "任务队列和缓存", "migrations": "数据库结构"}


def running_well() -> Table:
    """Return how the system runs, for its administrator: parts and the log's seals, no business."""
    waits = Event.objects.filter(seal__isnull=True).order_by("pk").values_list("recorded_at", flat=True).first()
    parts = [(PARTS.get(name, name), Badge("正常", "good") if check() else Badge("异常", "bad")) for name, check in CHECKS.items()]
    oldest = ("最早一条待封存审计事件", waits or "无")
    return table("运行状况", ("部分", "状态"), [*parts, oldest])


def first_page(request: HttpRequest, *, on: date, version: VersionInForce | None) -> dict[str, Any]:
    """Return what the first page shows on a day."""
    member = acting_member(request)
    unread = unread_notices(member)
    if member.is_administrator:
        panels = [running_well()] if Role.SYSTEM in member.roles else []
        return {
            "tasks": waiting_for(member, on=on),
            "unread_count": unread.count(),
            "unread": list(unread[:NEWEST]),
            "glance": [],
            "panels": panels,
        }
    return {
        "tasks": waiting_for(member, on=on),
        "unread_count": unread.count(),
        "unread": list(unread[:NEWEST]),
        "glance": cards(member, on=on, version=version),
        "panels": tables(member),
        "standing": standing_panels(member),
    }
