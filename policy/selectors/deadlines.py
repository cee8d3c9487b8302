"""Terms in working days, as they stand on a day."""

from datetime import date

from django.db.models import QuerySet

from policy.models import Deadline
from policy.working_days import WorkingCalendar


def remaining_working_days(deadline: Deadline, *, on: date, calendar: WorkingCalendar) -> int:
    """
    Return the working days left after ``on`` up to the due day; negative when the due day has passed.

    The day asked about is not counted, the due day is: on the due day 0 are left, the working day after it -1.

    Source: D6.
    """
    if on <= deadline.due_on:
        return calendar.elapsed(on, deadline.due_on)
    return -calendar.elapsed(deadline.due_on, on)


def is_overdue(deadline: Deadline, *, on: date) -> bool:
    """Return whether the due day passed without an end: closed too late, or still open after it. Source: FP 1.6.3; D7."""
    return (deadline.closed_on or on) > deadline.due_on


def open_deadlines_on(day: date) -> QuerySet[Deadline]:
    """Return the deadlines that had begun and were not closed by the end of a day, earliest due first."""
    begun = Deadline.objects.filter(started_on__lte=day)
    return (begun.filter(closed_on__isnull=True) | begun.filter(closed_on__gt=day)).order_by("due_on", "id")


def deadlines_due_within(days: int, *, on: date, calendar: WorkingCalendar) -> QuerySet[Deadline]:
    """
    Return the deadlines open on ``on`` with at most ``days`` working days left, those overdue among them, earliest due first.

    Computed from the calendar, so that a job that failed one night misses nothing the next.

    Source: D6, D7.
    """
    return open_deadlines_on(on).filter(due_on__lte=calendar.due(on, days).on if days > 0 else calendar.next_working_day(on))
