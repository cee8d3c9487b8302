"""How the 30 working days of an application stand, computed from the calendar."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from loans.enums import AWAITING_DECISION
from loans.models import Application
from policy.models import Deadline
from policy.selectors.deadlines import is_overdue, remaining_working_days
from policy.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalClock:
    """
    The clock of one application; all counts in working days.

    ``used`` runs from day 0 to the decision, or to today; ``to_conditions`` to the day the disbursement conditions were met;
    ``waited_for_supplements`` is shown beside and stops nothing. ``decision_late`` and ``conditions_late``: how many working days after
    the day it counts on each end was written down; 0 where it was on the day.
    """

    due_on: date
    is_provisional: bool
    used: int
    left: int
    is_overdue: bool
    to_conditions: int | None
    waited_for_supplements: int
    decision_late: int
    conditions_late: int


def approval_clock(application: Application, *, on: date, calendar: WorkingCalendar) -> ApprovalClock | None:
    """
    Return how the application's clock stands on a day; ``None`` before its submission.

    Source: FP 1.6.3, FP 2.2.1; D6, D7.
    """
    deadline: Deadline | None = application.deadline
    if deadline is None:
        return None
    ended_on = deadline.closed_on or on
    met_on = application.conditions_met_on
    return ApprovalClock(
        due_on=deadline.due_on,
        is_provisional=deadline.is_provisional,
        used=calendar.elapsed(deadline.started_on, ended_on),
        left=remaining_working_days(deadline, on=ended_on, calendar=calendar),
        is_overdue=is_overdue(deadline, on=on),
        to_conditions=None if met_on is None else calendar.elapsed(deadline.started_on, met_on),
        waited_for_supplements=sum(
            calendar.elapsed(asked.asked_on, asked.answered_on or ended_on)
            for asked in application.supplements.all()
            if asked.asked_on <= (asked.answered_on or ended_on)
        ),
        decision_late=_days_late(application.decided_on, application.decision_recorded_on, calendar),
        conditions_late=_days_late(met_on, application.conditions_recorded_on, calendar),
    )


def _days_late(on: date | None, recorded_on: date | None, calendar: WorkingCalendar) -> int:
    """Return the working days between what happened and its being written down. Source: D7."""
    return calendar.elapsed(on, recorded_on) if on is not None and recorded_on is not None else 0


def awaiting_decision_on(day: date, *, due_until: date) -> QuerySet[Application]:
    """Return the applications without a decision whose clock had begun by a day and ends by ``due_until`` (included), earliest first."""
    waiting = Application.objects.filter(state__in=AWAITING_DECISION, submitted_on__lte=day, deadline__closed_on__isnull=True)
    return waiting.filter(deadline__due_on__lte=due_until).order_by("deadline__due_on", "id")
