"""
What changed after a place in the log: how a program keeps a list in step without losing a row.

A place names transactions, not a moment: everything below it is committed or never will be, so no later commit can fall behind it. A
moment can be overtaken: a long write is stamped when it begins and seen when it ends.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from rest_framework.request import Request

from api.cursors import Bound
from api.feed_positions import Ahead, FeedPosition, after_place, in_current_epoch, read_horizon
from audit.models import Event
from audit.verbs import as_stored
from common.errors import DomainError
from loans.enums import MovementKind
from parties.models import Member
from parties.reading import changes_told

START = "start"
Events = QuerySet[Event]
Changed = Callable[[QuerySet[Any], Events, Member], QuerySet[Any]]


class PlaceLost(DomainError):
    """A restore took away what lay before the place."""

    code = "place_lost"
    sentence = "该位置之后的变更无法接续：系统已从备份恢复，位置所指的部分变更可能已不存在。请以 changes_after=start 重新读取全部记录。"


def changed_after(rows: QuerySet[Any], place: str, *, request: Request, changed: Changed, actor: Member) -> QuerySet[Any]:
    """
    Return the rows that changed after a place, all of them for ``start``, and note on the request the place to go on from.

    That place is read before the rows are, so a row may come twice and none is passed over.

    Raises:
        InvalidInput: it is no place of ours.
        PlaceLost, FeedRestoring.
    """
    horizon, bound = read_horizon(), Bound(kind="place", institution=actor.institution_id)
    request.place = FeedPosition(horizon.until, 0, horizon.epoch).as_cursor(bound)  # type: ignore[attr-defined]
    if place == START:
        return rows
    try:
        position = in_current_epoch(FeedPosition.of_cursor(place, bound, field="changes_after"), horizon)
    except Ahead:
        raise PlaceLost(field="changes_after") from None
    return changed(rows, Event.objects.filter(after_place(position, horizon)), actor)


def own_changes(rows: QuerySet[Any], events: Events, actor: Member) -> QuerySet[Any]:
    """Return the rows of which an event tells the actor that they changed."""
    return _named(rows, _told(events, actor, case=rows.model._meta.label_lower), "object_id")


def movements_recorded(rows: QuerySet[Any], events: Events, actor: Member) -> QuerySet[Any]:
    """Return the movements that the events of their loans name; a movement never changes."""
    verbs = as_stored(f"loan.{kind}" for kind in MovementKind.values)
    recorded = events.filter(object_type="loans.loan", verb__in=verbs)
    return _named(rows, recorded, KeyTextTransform("movement", "after"))


def of_changed_claims(rows: QuerySet[Any], events: Events, actor: Member) -> QuerySet[Any]:
    """Return what belongs to claims that changed; some of it may be known already."""
    claims = _told(events, actor, case="risk.claim").annotate(_id=Cast("object_id", UUIDField()))
    return rows.filter(claim__public_id__in=claims.values("_id"))


class PlaceFilter(django_filters.CharFilter):
    """Where a program's last reading of the list ended."""

    def __init__(self) -> None:
        super().__init__(
            method="filter_changes_after",
            label=(
                "增量同步：首次填 start 读取全部，以后填上一次读取时第一页答复中的 place，返回此后有变更的记录；"
                "不会遗漏，同一记录可能重复返回，按标识覆盖即可"
            ),
        )


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment from which on rows were written down; it may miss what was under way."""

    def __init__(self, what: str, **kwargs: Any) -> None:
        label = (
            f"不再推荐，请改用 changes_after。自该时间（含）起{what}，须带时区，如 2026-01-05T00:00:00+08:00（地址中的加号写作 %2B）；"
            "记录时间是办理开始的时间，办理中的记录稍后才出现，据此增量读取可能遗漏"
        )
        super().__init__(label=label, **kwargs)


class Synchronised(django_filters.FilterSet):
    """Filters of a list that can be kept in step; ``changed`` says how its changes are found."""

    changed: Changed = staticmethod(own_changes)
    changes_after = PlaceFilter()

    def filter_changes_after(self, rows: QuerySet[Any], name: str, place: str) -> QuerySet[Any]:
        """Return the rows that changed after the place."""
        return changed_after(rows, place, request=self.request, changed=self.changed, actor=self.request.auth.member)


def _told(events: Events, actor: Member, *, case: str) -> Events:
    return changes_told(events.filter(object_type=case), actor, case=case)


def _named(rows: QuerySet[Any], events: Events, by: Any) -> QuerySet[Any]:
    return rows.filter(public_id__in=events.annotate(_id=Cast(by, UUIDField())).values("_id"))
