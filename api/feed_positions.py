"""A place in the event log: what a cursor names, what may still be read from there, and what becomes of it after a restore."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q

from api.cursors import Bound, NotOurs, opened, sealed
from api.models import FeedEpoch
from audit.models import Event
from common.errors import DomainError, FieldProblem, InvalidInput

NOT_OURS = {
    "cursor": "游标无效：请原样传回本机构以同样条件读取时得到的 cursor；从头读取的，不带该参数。",
    "changes_after": "位置无效：请原样传回本机构得到的 place，首次填 start。",
}


class Ahead(Exception):
    """A place that the log has not reached, or whose past is gone; ``resume`` is where to go on."""

    def __init__(self, resume: "FeedPosition") -> None:
        super().__init__(resume)
        self.resume = resume


class CursorAheadOfFeed(DomainError):
    """The cursor names a place that the log has not reached, or that a restore took away."""

    code = "cursor_ahead_of_feed"
    sentence = (
        "该游标之后的事件无法接续：系统已从备份恢复，游标所指的部分事件可能已不存在。请先以 changes_after=start 重读各列表，核对本行记录，"
        "再以 cursor={resume} 继续读取（按事件编号去重）；不带 cursor 则从最早的事件读起。"
    )


class FeedRestoring(DomainError):
    """The log lies in another database than the one it was read from, and nobody has said since that it is complete."""

    code = "feed_restoring"
    sentence = "系统正在从备份恢复，事件暂时不能读取，请稍后重试；持续出现的，请联系系统运行单位。"
    status = 503
    retry_after = 60


@dataclass(frozen=True, slots=True, order=True)
class FeedPosition:
    """
    A place in the log: everything before it has been read.

    The order is that of transactions, then of events. Only transactions below the oldest one still running are read, so whatever may
    still commit comes after every place handed out. Events of earlier epochs come first, by their numbers, under transaction 0.
    """

    transaction: int = 0
    event: int = 0
    epoch: int = 1

    def as_cursor(self, bound: Bound) -> str:
        """Return the place as a text that callers hand back as it is."""
        return sealed([self.transaction, self.event, self.epoch], bound=bound)

    @classmethod
    def of_cursor(cls, cursor: str, bound: Bound, *, field: str = "cursor") -> "FeedPosition":
        """
        Return the place a cursor names.

        Raises:
            InvalidInput: it is none that we gave here.
        """
        try:
            return cls(*opened(cursor, bound=bound))
        except NotOurs:
            raise InvalidInput(errors=[FieldProblem(field, "invalid", NOT_OURS[field])]) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How far the log may be read: transactions below ``until`` are committed or never will be; and in which epoch."""

    until: int
    epoch: int
    first_event: int
    started_at: datetime
    namespace: UUID  # of the identifiers by which events are told


_HORIZON = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, e.number, e.first_event, e.started_at, e.cluster = c.system_identifier::text,
       (SELECT namespace FROM api_feedepoch ORDER BY number LIMIT 1)
FROM pg_control_system() c, (SELECT * FROM api_feedepoch ORDER BY number DESC LIMIT 1) e
"""


def read_horizon() -> Horizon:
    """
    Return how far the log may be read now; one query.

    Raises:
        FeedRestoring: the database was restored elsewhere and ``restart_feed`` has not been run.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        row = cursor.fetchone()
    if row is None or not row[4]:
        raise FeedRestoring
    return Horizon(until=row[0], epoch=row[1], first_event=row[2], started_at=row[3], namespace=row[5])


def later_than(position: FeedPosition, horizon: Horizon) -> Q:
    """Return the condition of the current epoch's events after a place that may be read."""
    may_be_read = Q(transaction__lt=horizon.until, id__gte=horizon.first_event)
    if position.transaction == 0 and horizon.first_event:
        return may_be_read  # the place is in an earlier epoch
    return may_be_read & Q(transaction__gte=position.transaction) & (Q(transaction__gt=position.transaction) | Q(id__gt=position.event))


def after_place(position: FeedPosition, horizon: Horizon) -> Q:
    """Return the condition of all events after a place, those of earlier epochs included, and those before which others may appear."""
    if position.transaction == 0:
        return Q(id__gt=position.event)
    later = Q(transaction__gt=position.transaction) | Q(transaction=position.transaction, id__gt=position.event)
    return Q(id__gte=horizon.first_event, transaction__gte=position.transaction) & later


def in_current_epoch(position: FeedPosition | None, horizon: Horizon) -> FeedPosition:
    """
    Return a place in the terms of the current epoch; from an earlier one, so that nothing is passed over.

    Raises:
        Ahead: events from before the place may be gone, or the log has not come so far.
    """
    if position is None:
        return FeedPosition(epoch=horizon.epoch)
    if position.epoch == horizon.epoch:
        if position.transaction > horizon.until:
            raise Ahead(_beginning(horizon))
        return position
    if position.epoch > horizon.epoch:
        raise Ahead(_beginning(horizon))
    return _carried_over(position, horizon)


def _beginning(horizon: Horizon) -> FeedPosition:
    """Return the place before the first event of the epoch."""
    return FeedPosition(0, max(horizon.first_event - 1, 0), horizon.epoch)


def _carried_over(position: FeedPosition, horizon: Horizon) -> FeedPosition:
    """Return a place of an earlier epoch in the current one, unless what it had read may be gone."""
    unread, last = first_unread(position)
    if position.transaction > (last or 0):
        raise Ahead(FeedPosition(0, unread - 1, horizon.epoch))
    return FeedPosition(0, unread - 1, horizon.epoch)


def first_unread(position: FeedPosition) -> tuple[int, int | None]:
    """Return the number of the first event after a place of an ended epoch, and the last transaction of that epoch, none if it is empty."""
    begun, ended = FeedEpoch.objects.filter(number__in=(position.epoch, position.epoch + 1)).values_list("first_event", flat=True)
    if position.transaction == 0 and position.event < begun:
        return position.event + 1, None  # stopped in a yet earlier epoch, read by numbers
    later = Q(transaction__gt=position.transaction) | Q(transaction=position.transaction, id__gt=position.event)
    of_epoch = Event.objects.filter(id__gte=begun, id__lt=ended)
    found = of_epoch.aggregate(last=Max("transaction"), unread=Min("id", filter=later))
    return found["unread"] or ended, found["last"]
