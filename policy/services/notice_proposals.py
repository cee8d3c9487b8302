"""Entering a notice of days off by two persons: one enters it, another one compares it day by day, and only then deadlines move."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit.services import record
from common.database import take_turn
from common.errors import DomainError, NotVisible, ReasonMissing
from parties.access import checker_differs, require
from parties.enums import Role
from parties.models import Member
from policy.access import KEEPERS, require_keeper
from policy.enums import NoticeKind, NoticeState
from policy.locks import Lock, hold
from policy.models import CalendarNotice, Deadline, NoticeProposal
from policy.notice_files import read_notice
from policy.notice_merging import DayChange, check_whole_year, difference
from policy.notices import YearNotice, check_notice
from policy.selectors.calendar import calendar_if, working_calendar
from policy.services.notices import EnteredNotice, as_notice, days_in_force, days_of, last_notice, put_in_force, require_news


class NothingToAmend(DomainError):
    """A notice amends one that was published."""

    code = "nothing_to_amend"
    sentence = "{year}年尚无已公布的放假安排可供调整，请先按“全年安排”录入全年通知。"


class NoticeWaits(DomainError):
    """One notice of a year at a time."""

    code = "notice_waits"
    sentence = "{year}年已有待复核的放假安排《{number}》，请先复核或退回该安排。"


class PublishedEarlier(DomainError):
    """An older notice would take the place of a newer one."""

    code = "notice_published_earlier"
    sentence = (
        "{year}年已录入{newest}发布的《{number}》，本通知发布于{published_on}，早于该通知。"
        "确需以本通知为准的，请勾选“已核对，填写无误”后再次提交。"
    )
    is_question = True


class NoticeOutdated(DomainError):
    """The year's notice has changed since the proposal was entered."""

    code = "notice_outdated"
    sentence = "{year}年的放假安排在录入之后已有变动，本次录入作废。请退回后按最新安排重新录入。"


class NoticeChecked(DomainError):
    """Somebody confirmed or refused it before."""

    code = "notice_checked"
    sentence = "该放假安排已办结（{state}），未作任何更改。"


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """An open deadline that a notice would move."""

    purpose: str
    old_due_on: date
    new_due_on: date


@dataclass(frozen=True, slots=True)
class NoticeEffect:
    """What a notice would change: days, and the open deadlines that move with them."""

    days: tuple[DayChange, ...]
    deadlines: tuple[MovedDeadline, ...]


@transaction.atomic
def propose_notice(notice: YearNotice, *, actor: Member, at: datetime, confirmed: bool = False) -> NoticeProposal:
    """
    Put a notice down for a colleague to check; no day changes yet.

    Raises:
        NotAllowed: the actor does not keep the rulebook.
        InvalidNotice: with every problem per row, and the statutory holidays that a whole year lacks.
        NoticeWaits: another one of the year is not checked yet.
        NothingToAmend: the year has no published notice. NoticeKnown: the year's notice says the same.
        PublishedEarlier: a question, unless ``confirmed``.

    Source: D6.
    """
    require_keeper(actor)
    check_notice(notice)
    take_turn("notice-proposal", notice.year)
    waiting = NoticeProposal.objects.filter(year=notice.year, state=NoticeState.WAITING).first()
    if waiting is not None:
        raise NoticeWaits(year=notice.year, number=waiting.document_number)
    base = last_notice(notice.year)
    if not notice.amends:
        check_whole_year(notice)
    elif base is None or base.is_provisional:
        raise NothingToAmend(year=notice.year)
    require_news(notice, base=base)
    if not confirmed:
        _ask_about_age(notice)
    proposal = NoticeProposal.objects.create(
        year=notice.year,
        kind=NoticeKind.AMENDS if notice.amends else NoticeKind.WHOLE_YEAR,
        document_number=notice.document_number.strip(),
        published_on=notice.published_on,
        source_url=notice.source_url,
        base=base,
        made_by=actor,
        made_at=at,
        off=[[off.first_on.isoformat(), off.last_on.isoformat(), off.name] for off in notice.off],
        makeup=[one.on.isoformat() for one in notice.makeup],
        restored=[one.on.isoformat() for one in notice.restored],
    )
    after = {"year": notice.year, "kind": proposal.kind, "document_number": proposal.document_number, "published_on": notice.published_on}
    record(verb="calendar.notice_proposed", obj=proposal, actor=actor, occurred_at=at, after=after)
    return proposal


def propose_notice_file(
    *, filename: str, content: bytes, actor: Member, at: datetime, amends: bool = False, confirmed: bool = False
) -> NoticeProposal:
    """
    Put a notice from a json, csv or xlsx file, read before the transaction, down for a colleague to check; see ``propose_notice``.

    Raises:
        InvalidNotice: the file cannot be read; also what ``propose_notice`` raises.

    Source: D6.
    """
    require_keeper(actor)
    return propose_notice(read_notice(filename=filename, content=content, amends=amends), actor=actor, at=at, confirmed=confirmed)


@transaction.atomic
def confirm_notice(*, proposal_id: UUID, actor: Member, at: datetime) -> EnteredNotice:
    """
    Check a notice, so that it counts and every open deadline it touches moves.

    Raises:
        NotVisible, RoleMissing, SamePerson, AppointerChecks, NoticeChecked.
        NoticeOutdated: the year's notice is another than the one it was entered on.
        and whatever putting it in force refuses.

    Source: D6.
    """
    proposal = _locked(proposal_id, actor=actor, at=at)
    hold(Lock.CALENDAR)
    last = last_notice(proposal.year)
    if (last.pk if last else None) != proposal.base_id:
        raise NoticeOutdated(year=proposal.year)
    entered = put_in_force(proposal, checker=actor, at=at)
    proposal.confirm(by=actor, at=at, notice=entered.notice)
    proposal.save(update_fields=["state", "checked_by", "checked_at", "notice"])
    record(verb="calendar.notice_confirmed", obj=proposal, actor=actor, occurred_at=at)
    return entered


@transaction.atomic
def refuse_notice(*, proposal_id: UUID, reason: str, actor: Member, at: datetime) -> NoticeProposal:
    """
    Refuse a notice and say why; nothing changes.

    Raises:
        NotVisible, RoleMissing, SamePerson, AppointerChecks, NoticeChecked, ReasonMissing.

    Source: D6.
    """
    proposal = _locked(proposal_id, actor=actor, at=at)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    proposal.refuse(by=actor, at=at, reason=reason.strip())
    proposal.save(update_fields=["state", "checked_by", "checked_at", "refusal"])
    record(verb="calendar.notice_refused", obj=proposal, actor=actor, occurred_at=at, remark=proposal.refusal)
    return proposal


def effect_of(proposal: NoticeProposal) -> NoticeEffect:
    """
    Return what a proposal changes on the notice it was entered on; the deadlines as they stand now.

    Source: D6.
    """
    notice = as_notice(proposal)
    before = days_of(proposal.base)
    after = days_in_force(notice, base=proposal.base)
    days = tuple(difference(before, after))
    present, wanted = working_calendar(), calendar_if(notice.year, {on: is_off for on, (is_off, _) in after.items()})
    reached = Deadline.objects.filter(closed_on__isnull=True, due_on__gte=date(notice.year - 1, 12, 1)).order_by("due_on", "id")
    moved = ((one, wanted.due(one.started_on, one.working_days).on) for one in reached if one.started_on.year >= present.first_year)
    return NoticeEffect(days, tuple(MovedDeadline(one.purpose, one.due_on, due) for one, due in moved if due != one.due_on))


def _ask_about_age(notice: YearNotice) -> None:
    newest = CalendarNotice.objects.filter(year=notice.year, published_on__gt=notice.published_on).order_by("-published_on").first()
    if newest is not None:
        earlier, number = notice.published_on, newest.document_number
        raise PublishedEarlier(field="published_on", year=notice.year, newest=newest.published_on, number=number, published_on=earlier)


def _locked(proposal_id: UUID, *, actor: Member, at: datetime) -> NoticeProposal:
    """Return the proposal, locked, for another keeper who checks."""
    require(actor, *KEEPERS, roles=[Role.CHECKER])
    proposal = NoticeProposal.objects.select_for_update(of=("self",)).filter(public_id=proposal_id).first()
    if proposal is None:
        raise NotVisible
    if proposal.state != NoticeState.WAITING:
        raise NoticeChecked(state=proposal.get_state_display())
    checker_differs(maker=proposal.made_by, checker=actor, at=at)
    return proposal
