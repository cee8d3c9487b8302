"""The bureaus' recorded opinions; the last consent clears an entry for publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record_many
from common.dates import HAPPENED, require_day
from common.errors import DomainError, FieldProblem, InvalidInput
from parties.access import RoleMissing
from parties.enums import MemberKind
from parties.models import Institution, Member
from whitelist.enums import Verdict
from whitelist.models import Entry, Opinion
from whitelist.selectors.entries import consulted_institutions
from whitelist.services.steps import lock_for_step, log_step, save_alike, states_of
from whitelist.transitions import ENTRY_STEP


class OpinionDiffers(DomainError):
    """The bureau has spoken on this entry in this round, and otherwise."""

    code = "opinion_differs"
    sentence = "贵单位本轮已就“{entry}”登记意见“{verdict}”（{document_number}），不能更改；如需重新征求意见，请由牵头单位退回市级审核。"
    clause = "FP 1.1.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a list of opinions did: how many were written, which entries are now cleared."""

    opinions: int
    cleared: tuple[Entry, ...]


@transaction.atomic
def record_opinion(
    *,
    entry_ids: Sequence[UUID],
    verdict: str,
    document_number: str,
    given_on: date,
    actor: Member,
    at: datetime,
    remark: str = "",
) -> Recorded:
    """
    Record the opinion of the actor's bureau on entries in consultation; those with every bureau's consent are cleared.

    Silence is not consent: an entry waits until each consulted bureau has a recorded opinion of the current round. An objection leaves
    the entry in consultation until the leading bureau rejects it or sends it back to review. The same opinion twice changes nothing.

    Raises:
        NotVisible, RoleMissing: no consulted bureau of that list. StepNotOpen: not in consultation.
        InvalidInput: no document number, a future date, an objection without remark.
        OpinionDiffers: the bureau said otherwise in this round.

    Source: FP 1.1.3, 1.6.1(1), 1.6.1(2); D26.
    """
    _require_valid(verdict, document_number=document_number, remark=remark, given_on=given_on, on=localdate(at))
    entries = lock_for_step(name="clear", entry_ids=entry_ids, actor=actor)
    institution = _speaking_for(actor)
    said = _said(entries)
    new = _not_said_yet(entries, said, institution, verdict=verdict, document_number=document_number.strip())
    opinions = [
        Opinion(
            entry=entry,
            round=entry.consultation_round,
            institution=institution,
            verdict=verdict,
            document_number=document_number.strip(),
            remark=remark.strip(),
            given_on=given_on,
            recorded_by=actor,
            recorded_at=at,
        )
        for entry in new
    ]
    Opinion.objects.bulk_create(opinions, batch_size=1000)
    _log_opinions(opinions, actor=actor, at=at)
    cleared = _clear_where_all_agree(new, said | {(o.entry_id, o.institution_id): o for o in opinions}, actor=actor, at=at)
    return Recorded(opinions=len(opinions), cleared=tuple(cleared))


def _not_said_yet(
    entries: Sequence[Entry], said: dict[tuple[int, int], Opinion], institution: Institution, *, verdict: str, document_number: str
) -> list[Entry]:
    """
    Return the entries on which the bureau has not spoken in the current round.

    Raises:
        OpinionDiffers: it has, and otherwise.
    """
    for entry in entries:
        earlier = said.get((entry.pk, institution.pk))
        if earlier is not None and (earlier.verdict, earlier.document_number) != (verdict, document_number):
            raise OpinionDiffers(entry=entry, verdict=earlier.get_verdict_display(), document_number=earlier.document_number)
    return [entry for entry in entries if (entry.pk, institution.pk) not in said]


def _clear_where_all_agree(entries: Sequence[Entry], said: dict[tuple[int, int], Opinion], *, actor: Member, at: datetime) -> list[Entry]:
    """Clear the entries on which every consulted bureau consented in the current round. Source: D26."""
    bureaus = {kind: [i.pk for i in consulted_institutions(kind)] for kind in {entry.kind for entry in entries}}
    agreed = [
        entry
        for entry in entries
        if all((entry.pk, bureau) in said and said[entry.pk, bureau].verdict == Verdict.AGREE for bureau in bureaus[entry.kind])
    ]
    if not agreed:
        return []
    before = states_of(agreed)
    for entry in agreed:
        entry.clear()
    save_alike(agreed, "return_reason")
    log_step(agreed, step=ENTRY_STEP["clear"], before=before, actor=actor, at=at)
    return agreed


def _said(entries: Sequence[Entry]) -> dict[tuple[int, int], Opinion]:
    """Return the opinions of the current rounds by entry and bureau."""
    rounds = {entry.pk: entry.consultation_round for entry in entries}
    opinions = Opinion.objects.filter(entry__in=list(rounds))
    return {(o.entry_id, o.institution_id): o for o in opinions if o.round == rounds[o.entry_id]}


def _speaking_for(actor: Member) -> Institution:
    """Return the bureau the actor speaks for; a scheduled job speaks for none."""
    if actor.institution is None or actor.kind == MemberKind.JOB:
        raise RoleMissing(needed="被征求意见单位的经办或复核人员")
    return actor.institution


def _require_valid(verdict: str, *, document_number: str, remark: str, given_on: date, on: date) -> None:
    problems = []
    if verdict not in Verdict.values:
        problems.append(FieldProblem("verdict", "unknown", "请选择“同意”或“不同意”。"))
    if not document_number.strip():
        problems.append(FieldProblem("document_number", "required", "请填写回复文号。"))
    if verdict == Verdict.OBJECT and not remark.strip():
        problems.append(FieldProblem("remark", "required", "不同意的，请说明理由。"))
    if given_on > on:
        problems.append(FieldProblem("given_on", "in_future", "回复日期不能晚于今天。"))
    if problems:
        raise InvalidInput(errors=problems)
    require_day(given_on, HAPPENED, field="given_on", today=on)


def _log_opinions(opinions: Sequence[Opinion], *, actor: Member, at: datetime) -> None:
    record_many(
        [
            NewEvent(
                verb="entry.opinion_recorded",
                obj=opinion.entry,
                actor=actor,
                occurred_at=at,
                after={
                    "institution": opinion.institution.short_name,
                    "verdict": opinion.verdict,
                    "document_number": opinion.document_number,
                    "round": opinion.round,
                    "given_on": opinion.given_on,
                },
                remark=opinion.remark,
                scope=Scope(district_id=opinion.entry.district_id, enterprise_id=opinion.entry.enterprise_id),
            )
            for opinion in opinions
        ]
    )
