"""The first page: what waits for this person, and the fund at a glance."""

from typing import Any

from django.http import HttpRequest

from common.admin import acting_member
from notices.selectors import unread_notices
from quanzhou_fund.backoffice.waiting import Waiting, waiting_for


def first_page(request: HttpRequest) -> dict[str, Any]:
    """Return what the first page shows."""
    member = acting_member(request)
    unread = unread_notices(member)
    tasks: list[Waiting] = waiting_for(member)
    return {"tasks": tasks, "unread_count": unread.count(), "unread": list(unread[:6]), "glance": []}
