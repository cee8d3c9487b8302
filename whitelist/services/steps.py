"""What every step shares: rows locked in one order, one guard, one statement to save, one to log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.services import NewEvent, Scope, record_many, snapshot
from common.errors import DomainError, NotVisible, ReasonMissing
from common.transitions import Transition
from parties.models import Member
from whitelist.access import require_step
from whitelist.models import Entry
from whitelist.selectors.entries import entries_visible_to
from whitelist.transitions import ENTRY_STEP, REASON

_COLUMNS = {"batch": "batch_id"}


class NoEntries(DomainError):
    """A step on a list was given an empty list."""

    code = "no_entries"
    sentence = "请至少选择一个条目。"
    status = 400


def lock_entries(*, entry_ids: Sequence[UUID], actor: Member) -> list[Entry]:
    """
    Return the entries, locked in the order of their keys so that two calls never wait for each other.

    Raises:
        NoEntries: the list is empty.
        NotVisible: one of them is not there for this actor; none is told apart.
    """
    wanted = set(entry_ids)
    if not wanted:
        raise NoEntries
    visible = entries_visible_to(actor).select_for_update(of=("self",)).filter(public_id__in=wanted).order_by("pk")
    entries = list(visible)
    if len(entries) != len(wanted):
        raise NotVisible
    return entries


def lock_for_step(*, name: str, entry_ids: Sequence[UUID], actor: Member, reason: str | None = None) -> list[Entry]:
    """
    Return the locked entries on which the actor may take this step now.

    Raises:
        NotVisible, RoleMissing, StepNotOpen, ReasonMissing.

    Source: FP 1.6.1.
    """
    step = ENTRY_STEP[name]
    entries = lock_entries(entry_ids=entry_ids, actor=actor)
    for entry in entries:
        require_step(step, entry=entry, actor=actor)
    if REASON in step.asks and not (reason or "").strip():
        raise ReasonMissing(field="reason")
    return entries


def save_alike(entries: Sequence[Entry], *fields: str) -> None:
    """Write fields that a step set to the same values on all entries, in one statement."""
    columns = ["state", *(_COLUMNS.get(name, name) for name in fields)]
    values = snapshot(entries[0], columns)
    if any(snapshot(entry, columns) != values for entry in entries):
        raise AssertionError("entries of one step differ")
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(**values)


def log_step(
    entries: Sequence[Entry],
    *,
    step: Transition,
    before: Sequence[str],
    actor: Member,
    at: datetime,
    remark: str = "",
    after: dict[str, Any] | None = None,
) -> None:
    """Write one event per entry, in one statement per thousand; ``before`` holds the states left, in the order of the entries."""
    record_many(
        [
            NewEvent(
                verb=step.verb,
                obj=entry,
                actor=actor,
                occurred_at=at,
                before={"state": state},
                after={"state": entry.state, **(after or {})},
                remark=remark,
                scope=Scope(district_id=entry.district_id, enterprise_id=entry.enterprise_id),
            )
            for entry, state in zip(entries, before, strict=True)
        ]
    )


def states_of(entries: Sequence[Entry]) -> list[str]:
    """Return the states as they stand, to be logged as what was left."""
    return [entry.state for entry in entries]
