"""Opening and closing terms in working days. What a deadline belongs to is its owner's affair, and so is the audit event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from common.errors import DomainError
from policy.calendar_scope import forget_calendar_version
from policy.locks import Lock, hold_shared
from policy.models import Deadline
from policy.selectors.calendar import current_calendar_version, working_calendar
from policy.working_days import WorkingCalendar


class DeadlineClosedBeforeStart(DomainError):
    """A deadline cannot end before it begins."""

    code = "deadline_closed_before_start"
    sentence = "办结日{closed_on}早于期限起算日{started_on}，请核对日期。"
    status = 400


class DeadlineAlreadyClosed(DomainError):
    """The deadline was closed on another day."""

    code = "deadline_already_closed"
    sentence = "该期限已于{closed_on}办结，不能改为{asked_on}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeadline:
    """A term to open: its start (not counted), its length in working days, the clause it rests on and what it is for."""

    started_on: date
    working_days: int
    clause: str
    purpose: str


def open_deadline(*, started_on: date, working_days: int, clause: str, purpose: str, calendar: WorkingCalendar) -> Deadline:
    """
    Return a stored deadline that many working days after ``started_on``, which is not counted.

    Source: FP 1.6.3; D6, D7.
    """
    wanted = NewDeadline(started_on=started_on, working_days=working_days, clause=clause, purpose=purpose)
    return open_deadlines([wanted], calendar=calendar)[0]


@transaction.atomic
def open_deadlines(wanted: Sequence[NewDeadline], *, calendar: WorkingCalendar) -> list[Deadline]:
    """
    Return stored deadlines, in the order given, by one statement.

    A notice entered meanwhile is not missed: it waits until this transaction ends, and one that came first is used here
    even where the caller still holds the calendar before it.

    Source: D6, D7.
    """
    hold_shared(Lock.CALENDAR)
    if current_calendar_version()[0] != calendar.version:
        forget_calendar_version()
        calendar = working_calendar()
    deadlines = []
    for want in wanted:
        due = calendar.due(want.started_on, want.working_days)
        deadlines.append(
            Deadline(
                started_on=want.started_on,
                working_days=want.working_days,
                due_on=due.on,
                is_provisional=due.provisional,
                calendar_version=calendar.version,
                clause=want.clause,
                purpose=want.purpose,
            )
        )
    return Deadline.objects.bulk_create(deadlines)


@transaction.atomic
def close_deadline(deadline: Deadline, *, on: date) -> Deadline:
    """
    Record that what the deadline waited for happened on a day; the same day again changes nothing.

    Raises:
        DeadlineClosedBeforeStart: ``on`` is earlier than the start.
        DeadlineAlreadyClosed: it ended on another day.

    Source: D7.
    """
    row = Deadline.objects.select_for_update().get(pk=deadline.pk)
    if on < row.started_on:
        raise DeadlineClosedBeforeStart(closed_on=on, started_on=row.started_on)
    if row.closed_on is not None and row.closed_on != on:
        raise DeadlineAlreadyClosed(closed_on=row.closed_on, asked_on=on)
    if row.closed_on is None:
        row.closed_on = on
        row.save(update_fields=["closed_on"])
    deadline.closed_on = row.closed_on
    return row
