"""Putting typed facts right: one person proposes, another of the house checks; a row not yet in force is removed by one."""

import json
from collections.abc import Callable, Mapping
from copy import copy
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.utils.timezone import localdate

from audit.services import record
from common.dates import ENDS, require_day
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible, ReasonMissing
from parties.access import checker_differs, require, require_institution
from parties.correction_transitions import CORRECTION_STEP
from parties.corrections import TABLES, Correctable, rests_on
from parties.enums import CorrectionAction, CorrectionState, Role
from parties.models import Correction, Member
from parties.selectors import corrections_visible_to

MOST_TOLD = 20
Action = CorrectionAction


class RestsOnIt(DomainError):
    """Other business was done by the row as it stands; it goes first."""

    code = "rests_on_it"
    sentence = "已有事项依据该记录办理，须先处理下列 {count} 项，再办理更正或撤销。"


class NothingCorrected(DomainError):
    """What is proposed stands there already."""

    code = "nothing_corrected"
    sentence = "填写的内容与现有记录相同，无需更正。"


class CorrectionWaits(DomainError):
    """One correction of a row at a time."""

    code = "correction_waits"
    sentence = "“{subject}”已有待复核的更正，请先复核或撤回该事项。"


class CorrectionOutdated(DomainError):
    """The row was changed after the correction was proposed."""

    code = "correction_outdated"
    sentence = "“{subject}”在提出更正之后已有变动，本次更正不能生效。请撤回后按最新内容重新提出。"


class CorrectionDecided(DomainError):
    """Checked, refused or taken back before."""

    code = "correction_decided"
    sentence = "该更正事项已办结（{state}），未作任何更改。"


class NotYetInForce(DomainError):
    """A row that does not hold yet is removed and entered anew."""

    code = "not_yet_in_force"
    sentence = "该记录自 {on} 起生效，尚未生效：请撤销后重新录入，无需更正。"


class InForceAlready(DomainError):
    """A row in force is not removed."""

    code = "in_force_already"
    sentence = "该记录已于 {on} 生效，不能撤销；内容有误的，请提出更正，由本单位另一名复核人员复核。"


@transaction.atomic
def propose_correction(
    *, table: str, row_id: int, changes: Mapping[str, Any], reason: str, actor: Member, at: datetime, part: str = ""
) -> Correction:
    """
    Put a correction of a row in force down for a colleague to check; nothing changes yet.

    ``changes`` are the new facts by column; what is not named stays.

    Raises:
        NotVisible, RoleMissing: the actor does not keep such rows. ReasonMissing, NotYetInForce, NothingCorrected, CorrectionWaits.
        InvalidInput: a day out of bounds. RestsOnIt: with what goes first; and whatever the table itself refuses.

    Source: architecture, everything that moves money can be taken back.
    """
    chosen, row = _row(table, row_id, actor=actor, reason=reason)
    today = localdate(at)
    if not chosen.is_in_force(row, on=today):
        raise NotYetInForce(on=getattr(row, chosen.begins))
    before = dict(chosen.found(row, part))
    after = before | {name: chosen.typed(name, value) for name, value in changes.items()}
    for name, days in chosen.days.items():
        if after.get(name) != before.get(name):
            require_day(after.get(name), days, field=name, today=today)
    if _plain(before) == _plain(after):
        raise NothingCorrected
    after = dict(chosen.complete(row, after))
    _require_facts(chosen, row, after)
    _require_possible(chosen, row, before, after)
    correction = _new(chosen, row, Action.CORRECT, before, after, reason=reason, actor=actor, at=at, part=part)
    _log("correction.proposed", correction, chosen, row, actor=actor, at=at, remark=correction.reason)
    return correction


@transaction.atomic
def confirm_correction(*, correction_id: UUID, actor: Member, at: datetime) -> Correction:
    """
    Check a correction, so that the row says what was proposed; what stood there stays readable in the correction.

    Raises:
        NotVisible, RoleMissing, SamePerson, CorrectionDecided, CorrectionOutdated, RestsOnIt; and whatever the table itself refuses.

    Source: architecture, who may.
    """
    correction = _locked(correction_id, actor=actor)
    _require_second(correction, actor=actor, at=at)
    table = TABLES[correction.kind]
    row = _locked_row(table, correction.row_id)
    before, after = table.read(correction.before), table.read(correction.after)
    if _plain(table.found(row, correction.part)) != correction.before:
        raise CorrectionOutdated(subject=correction.subject)
    _require_possible(table, row, before, after)
    correction.confirm(by=actor, at=at)
    correction.save(update_fields=["state", "decided_by", "decided_at"])
    if table.put is not None:
        table.put(row, correction.part, after, actor=actor, at=at)
    else:
        _put_right(table, row, after)
    table.settle(row, before, after, at=at)
    _log(CORRECTION_STEP["confirm"].verb, correction, table, row, actor=actor, at=at, remark=correction.reason)
    _log_row("fact.corrected", correction, table, row, actor=actor, at=at)
    return correction


@transaction.atomic
def refuse_correction(*, correction_id: UUID, reason: str, actor: Member, at: datetime) -> Correction:
    """
    Refuse a correction with the reason; the row stays as it is.

    Raises:
        NotVisible, RoleMissing, SamePerson, CorrectionDecided, ReasonMissing.
    """
    correction = _locked(correction_id, actor=actor)
    _require_second(correction, actor=actor, at=at)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    correction.refuse(by=actor, at=at, reason=reason.strip()[:500])
    return _decided(correction, "refuse", actor=actor, at=at, remark=correction.refusal)


@transaction.atomic
def take_back_correction(*, correction_id: UUID, actor: Member, at: datetime) -> Correction:
    """
    Take a correction of one's own house back.

    Raises:
        NotVisible, RoleMissing, CorrectionDecided.
    """
    correction = _locked(correction_id, actor=actor)
    require_institution(actor, correction.institution)
    correction.take_back(by=actor, at=at)
    return _decided(correction, "take_back", actor=actor, at=at)


@transaction.atomic
def remove_row(*, table: str, row_id: int, reason: str, actor: Member, at: datetime, earlier_until_on: date | None = None) -> Correction:
    """
    Remove a row that is not yet in force; it stays readable in the record of its removal, and the row before holds on.

    ``earlier_until_on`` is until when the row before holds, where its end was given up for this one.

    Raises:
        NotVisible, RoleMissing, ReasonMissing, InForceAlready. RestsOnIt: with what goes first.

    Source: architecture, everything that moves money can be taken back.
    """
    chosen, row = _row(table, row_id, actor=actor, reason=reason)
    if not chosen.removable or chosen.is_in_force(row, on=localdate(at)):
        raise InForceAlready(on=getattr(row, chosen.begins) if chosen.begins else localdate(at))
    before = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    if lines := rests_on(chosen, row, before, None):
        raise _first(lines)
    correction = _new(chosen, row, Action.REMOVE, before, {}, reason=reason, actor=actor, at=at)
    _log_row("fact.removed", correction, chosen, row, actor=actor, at=at)
    earlier = _cut_for(chosen, row)
    try:
        chosen.clear(row)
        row.delete()
    except ProtectedError as resting:
        raise _first([f"{one._meta.verbose_name}：{one}" for one in resting.protected_objects]) from resting
    require_day(earlier_until_on, ENDS, field="earlier_until_on", today=localdate(at))
    if earlier is not None:
        _end(earlier, earlier_until_on)
    chosen.settle(row, before, None, at=at)
    return correction


def _row(table: str, row_id: int, *, actor: Member, reason: str) -> tuple[Correctable, Any]:
    """Return the table and its locked row for who keeps it."""
    chosen = TABLES[table]
    require(actor, *chosen.keepers)
    row = _locked_row(chosen, row_id)
    if not chosen.may(actor, row):
        raise NotVisible
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return chosen, row


def _locked_row(table: Correctable, row_id: int) -> Any:
    row = table.model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=row_id).first()
    if row is None:
        raise NotVisible
    return row


def _require_possible(table: Correctable, row: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    table.check(row, after)
    if lines := rests_on(table, row, before, after):
        raise _first(lines)


def _require_facts(table: Correctable, row: Any, after: Mapping[str, Any]) -> None:
    """Refuse at the proposal what the columns would refuse; periods that touch others are judged when the correction is checked."""
    if table.put is None:
        wanted = copy(row)
        for name, value in after.items():
            setattr(wanted, name, value)
        _in_sentences(lambda: wanted.clean_fields(exclude=_but_facts(row, table)))
        _in_sentences(wanted.validate_unique)


def _but_facts(row: Any, table: Correctable) -> set[str]:
    return {one.name for one in row._meta.fields if one.name not in table.facts}


def _in_sentences(check: Callable[[], None]) -> None:
    """
    Let pass what a check of the row lets pass.

    Raises:
        InvalidInput: in the sentences of the row's own constraints.
    """
    try:
        check()
    except ValidationError as wrong:
        found = [(name, text) for name, told in wrong.message_dict.items() for text in told]
        raise InvalidInput(
            errors=[FieldProblem("记录" if name == NON_FIELD_ERRORS else name, "invalid", text) for name, text in found]
        ) from wrong


def _first(lines: list[str]) -> RestsOnIt:
    told = [FieldProblem("先办理", "rests_on_it", line) for line in lines[:MOST_TOLD]]
    if len(lines) > MOST_TOLD:
        told.append(FieldProblem("先办理", "rests_on_it", f"其余 {len(lines) - MOST_TOLD} 项从略。"))
    return RestsOnIt(errors=told, count=len(lines))


def _put_right(table: Correctable, row: Any, after: Mapping[str, Any]) -> None:
    """Save the row with its new facts; a row before that was cut for this one ends where it now begins."""
    earlier = _cut_for(table, row)
    for name, value in after.items():
        setattr(row, name, value)
    if earlier is not None and getattr(row, table.begins) < earlier.until_on:
        _end(earlier, getattr(row, table.begins))
    _require_valid(row, table)
    row.save(update_fields=list(after))
    if earlier is not None and getattr(row, table.begins) > earlier.until_on:
        _end(earlier, getattr(row, table.begins))


def _cut_for(table: Correctable, row: Any) -> Any:
    """Return the row of the same owner that ends on the day this one begins, if rows of the table cut each other."""
    if not table.owner:
        return None
    same = {name: getattr(row, name) for name in table.owner}
    return table.model._default_manager.select_for_update().filter(**same, until_on=getattr(row, table.begins)).exclude(pk=row.pk).first()


def _end(earlier: Any, until_on: date | None) -> None:
    """Let the row before hold until a day."""
    earlier.until_on = until_on
    _require_valid(earlier, None)
    earlier.save(update_fields=["until_on"])


def _require_valid(row: Model, table: Correctable | None) -> None:
    """Refuse in the sentences of the row's own constraints what the database would refuse."""
    if table is not None:
        _in_sentences(lambda: row.clean_fields(exclude=_but_facts(row, table)))
    _in_sentences(row.validate_unique)
    _in_sentences(row.validate_constraints)


def _new(
    table: Correctable, row: Any, action: Action, before: Mapping[str, Any], after: Mapping[str, Any], *, reason: str, actor: Member,
    at: datetime, part: str = "",
) -> Correction:  # fmt: skip
    assert actor.institution is not None  # keepers are institutions
    subject = f"{table.label} {row}{f' {part}' if part else ''}"[:200]
    done = {"state": CorrectionState.CONFIRMED, "decided_by": actor, "decided_at": at} if action == Action.REMOVE else {}
    correction = Correction(
        kind=table.name, action=action, row_id=row.pk, part=part, subject=subject, before=_plain(before), after=_plain(after),
        reason=reason.strip()[:500], institution=actor.institution, made_by=actor, made_at=at, **done,
    )  # fmt: skip
    try:
        with transaction.atomic():
            correction.save(force_insert=True)
    except IntegrityError as waits:
        raise CorrectionWaits(subject=subject) from waits
    return correction


def _locked(correction_id: UUID, *, actor: Member) -> Correction:
    correction = corrections_visible_to(actor).select_for_update(of=("self",)).filter(public_id=correction_id).first()
    if correction is None:
        raise NotVisible
    if correction.state != CorrectionState.PROPOSED:
        raise CorrectionDecided(state=CorrectionState(correction.state).label)
    return correction


def _require_second(correction: Correction, *, actor: Member, at: datetime) -> None:
    require_institution(actor, correction.institution, roles=(Role.CHECKER,))
    checker_differs(maker=correction.made_by, checker=actor, at=at)


def _decided(correction: Correction, step: str, *, actor: Member, at: datetime, remark: str = "") -> Correction:
    correction.save(update_fields=["state", "decided_by", "decided_at", "refusal"])
    table = TABLES[correction.kind]
    row = _locked_row(table, correction.row_id)
    _log(CORRECTION_STEP[step].verb, correction, table, row, actor=actor, at=at, remark=remark)
    return correction


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON gives them back, so that what was stored and what stands can be compared."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return plain


def _log(verb: str, correction: Correction, table: Correctable, row: Any, *, actor: Member, at: datetime, remark: str = "") -> None:
    record(
        verb=verb, obj=correction, actor=actor, occurred_at=at, before=correction.before, after=correction.after, remark=remark,
        scope=table.scope(row),
    )  # fmt: skip


def _log_row(verb: str, correction: Correction, table: Correctable, row: Any, *, actor: Member, at: datetime) -> None:
    """Write the event of the row itself."""
    record(
        verb=verb, obj=row, actor=actor, occurred_at=at, before=correction.before, after=correction.after, remark=correction.reason,
        scope=table.scope(row),
    )  # fmt: skip
