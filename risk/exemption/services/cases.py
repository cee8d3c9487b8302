"""Due-diligence exemption: opened with its checklist, concluded by a committee member, examined by the regulator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.database import refused_as
from common.dates import PAPERS, require_day
from common.errors import DomainError, ReasonMissing
from loans.selectors.visible import scope_of
from parties.access import RoleMissing, require, require_institution
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Institution, Member
from risk.exemption.rules import checklist
from risk.exemption.selectors import checklist_facts, officers_of
from risk.exemption.transitions import EXEMPTION_STEP
from risk.models import BadDebt, DiligenceRules, Exemption, ExemptionItem
from risk.visibility import bad_debts_visible_to, exemptions_visible_to, visible_or_404

RULE_MAKERS = (InstitutionKind.BANK, InstitutionKind.GUARANTOR, InstitutionKind.FUND_MANAGER)


class NoDiligenceRules(DomainError):
    """Each party sets up its own exemption rules first."""

    code = "no_diligence_rules"
    sentence = "{institution}尚未登记技术创新基金业务的尽职免责制度，请先登记制度名称和文号。"
    clause = "FP 1.7"


class RulesRecorded(DomainError):
    """One document, one set of rules of an institution."""

    code = "diligence_rules_recorded"
    sentence = "本单位文号“{document_number}”的尽职免责制度已登记，请核对文号。"
    clause = "FP 1.7"


class OpenedBefore(DomainError):
    """One question of exemption per bad debt."""

    code = "exemption_opened_before"
    sentence = "该笔坏账已发起尽职免责核查。"
    clause = "FP 1.7"


class OfficerConcludes(DomainError):
    """Whoever dealt with the loan does not judge it."""

    code = "officer_concludes"
    sentence = "{name}经办过该笔贷款，不得作为尽职免责委员会成员对其作出结论，请由其他成员办理。"
    clause = "FP 1.7"
    status = 403


class UnknownItem(DomainError):
    """No such line in this checklist."""

    code = "unknown_checklist_item"
    sentence = "核查表中没有“{code}”这一项。"
    status = 400


@transaction.atomic
def record_diligence_rules(*, name: str, document_number: str, effective_on: date, actor: Member, at: datetime) -> DiligenceRules:
    """
    Record the exemption rules that the actor's institution set up.

    Raises:
        NotAllowed: not a bank, guarantor or fund manager. InvalidInput: the day is out of bounds.
        RulesRecorded: the institution recorded this document before.

    Source: FP 1.7.
    """
    require(actor, *RULE_MAKERS)
    require_day(effective_on, PAPERS, field="effective_on", today=localdate(at))
    number = document_number.strip()
    with refused_as(
        lambda: RulesRecorded(document_number=number, field="document_number"), "diligence_rules_once", "diligence_rules_alike"
    ):
        row = DiligenceRules.objects.create(
            institution=_institution(actor), name=name.strip(), document_number=number, effective_on=effective_on, recorded_by=actor
        )
    record(verb="diligence_rules.recorded", obj=row, actor=actor, occurred_at=at, after={"name": row.name, "effective_on": effective_on})
    return row


@transaction.atomic
def open_exemption(*, bad_debt_id: UUID, actor: Member, at: datetime) -> Exemption:
    """
    Ask whether those who dealt with a bad debt acted diligently, with a checklist that shows what the system recorded.

    Raises:
        NotVisible, RoleMissing: not the bank's debt.
        NoDiligenceRules, OpenedBefore.

    Source: FP 1.7.
    """
    bad_debt = visible_or_404(bad_debts_visible_to(actor), bad_debt_id)
    require_institution(actor, bad_debt.bank)
    BadDebt.objects.select_for_update(of=("self",), no_key=True).get(pk=bad_debt.pk)
    today = localdate(at)
    rules = DiligenceRules.objects.filter(institution=bad_debt.bank, effective_on__lte=today).order_by("-effective_on").first()
    if rules is None:
        raise NoDiligenceRules(institution=bad_debt.bank.name)
    if Exemption.objects.filter(bad_debt=bad_debt).exists():
        raise OpenedBefore
    exemption = Exemption.objects.create(bad_debt=bad_debt, institution=bad_debt.bank, rules=rules, opened_on=today, opened_by=actor)
    facts = checklist_facts(bad_debt, on=today)
    ExemptionItem.objects.bulk_create(
        ExemptionItem(exemption=exemption, code=line.code, wording=line.wording, clause=line.clause, facts=facts[line.code])
        for line in checklist()
    )
    return _saved(exemption, "exemption.opened", actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found to one line of the checklist."""

    code: str
    is_fulfilled: bool
    remark: str = ""


@transaction.atomic
def answer_items(*, exemption_id: UUID, answers: Sequence[Answer], actor: Member, at: datetime) -> Exemption:
    """
    Answer several lines of the checklist at once, all or none.

    Raises:
        NotVisible, RoleMissing, UnknownItem, ReasonMissing, ConcludedBefore: as ``answer_item``.

    Source: FP 1.7.
    """
    for answer in answers:
        answer_item(exemption_id=exemption_id, code=answer.code, is_fulfilled=answer.is_fulfilled, remark=answer.remark, actor=actor, at=at)
    return visible_or_404(exemptions_visible_to(actor), exemption_id)


@transaction.atomic
def answer_item(*, exemption_id: UUID, code: str, is_fulfilled: bool, remark: str, actor: Member, at: datetime) -> ExemptionItem:
    """
    Answer one line of the checklist, or answer it anew before the conclusion.

    Raises:
        NotVisible, RoleMissing, UnknownItem.
        ReasonMissing: a line not fulfilled says why.
        TransitionNotAllowed: concluded already.

    Source: FP 1.7.
    """
    exemption = visible_or_404(exemptions_visible_to(actor), exemption_id, lock=True)
    require_institution(actor, exemption.institution)
    if exemption.state != "checking":
        raise ConcludedBefore
    if not is_fulfilled and not remark.strip():
        raise ReasonMissing(field="remark")
    item = exemption.items.filter(code=code).first()
    if item is None:
        raise UnknownItem(code=code)
    item.is_fulfilled, item.remark, item.answered_by = is_fulfilled, remark.strip(), actor
    item.save()
    after = {"code": code, "is_fulfilled": is_fulfilled}
    scope = scope_of(exemption.bad_debt.loan)
    record(verb="exemption.item_answered", obj=exemption, actor=actor, occurred_at=at, after=after, remark=item.remark, scope=scope)
    return item


class ConcludedBefore(DomainError):
    """The institution has concluded; its checklist stands."""

    code = "exemption_concluded"
    sentence = "机构已作出结论，核查表不能再修改。"
    clause = "FP 1.7"


@transaction.atomic
def conclude_exemption(
    *,
    exemption_id: UUID,
    is_diligent: bool,
    is_gross_negligence: bool,
    is_intent: bool,
    opinion: str,
    actor: Member,
    at: datetime,
) -> Exemption:
    """
    Conclude for the institution, as a committee member who did not deal with the loan.

    Raises:
        NotVisible, RoleMissing: no checker of the institution, or not a person.
        OfficerConcludes: the member dealt with the loan, or opened the question.
        ChecklistOpen, GrossNegligenceIsNotExempt, ReasonMissing, TransitionNotAllowed.

    Source: FP 1.7.
    """
    exemption = visible_or_404(exemptions_visible_to(actor), exemption_id, lock=True)
    require_institution(actor, exemption.institution, roles=(Role.CHECKER,))
    if actor.kind != MemberKind.PERSON:
        raise RoleMissing(needed=f"{exemption.institution.name}的尽职免责委员会成员")
    if actor.pk == exemption.opened_by_id or actor.pk in officers_of(exemption.bad_debt.loan):
        raise OfficerConcludes(name=actor.name)
    if not opinion.strip():
        raise ReasonMissing(field="opinion")
    exemption.conclude(
        by=actor,
        on=localdate(at),
        is_diligent=is_diligent,
        is_gross_negligence=is_gross_negligence,
        is_intent=is_intent,
        opinion=opinion.strip(),
        open_items=exemption.items.filter(is_fulfilled__isnull=True).count(),
    )
    return _saved(exemption, EXEMPTION_STEP["conclude"].verb, actor=actor, at=at, remark=opinion)


@transaction.atomic
def record_finding(
    *, exemption_id: UUID, is_evidence_sufficient: bool, finding: str, document_number: str, actor: Member, at: datetime
) -> Exemption:
    """
    Record apart what the regulator found; exempt cases leave the regulator's figure, not the fund's.

    Raises:
        NotVisible, NotAllowed: not the regulator.
        ReasonMissing, TransitionNotAllowed: not concluded yet, or found before.

    Source: FP 1.7.
    """
    require(actor, InstitutionKind.REGULATOR)
    if not finding.strip():
        raise ReasonMissing(field="finding")
    exemption = visible_or_404(exemptions_visible_to(actor), exemption_id, lock=True)
    exemption.find(
        by=actor,
        on=localdate(at),
        is_evidence_sufficient=is_evidence_sufficient,
        finding=finding.strip(),
        document_number=document_number.strip(),
    )
    return _saved(exemption, EXEMPTION_STEP["find"].verb, actor=actor, at=at, remark=finding)


def _institution(actor: Member) -> Institution:
    institution: Institution | None = actor.institution
    if institution is None:
        raise RoleMissing(needed="银行、担保公司或基金管理人的人员")
    return institution


def _saved(exemption: Exemption, verb: str, *, actor: Member, at: datetime, remark: str = "") -> Exemption:
    exemption.save()
    after = {"state": exemption.state, "is_diligent": exemption.is_diligent, "is_exempt": exemption.is_exempt}
    scope = scope_of(exemption.bad_debt.loan)
    record(verb=verb, obj=exemption, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)
    return exemption
