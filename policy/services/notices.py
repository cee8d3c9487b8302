"""Putting a checked notice of days off in force, which moves every open deadline it touches."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit.services import NewEvent, record, record_many
from common.errors import DomainError
from parties.access import checker_differs
from parties.models import Member
from policy.access import require_keeper
from policy.calendar_scope import forget_calendar_version
from policy.enums import NoticeKind
from policy.locks import Lock, hold
from policy.models import CalendarDay, CalendarNotice, Deadline, DeadlineChange, NoticeProposal
from policy.notice_merging import Days, merged
from policy.notices import MakeupDay, OffRange, YearNotice, check_notice
from policy.selectors.calendar import working_calendar
from policy.working_days import WorkingCalendar


class YearNotAdjacent(DomainError):
    """A gap of years without days off would be counted as if it had no holidays."""

    code = "year_not_adjacent"
    sentence = "工作日历现覆盖{first_year}年至{last_year}年，{year}年与其不相连，请先录入中间年度的放假安排。"
    status = 400


class NoticeKnown(DomainError):
    """The notice in force says the same."""

    code = "notice_known"
    sentence = "《{number}》已录入且内容相同，无需再次录入。"


@dataclass(frozen=True, slots=True)
class EnteredNotice:
    """The notice now in force for its year, and the open deadlines it moved."""

    notice: CalendarNotice
    changes: tuple[DeadlineChange, ...]


@transaction.atomic
def put_in_force(proposal: NoticeProposal, *, checker: Member, at: datetime) -> EnteredNotice:
    """
    Let what was proposed count for its year, and move every open deadline it touches, in one transaction.

    The notice takes the place of the year's earlier one, official or provisional, in whole or, where it amends, on the days it speaks of.
    Whoever opens a deadline meanwhile waits and counts by the new calendar.

    Raises:
        NotAllowed: the checker does not keep the rulebook. SamePerson, AppointerChecks: there is no way in for one person.
        InvalidNotice: with every problem, per row.
        YearNotAdjacent: years between are missing. NoticeKnown: nothing would change.

    Source: D6.
    """
    require_keeper(checker)
    checker_differs(maker=proposal.made_by, checker=checker, at=at)
    notice = as_notice(proposal)
    check_notice(notice)
    hold(Lock.CALENDAR)
    forget_calendar_version()
    before = working_calendar()
    if not before.first_year - 1 <= notice.year <= before.last_year + 1:
        raise YearNotAdjacent(first_year=before.first_year, last_year=before.last_year, year=notice.year)
    base = last_notice(notice.year)
    require_news(notice, base=base)
    in_force = days_in_force(notice, base=base)
    row = _store(notice, in_force, checker)
    transaction.on_commit(forget_calendar_version)
    forget_calendar_version()
    days = {day.isoformat(): "放假" if is_off else "上班" for day, (is_off, _) in in_force.items()}
    after = {"year": notice.year, "document_number": notice.document_number, "published_on": notice.published_on, "days": days}
    record(verb="calendar.notice_entered", obj=row, actor=checker, occurred_at=at, after=after)
    return EnteredNotice(row, tuple(_move_open_deadlines(row, actor=checker, at=at)))


def as_notice(proposal: NoticeProposal) -> YearNotice:
    """Return the notice as it was entered."""
    return YearNotice(
        year=proposal.year,
        document_number=proposal.document_number,
        published_on=proposal.published_on,
        source_url=proposal.source_url,
        off=tuple(OffRange(date.fromisoformat(first), date.fromisoformat(last), name) for first, last, name in proposal.off),
        makeup=tuple(MakeupDay(date.fromisoformat(on)) for on in proposal.makeup),
        restored=tuple(MakeupDay(date.fromisoformat(on)) for on in proposal.restored),
        amends=proposal.kind == NoticeKind.AMENDS,
    )


def last_notice(year: int) -> CalendarNotice | None:
    """Return the notice that counts for a year, provisional or not."""
    return CalendarNotice.objects.filter(year=year).order_by("-id").first()


def days_of(notice: CalendarNotice | None) -> dict[date, tuple[bool, str]]:
    """Return the days a stored notice names."""
    return {day.on: (day.is_off, day.name) for day in notice.days.all()} if notice is not None else {}


def days_in_force(notice: YearNotice, *, base: CalendarNotice | None) -> dict[date, tuple[bool, str]]:
    """Return the year's named days once the notice counts: its own, or those of the one before with its own on top."""
    if notice.amends:
        return merged(days_of(base), notice)
    return {on: (is_off, name) for on, is_off, name in notice.days()}


def require_news(notice: YearNotice, *, base: CalendarNotice | None) -> None:
    """
    Let pass a notice that is not the one in force.

    Raises:
        NoticeKnown: number, day of publication and every named day are the same.
    """
    if base is None or base.is_provisional or (base.document_number, base.published_on) != (notice.document_number, notice.published_on):
        return
    if days_of(base) == days_in_force(notice, base=base):
        raise NoticeKnown(number=base.document_number)


def _store(notice: YearNotice, in_force: Days, actor: Member) -> CalendarNotice:
    row = CalendarNotice.objects.create(
        year=notice.year,
        document_number=notice.document_number,
        published_on=notice.published_on,
        source_url=notice.source_url,
        recorded_by=actor,
    )
    CalendarDay.objects.bulk_create(CalendarDay(notice=row, on=on, is_off=is_off, name=name) for on, (is_off, name) in in_force.items())
    return row


def _move_open_deadlines(notice: CalendarNotice, *, actor: Member, at: datetime) -> list[DeadlineChange]:
    """Return the changes of due day, after computing every open deadline the year can touch by the new calendar."""
    calendar = working_calendar()
    reached = Deadline.objects.filter(closed_on__isnull=True, due_on__gte=date(notice.year - 1, 12, 1))
    deadlines = list(reached.select_for_update().order_by("id"))
    changes = [change for deadline in deadlines if (change := _recompute(deadline, calendar, notice)) is not None]
    Deadline.objects.bulk_update(deadlines, ["due_on", "is_provisional", "calendar_version"], batch_size=1000)
    DeadlineChange.objects.bulk_create(changes)
    record_many(
        [
            NewEvent(
                verb="deadline.moved",
                obj=change.deadline,
                actor=actor,
                occurred_at=at,
                before={"due_on": change.old_due_on},
                after={"due_on": change.new_due_on},
                remark=f"{notice.document_number}：{change.deadline.purpose}",
            )
            for change in changes
        ]
    )
    return changes


def _recompute(deadline: Deadline, calendar: WorkingCalendar, notice: CalendarNotice) -> DeadlineChange | None:
    """Return the change of due day, if any, after setting the deadline in memory to what the calendar says."""
    old, due = deadline.due_on, calendar.due(deadline.started_on, deadline.working_days)
    deadline.due_on, deadline.is_provisional, deadline.calendar_version = due.on, due.provisional, calendar.version
    return DeadlineChange(deadline=deadline, notice=notice, old_due_on=old, new_due_on=due.on) if due.on != old else None
