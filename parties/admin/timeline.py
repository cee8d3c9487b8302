"""The history of a case: who did what for which institution, and what it changed."""

from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime

from audit.admin import changes_of, verb_of
from audit.models import Event
from audit.selectors import events_of
from common.admin.display_values import Lines, Small
from common.admin.extension_points import EVERY_CASE, acting_member, add_panel
from common.admin.panels import Row, Table
from parties.access import sees_all
from parties.models import Member
from parties.reading import Reading, reading_of, told_events

LAST = 60


def may_name(viewer: Member | None, person: Member) -> bool:
    """Return whether a member reads another's name: who sees every case does, others read those of their own house."""
    return viewer is not None and (sees_all(viewer) or viewer.party_id == person.party_id)


def history(request: HttpRequest, case: Any) -> Table | None:
    """
    Return the latest events of a case, newest first; ``None`` for things that are not cases.

    Who sees every case reads all of it; a party reads what the case's declaration tells it, see ``parties.disclosure``.
    """
    if not _is_case(case):
        return None
    member = acting_member(request)
    told = told_events(events_of(case), member, case=case._meta.label_lower)
    latest = list(told.order_by("-id")[:LAST])
    return Table(
        title="办理记录",
        heads=("发生时间", "动作", "单位与经办", "变更", "说明", "来源与记录时间"),
        rows=[_row(event, reading_of(event, member)) for event in latest],
        note=f"最近{LAST}条。" if len(latest) == LAST else "",
        folded=len(latest) > 12,
    )


def _row(event: Event, reading: Reading) -> Row:
    who = Lines((event.party_name, Small(event.actor_name))) if reading.is_own else event.party_name if reading.institution else None
    changes = changes_of(event, fields=reading.names_of(event), with_names=reading.is_own)
    written = Lines((Small(event.source_address or "系统内部"), Small(_written(event)))) if reading.is_own else None
    return Row(cells=(event.occurred_at, verb_of(event), who, changes, event.remark if reading.remark else "", written))


def _written(event: Event) -> str:
    from_then = abs((event.recorded_at - event.occurred_at).total_seconds())
    return "即时记录" if from_then < 120 else f"补记于 {localtime(event.recorded_at):%Y-%m-%d %H:%M}"


def _is_case(case: Any) -> bool:
    return hasattr(case, "public_id")


add_panel(EVERY_CASE, history, order=99)
