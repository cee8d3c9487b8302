"""Handing out the evidence of a case as one ZIP."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from audit.models import Event
from audit.services import OPENED, record, record_opening
from documents.models import Document
from documents.selectors import all_documents_of
from documents.store import keep, open_checked
from loans.selectors.visible import scope_of
from parties.models import Member
from parties.reading import reading_of, told_events
from policy.selectors.calendar import working_calendar
from policy.selectors.register import register_line
from policy.selectors.versions import version_for
from policy.working_days import WorkingCalendar
from risk.claims.rules.sharing import clause_of
from risk.exemption.evidence.pack import PackContent, PackedDocument, Step, build
from risk.exemption.rules import clauses_of_checklist
from risk.exemption.selectors import events_about, owners_of_papers
from risk.models import BadDebt, Claim, EvidencePack, Exemption, Return
from risk.visibility import evidence_packs_visible_to, exemptions_visible_to, visible_or_404

DECIDED = "批复"


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack with its bytes as an open file, which the caller closes."""

    pack: EvidencePack
    content: BinaryIO


@transaction.atomic
def build_evidence_pack(*, exemption_id: UUID, actor: Member, at: datetime) -> EvidencePack:
    """
    Put the evidence of a case together and keep it under its digest.

    Raises:
        NotVisible: not the actor's to see.
        ContentDamaged: a stored paper is not what was uploaded.

    Source: FP 1.7.
    """
    exemption = visible_or_404(exemptions_visible_to(actor), exemption_id)
    raw = build(content_of(exemption, at=at))
    pack = EvidencePack.objects.create(
        exemption=exemption, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), built_by=actor, built_at=at
    )
    keep(raw)
    after = {"sha256": pack.sha256, "size": pack.size}
    record(verb="evidence_pack.built", obj=pack, actor=actor, occurred_at=at, after=after, scope=scope_of(exemption.bad_debt.loan))
    return pack


@transaction.atomic
def open_evidence_pack(*, pack_id: UUID, actor: Member, at: datetime) -> OpenedPack:
    """
    Return a pack and its checked bytes, and record that the actor opened it.

    Raises:
        NotVisible, ContentDamaged.

    Source: FP 1.7.
    """
    pack = visible_or_404(evidence_packs_visible_to(actor), pack_id)
    content = open_checked(pack.sha256, filename=f"证据包{pack.sha256[:12]}.zip")
    record_opening(obj=pack, actor=actor, at=at)
    return OpenedPack(pack, content)


def content_of(exemption: Exemption, *, at: datetime) -> PackContent:
    """Return what goes into the pack of a case at this moment. Source: FP 1.7."""
    bad_debt = exemption.bad_debt
    return PackContent(
        case=_case(exemption),
        timeline=_timeline(exemption, until=localdate(at)),
        checklist=[_item(item) for item in exemption.items.select_related("answered_by")],
        clauses=_clauses(bad_debt),
        events=[_event(event, reader=exemption.opened_by) for event in _told(bad_debt, reader=exemption.opened_by)],
        documents=list(_documents(bad_debt, reader=exemption.opened_by)),
        built_at=at,
    )


def _case(exemption: Exemption) -> dict[str, object]:
    bad_debt, loan = exemption.bad_debt, exemption.bad_debt.loan
    return {
        "bank": bad_debt.bank.name,
        "enterprise": loan.enterprise.name,
        "credit_code": loan.enterprise.credit_code,
        "contract_number": loan.contract_number,
        "mode": loan.get_mode_display(),
        "category": loan.get_category_display(),
        "security": loan.get_security_display(),
        "policy_version": version_for(loan.policy_version).name,
        "bad_debt_principal": bad_debt.principal,
        "recognised_on": bad_debt.recognised_on,
        "claims": [f"{claim.number} {claim.get_state_display()}" for claim in bad_debt.claims.all()],
        "diligence_rules": f"{exemption.rules.name} {exemption.rules.document_number}",
        "is_diligent": exemption.is_diligent,
        "is_gross_negligence": exemption.is_gross_negligence,
        "is_intent": exemption.is_intent,
        "opinion": exemption.opinion,
        "concluded_on": exemption.concluded_on,
        "concluded_by": exemption.concluded_by.name if exemption.concluded_by else None,
        "is_evidence_sufficient": exemption.is_evidence_sufficient,
        "finding": exemption.finding,
        "found_on": exemption.found_on,
        "found_document_number": exemption.found_document_number,
        "is_exempt": exemption.is_exempt,
    }


def _item(item: Any) -> dict[str, object]:
    return {
        "code": item.code,
        "wording": item.wording,
        "clause": item.clause,
        "facts": item.facts,
        "is_fulfilled": item.is_fulfilled,
        "remark": item.remark,
        "answered_by": item.answered_by.name if item.answered_by else None,
    }


def _clauses(bad_debt: BadDebt) -> list[dict[str, object]]:
    loan = bad_debt.loan
    named = dict.fromkeys([*clauses_of_checklist(), clause_of(mode=loan.mode, category=loan.category), "FP 1.5.3", "FP 1.7"])
    return [{"id": line.id, "label": line.label, "wording": line.wording} for clause in named for line in [register_line(clause)]]


def _timeline(exemption: Exemption, *, until: date) -> list[Step]:
    """
    Return the steps of the case in order, each with the working days since the one before, and where a term ended with its own.

    Source: FP 1.7; D6, D7, D37.
    """
    calendar, terms = working_calendar(), _terms(exemption)
    steps: list[Step] = []
    previous: date | None = None
    for on, what, clause in sorted(_dated(exemption), key=lambda step: step[0]):
        if on > until:
            continue
        days = calendar.elapsed(previous, on) if previous is not None else None
        arithmetic = "" if previous is None or days is None else _arithmetic(calendar, previous, on, days)
        term = terms.get((on, what))
        said = f"期限核对：{_arithmetic(calendar, term[0], on, calendar.elapsed(term[0], on))}，期限 {term[1]} 个工作日" if term else ""
        label = register_line(clause).label
        steps.append(Step(on=on, what=what, clause=clause, label=label, working_days=days, arithmetic=arithmetic, term=said))
        previous = on
    return steps


def _terms(exemption: Exemption) -> dict[tuple[date, str], tuple[date, int]]:
    """Return for the steps that ended a term the day it began and its working days: decision, examination, return of public money."""
    application, found = exemption.bad_debt.loan.application, {}
    clock = version_for(exemption.bad_debt.loan.policy_version).terms.clock
    if application.submitted_on is not None and application.decided_on is not None:
        found[application.decided_on, DECIDED] = (application.submitted_on, clock.approval_working_days)
    for claim in exemption.bad_debt.claims.all():
        if claim.deadline is not None and claim.reviewed_on is not None:
            found[claim.reviewed_on, _reviewed(claim)] = (claim.deadline.started_on, claim.deadline.working_days)
    for recovery in exemption.bad_debt.recoveries.all():
        for row in recovery.returns.all():
            if row.returned_on is not None:
                found[row.returned_on, _returned(row)] = (row.deadline.started_on, row.deadline.working_days)
    return found


def _reviewed(claim: Claim) -> str:
    return f"审核补偿申请 {claim.number}：{'不予补偿' if claim.refusal else '审核通过'}"


def _returned(row: Return) -> str:
    return f"退回{row.answers.get_payer_display()}追偿款 {row.amount:,.2f} 元"


def _arithmetic(calendar: WorkingCalendar, start: date, end: date, days: int) -> str:
    """Return how the working days between two steps were counted."""
    total = (end - start).days
    note = "（暂定日历）" if calendar.elapsed_is_provisional(start, end) else ""
    return f"自 {start}（不含）至 {end}（含）共 {total} 天，扣除休息日 {total - days} 天，计 {days} 个工作日{note}"


def _dated(exemption: Exemption) -> Iterator[tuple[date, str, str]]:
    """Yield day, fact and clause of everything that happened in the case; what falls on one day in the order in which it must have come."""
    bad_debt, loan = exemption.bad_debt, exemption.bad_debt.loan
    application = loan.application
    clause = clause_of(mode=loan.mode, category=loan.category)
    begun = [
        (application.entry.published_on, "列入“白名单”", "FP 1.1.3"),
        (application.submitted_on, "提交融资申请", "FP 1.6.3"),
        (application.accepted_on, "银行受理", "FP 1.6.3"),
        (application.decided_on, DECIDED, "FP 1.6.3"),
        (application.conditions_met_on, "达到放款条件", "FP 2.2.1"),
        (loan.signed_on, "签订合同", "FP 1.6.3"),
    ]
    yield from ((on, what, cited) for on, what, cited in begun if on is not None)
    recovered = {recovery.bank_reference for recovery in bad_debt.recoveries.all() if recovery.is_checked}
    for movement in loan.movements.exclude(bank_reference__in=recovered):
        yield movement.value_on, f"{movement.get_kind_display()} {movement.amount:,.2f} 元", "FP 1.6.3"
    for check in loan.use_checks.all():
        yield check.checked_on, "资金用途检查", "FP 1.6.3"
    for row in loan.classifications.all():
        yield row.from_on, f"风险分类认定为{row.get_grade_display()}（逾期 {row.overdue_days} 天）", "FP 1.5.3"
    yield bad_debt.recognised_on, f"认定坏账 {bad_debt.principal:,.2f} 元", "FP 1.5.3"
    yield from _claims(bad_debt, clause)
    yield from _recoveries(bad_debt, clause)
    judged = ((exemption.opened_on, "发起尽职免责核查"), (exemption.concluded_on, "机构作出结论"), (exemption.found_on, "监管核查"))
    yield from ((on, what, "FP 1.7") for on, what in judged if on is not None)


def _claims(bad_debt: BadDebt, clause: str) -> Iterator[tuple[date, str, str]]:
    for claim in bad_debt.claims.all():
        yield claim.opened_on, f"提交补偿申请 {claim.number}", clause
        if claim.reviewed_on is not None:
            yield claim.reviewed_on, _reviewed(claim), clause
        if claim.certified_on is not None:
            yield claim.certified_on, f"认定损失 {claim.amount:,.2f} 元（{claim.evidence_number}）", clause
        for payment in claim.payments.all():
            yield payment.paid_on, f"支付补偿 {payment.amount:,.2f} 元", clause


def _recoveries(bad_debt: BadDebt, clause: str) -> Iterator[tuple[date, str, str]]:
    for recovery in bad_debt.recoveries.all():
        if recovery.is_checked:
            yield recovery.received_on, f"追回净额 {recovery.net:,.2f} 元，冲减坏账本金", clause
        for row in recovery.returns.all():
            if row.returned_on is not None:
                yield row.returned_on, _returned(row), clause


def _told(bad_debt: BadDebt, *, reader: Member) -> QuerySet[Event]:
    """
    Return what the institution whose pack it is may read of the log: what it is told, and which of its own people opened the case.

    Who builds the pack makes no difference, so the same case gives the same pack.
    """
    about = events_about(bad_debt)
    return (told_events(about, reader) | about.filter(verb=OPENED, party_id=reader.party_id)).order_by("id")


def _event(event: Event, *, reader: Member) -> dict[str, object]:
    """Return an event as the reader is told it; persons are its own house's."""
    reading = reading_of(event, reader)
    names = reading.names_of(event)
    fields = ("verb", "object_type", "object_label", "actor_kind", "party_name", "occurred_at", "recorded_at")
    return {
        "id": event.pk,
        **{name: getattr(event, name) for name in fields},
        "actor_name": event.actor_name if reading.is_own else "",
        "remark": event.remark if reading.remark else "",
        "before": {name: value for name, value in event.before.items() if name in names},
        "after": {name: value for name, value in event.after.items() if name in names},
    }


def _documents(bad_debt: BadDebt, *, reader: Member) -> Iterator[PackedDocument]:
    """Yield the papers of loan, application, bad debt and claims, withdrawn ones too, with their checked bytes."""
    for owner in owners_of_papers(bad_debt):
        for document in all_documents_of(owner).select_related("uploaded_by__institution", "uploaded_by__enterprise"):
            yield _packed(document, reader=reader)


def _packed(document: Document, *, reader: Member) -> PackedDocument:
    """Return a paper for the pack; of another house's the house is named, not the person."""
    uploader = document.uploaded_by
    with open_checked(document.sha256, filename=document.filename) as stored:
        content = stored.read()
    facts = {
        "kind": document.kind,
        "filename": document.filename,
        "size": document.size,
        "uploaded_by": uploader.name if uploader.party_id == reader.party_id else uploader.party_name,
        "uploaded_at": document.uploaded_at,
        "withdrawn_at": document.withdrawn_at,
    }
    return PackedDocument(name=document.filename, sha256=document.sha256, content=content, facts=facts)
