"""Leaving the list: removal by decision, expiry by day, by the next list, or because everything is drawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from parties.models import Member
from whitelist.access import require_step
from whitelist.enums import AnnouncementKind, EntryKind, EntryState, ExpiryCause
from whitelist.models import Entry
from whitelist.selectors.ending import left_behind_by_next_list
from whitelist.selectors.entries import due_to_expire
from whitelist.services.announcing import announce
from whitelist.services.notifications import notify_enterprises
from whitelist.services.steps import lock_for_step, log_step, save_alike, states_of
from whitelist.transitions import ENTRY_STEP

_RELATED = ("enterprise", "project", "district", "policy_version")


@transaction.atomic
def remove_entries(*, entry_ids: Sequence[UUID], reason: str, actor: Member, at: datetime) -> list[Entry]:
    """
    Take entries off the list with the reason: no new applications, no more drawdowns; running loans go on. Channels are told.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1(3); D27.
    """
    entries = lock_for_step(name="remove", entry_ids=entry_ids, actor=actor, reason=reason)
    before = states_of(entries)
    for entry in entries:
        entry.remove(on=localdate(at), reason=reason.strip())
    save_alike(entries, "removed_on", "removal_reason")
    log_step(entries, step=ENTRY_STEP["remove"], before=before, actor=actor, at=at, remark=reason.strip())
    announce(AnnouncementKind.REMOVAL, entries=entries, at=at)
    notify_enterprises(entries, step=ENTRY_STEP["remove"], reason=reason.strip(), at=at)
    return entries


@transaction.atomic
def expire_entries(*, actor: Member, at: datetime) -> list[Entry]:
    """
    Write down every expiry that is due: projects past their last day, R&D entries once a later yearly list is published.

    Run twice, or killed and run again, the result is the same.

    Raises:
        RoleMissing: neither the scheduled job nor the leading bureau.

    Source: FP 1.6.1(3); D27.
    """
    on = localdate(at)
    over = _expire(due_to_expire(on), cause=ExpiryCause.TERM_OVER, actor=actor, at=at)
    return over + _expire(left_behind_by_next_list(), cause=ExpiryCause.NEXT_LIST, actor=actor, at=at)


@transaction.atomic
def expire_fully_drawn(*, entry_ids: Iterable[UUID], actor: Member, at: datetime) -> list[Entry]:
    """
    End the project entries whose limit is fully drawn, as the loans above found; others of the list are left as they are.

    Raises:
        RoleMissing: neither the scheduled job nor the leading bureau.

    Source: FP 1.6.1(3); D27.
    """
    drawn = Entry.objects.filter(public_id__in=list(entry_ids), kind=EntryKind.PROJECT, state=EntryState.PUBLISHED)
    return _expire(drawn.order_by("pk"), cause=ExpiryCause.FULLY_DRAWN, actor=actor, at=at)


def _expire(wanted: QuerySet[Entry], *, cause: ExpiryCause, actor: Member, at: datetime) -> list[Entry]:
    """Expire the entries that are still published once their rows are locked, and tell the channels."""
    entries = list(wanted.select_related(*_RELATED).select_for_update(of=("self",)))
    if not entries:
        return []
    for entry in entries:
        require_step(ENTRY_STEP["expire"], entry=entry, actor=actor)
    before = states_of(entries)
    for entry in entries:
        entry.expire(on=localdate(at), cause=cause)
    save_alike(entries, "expired_on", "expiry_cause")
    log_step(entries, step=ENTRY_STEP["expire"], before=before, actor=actor, at=at, remark=cause.label)
    announce(AnnouncementKind.EXPIRY, entries=entries, at=at)
    return entries
