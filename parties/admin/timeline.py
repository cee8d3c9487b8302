"""The history of a case: who did what for which institution, and what it changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import localtime

from audit.admin import changes_of, verb_of
from audit.models import Event
from audit.selectors import events_of
from audit.services import OPENED
from common.admin import EVERY_CASE, Lines, Row, Small, acting_member, add_panel
from common.admin.panels import Table
from common.admin.visible import VisibleAdmin
from parties.access import sees_all
from parties.models import Member

LAST = 60


def may_name(viewer: Member | None, person: Member) -> bool:
    """Return whether a member reads another's name: who sees every case does, others read those of their own house."""
    return viewer is not None and (sees_all(viewer) or viewer.party_id == person.party_id)


def history(request: HttpRequest, case: Any) -> Table | None:
    """
    Return the latest events of a case, newest first; ``None`` for things that are not cases.

    Who sees every case sees names, addresses and openings; others see which institution acted, and the names of their own.
    """
    if not _is_case(case):
        return None
    member = acting_member(request)
    everything = sees_all(member)
    events = events_of(case) if everything else events_of(case).exclude(verb=OPENED)
    page = admin.site._registry[type(case)]
    changes = not isinstance(page, VisibleAdmin) or page.tells_changes(member, case)
    latest = list(events.order_by("-id")[:LAST])
    return Table(
        title="办理记录",
        heads=("发生时间", "动作", "单位与经办", "变更", "说明", "来源与记录时间"),
        rows=[_row(event, member, everything=everything, changes=changes) for event in latest],
        note=f"最近{LAST}条。" if len(latest) == LAST else "",
        folded=len(latest) > 12,
    )


def _row(event: Event, member: Member, *, everything: bool, changes: bool) -> Row:
    own = everything or event.party_id == member.party_id
    who = Lines((event.party_name, Small(event.actor_name))) if own else event.party_name
    written = Lines((Small(event.source_address or "系统内部"), Small(_written(event)))) if own else Small(_written(event))
    return Row(
        cells=(event.occurred_at, verb_of(event), who, changes_of(event, with_names=own) if changes else None, event.remark, written)
    )


def _written(event: Event) -> str:
    from_then = abs((event.recorded_at - event.occurred_at).total_seconds())
    return "即时记录" if from_then < 120 else f"补记于 {localtime(event.recorded_at):%Y-%m-%d %H:%M}"


def _is_case(case: Any) -> bool:
    return hasattr(case, "public_id")


add_panel(EVERY_CASE, history, order=99)
