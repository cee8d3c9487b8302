"""Opening and closing terms in working days. What a deadline belongs to is its owner's affair, and so is the audit event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from common.errors import DomainError
from policy.models import Deadline
from policy.selectors.calendar import held_calendar

_CLOSE = """
UPDATE policy_deadline SET closed_on = %(on)s WHERE id = %(key)s AND closed_on IS NULL RETURNING *
"""


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


def open_deadline(*, started_on: date, working_days: int, clause: str, purpose: str) -> Deadline:
    """
    Return a stored deadline that many working days after ``started_on``, which is not counted.

    Source: FP 1.6.3; D6, D7.
    """
    wanted = NewDeadline(started_on=started_on, working_days=working_days, clause=clause, purpose=purpose)
    return open_deadlines([wanted])[0]


@transaction.atomic
def open_deadlines(wanted: Sequence[NewDeadline]) -> list[Deadline]:
    """
    Return stored deadlines, in the order given, by one statement.

    A notice entered meanwhile is not missed: it waits until this transaction ends, or came first and is counted by.

    Source: D6, D7.
    """
    calendar = held_calendar()
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
    Record that what the deadline waited for happened on a day, and return it as it stands; the same day again changes nothing.

    One statement where it is open.

    Raises:
        DeadlineClosedBeforeStart: ``on`` is earlier than the start.
        DeadlineAlreadyClosed: it ended on another day.

    Source: D7.
    """
    row: Deadline = close_if_open(deadline, on=on) or Deadline.objects.get(pk=deadline.pk)
    if row.closed_on != on:
        raise DeadlineAlreadyClosed(closed_on=row.closed_on, asked_on=on)
    deadline.closed_on = on
    return row


def close_if_open(deadline: Deadline, *, on: date) -> Deadline | None:
    """
    Record the day on a deadline that is open and return it as it stands; ``None`` for one that ended before. One statement.

    Raises:
        DeadlineClosedBeforeStart: ``on`` is earlier than the start.

    Source: D7.
    """
    if on < deadline.started_on:
        raise DeadlineClosedBeforeStart(closed_on=on, started_on=deadline.started_on)
    return next(iter(Deadline.objects.raw(_CLOSE, {"key": deadline.pk, "on": on})), None)
