"""The calculator of working days: when a term ends, or how long something took."""

from dataclasses import dataclass
from datetime import date

from calculators.calculator import Answer, AnswerKind, Asked, Basis, Calculator, Output
from calculators.fields import Kind, asked, blamed_on, refused

CLAUSES = ("FP 1.6.3",)
DECISIONS = ("D6", "D7")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDaysAsked(Asked):
    """A start and either a number of working days or an end."""

    start: date = asked("起算日", Kind.DATE, hint="当日不计入")
    days: int | None = asked("工作日数", Kind.COUNT, default=None, hint="与结束日二选一")
    end: date | None = asked("结束日", Kind.DATE, default=None, hint="与工作日数二选一")


def answer_working_days(given: WorkingDaysAsked, basis: Basis) -> Answer:
    """
    Return the due day of a term, or the working days elapsed and whether they keep the approval limit.

    Raises:
        InvalidInput: neither or both of days and end.
        CalendarNotCovered: outside the known years.

    Source: FP 1.6.3; D6, D7.
    """
    if given.days is not None and given.end is None:
        return _due(given.start, given.days, basis)
    if given.end is not None and given.days is None:
        return _elapsed(given.start, given.end, basis)
    raise refused("days", "days_or_end", "工作日数（days）与结束日（end）必须且只能填写一项。")


def _due(start: date, days: int, basis: Basis) -> Answer:
    with blamed_on("days"):
        due = basis.calendar().due(start, days)
    values = {"due": due.on.isoformat(), "provisional": due.provisional}
    return Answer(values=values, clauses=CLAUSES, interpretations=DECISIONS)


def _elapsed(start: date, end: date, basis: Basis) -> Answer:
    calendar = basis.calendar()
    with blamed_on("end"):
        elapsed = calendar.elapsed(start, end)
    values = {
        "elapsed": elapsed,
        "within_limit": elapsed <= basis.terms.clock.approval_working_days,
        "provisional": calendar.elapsed_is_provisional(start, end),
    }
    return Answer(values=values, clauses=CLAUSES, interpretations=DECISIONS)


WORKING_DAYS = Calculator(
    name="working-days",
    label="工作日推算",
    summary="按国务院办公厅放假安排推算到期日或已用工作日；未公布年度的结果为暂定。",
    asks=WorkingDaysAsked,
    answer=answer_working_days,
    outputs=(
        Output(name="due", label="到期日", kind=AnswerKind.DATE, optional=True),
        Output(name="elapsed", label="已用工作日", kind=AnswerKind.COUNT, optional=True),
        Output(name="within_limit", label="是否在批复时限内", kind=AnswerKind.FLAG, optional=True),
        Output(name="provisional", label="暂定", kind=AnswerKind.FLAG),
    ),
)
