"""The first page: what waits for this person, and the fund at a glance."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from common.admin.extension_points import acting_member
from notices.selectors import unread_notices
from policy.terms.version import VersionInForce
from quanzhou_fund.backoffice.glance import cards, tables
from quanzhou_fund.backoffice.standing_panel import standing_panels
from quanzhou_fund.backoffice.work_queues import work_queues_of

NEWEST = 6


def first_page(request: HttpRequest, *, on: date, version: VersionInForce | None) -> dict[str, Any]:
    """Return what the first page shows on a day."""
    member = acting_member(request)
    unread = unread_notices(member)
    business = not member.is_administrator
    return {
        "tasks": work_queues_of(member, on=on),
        "unread_count": unread.count(),
        "unread": list(unread[:NEWEST]),
        "glance": cards(member, on=on, version=version) if business else [],
        "panels": tables(member) if business else [],
        "standing": standing_panels(member),
    }
