"""Which records of risk a member may see: those of the loans it may see, and never an enterprise."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from common.enums import Mode
from common.errors import NotVisible
from common.rows import one_or_none
from loans.models import Guarantee, Loan
from loans.selectors.visible import loans_visible_to
from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import BankParticipation, Institution, Member
from risk.models import (
    BadDebt,
    BankRisk,
    BreakerChange,
    Claim,
    Classification,
    ClassificationSuggestion,
    DiligenceRules,
    EnhancementFee,
    EnhancementFeeRate,
    EvidencePack,
    Exemption,
    GuaranteeFee,
    Payment,
    Reapplication,
    Recovery,
    Return,
)

Row = TypeVar("Row", bound=Model)


def _loans(actor: Member) -> QuerySet[Loan]:
    """Return the loans whose risk the actor may see: an enterprise none, since classes and claims are the bank's affair."""
    return Loan.objects.none() if actor.enterprise_id is not None else loans_visible_to(actor)


def _of_loans(actor: Member, path: str) -> Q:
    return Q() if sees_all(actor) else Q(**{f"{path}__in": _loans(actor).values("pk")})


def bad_debts_visible_to(actor: Member) -> QuerySet[BadDebt]:
    """Return the recognised bad debts of the loans the actor may see. Source: FP 1.5.3."""
    return BadDebt.objects.filter(_of_loans(actor, "loan")).select_related("loan__enterprise", "bank")


def claims_visible_to(actor: Member) -> QuerySet[Claim]:
    """Return the claims the actor may see: a bank its own, a guarantor those of loans it guarantees, the city all. Source: FP 1.5.3."""
    return Claim.objects.filter(_of_loans(actor, "loan")).select_related("loan__enterprise", "bank", "deadline", "bad_debt")


def compensations_visible_to(actor: Member) -> QuerySet[Payment]:
    """Return the payments of the claims the actor may see."""
    return Payment.objects.filter(_of_loans(actor, "claim__loan")).select_related("claim__loan", "claim__bank")


def recoveries_visible_to(actor: Member) -> QuerySet[Recovery]:
    """Return the recoveries of the loans the actor may see. Source: D21."""
    return Recovery.objects.filter(_of_loans(actor, "bad_debt__loan")).select_related("bad_debt__loan", "bank", "claim")


def returns_visible_to(actor: Member) -> QuerySet[Return]:
    """Return the returns of public money of the loans the actor may see. Source: D21, D37."""
    related = ("recovery__bad_debt__loan", "recovery__bank", "answers__institution", "answers__payment__claim", "deadline")
    return Return.objects.filter(_of_loans(actor, "recovery__bad_debt__loan")).select_related(*related)


def classifications_visible_to(actor: Member) -> QuerySet[Classification]:
    """Return the classes of the loans the actor may see, with their history. Source: FP 1.5.3."""
    return Classification.objects.filter(_of_loans(actor, "loan")).select_related("loan__bank", "loan__enterprise", "decided_by")


def suggestions_visible_to(actor: Member) -> QuerySet[ClassificationSuggestion]:
    """Return the suggested classes of the loans the actor may see. Source: FP 1.5.3."""
    return ClassificationSuggestion.objects.filter(_of_loans(actor, "loan")).select_related("loan__bank", "loan__enterprise")


def _of_bank(actor: Member) -> Q:
    """Return the condition on rows about a bank: of those whose figures the actor may see."""
    return Q() if sees_all(actor) else Q(bank__in=banks_visible_to(actor))


def bank_risks_visible_to(actor: Member) -> QuerySet[BankRisk]:
    """Return the states of the banks the actor may see. Source: FP 1.5.3."""
    return BankRisk.objects.filter(_of_bank(actor)).select_related("bank")


def breaker_changes_visible_to(actor: Member) -> QuerySet[BreakerChange]:
    """Return the changes of state the actor may see. Source: FP 1.5.3."""
    return BreakerChange.objects.filter(_of_bank(actor)).select_related("bank")


def reapplications_visible_to(actor: Member) -> QuerySet[Reapplication]:
    """Return the renewed applications the actor may see. Source: FP 1.5.3."""
    return Reapplication.objects.filter(_of_bank(actor)).select_related("bank", "applied_by")


def banks_visible_to(actor: Member) -> QuerySet[Institution]:
    """
    Return the banks whose figures of risk the actor may see: its own, or all; the fund manager those that were ever in the trust mode.

    Source: FP 1.3, FP 1.5.3; D35.
    """
    banks = Institution.objects.filter(kind=InstitutionKind.BANK)
    institution = actor.institution
    if sees_all(actor):
        return banks
    if institution is not None and institution.kind == InstitutionKind.FUND_MANAGER:
        return banks.filter(pk__in=BankParticipation.objects.filter(mode=Mode.TRUST).values("bank"))
    return banks.filter(pk=actor.institution_id) if actor.institution_id is not None else banks.none()


def enhancement_fees_visible_to(actor: Member) -> QuerySet[EnhancementFee]:
    """Return the credit-enhancement fees the actor may see; an enterprise its own. Source: D23."""
    fees = EnhancementFee.objects.select_related("loan__enterprise", "loan__bank")
    if actor.enterprise_id is not None:
        return fees.filter(loan__enterprise=actor.enterprise_id)
    return fees.filter(_of_loans(actor, "loan"))


def enhancement_fee_rates_visible_to(actor: Member) -> QuerySet[EnhancementFeeRate]:
    """Return the dated table of the credit-enhancement fee; it is public. Source: D23."""
    return EnhancementFeeRate.objects.all()


def guarantee_fees_visible_to(actor: Member) -> QuerySet[GuaranteeFee]:
    """Return the guarantee fees the actor may see; an enterprise its own. Source: D23."""
    fees = GuaranteeFee.objects.select_related("guarantee__loan__enterprise", "guarantor")
    if actor.enterprise_id is not None:
        return fees.filter(guarantee__loan__enterprise=actor.enterprise_id)
    return fees.filter(_of_loans(actor, "guarantee__loan"))


def guarantees_visible_to(actor: Member) -> QuerySet[Guarantee]:
    """Return the guarantees of the loans the actor may see. Source: FP 1.5.2(1)."""
    return Guarantee.objects.filter(loan__in=loans_visible_to(actor)).select_related("loan__enterprise", "guarantor")


def exemptions_visible_to(actor: Member) -> QuerySet[Exemption]:
    """Return the questions of exemption the actor may see: the institution's own, and all for those who see all. Source: FP 1.7."""
    exemptions = Exemption.objects.select_related("bad_debt__loan__enterprise", "institution", "rules")
    if sees_all(actor):
        return exemptions
    return exemptions.filter(institution=actor.institution_id) if actor.institution_id is not None else exemptions.none()


def evidence_packs_visible_to(actor: Member) -> QuerySet[EvidencePack]:
    """Return the evidence packs of the exemptions the actor may see. Source: FP 1.7."""
    return EvidencePack.objects.filter(exemption__in=exemptions_visible_to(actor)).select_related("exemption__bad_debt__loan")


def diligence_rules_visible_to(actor: Member) -> QuerySet[DiligenceRules]:
    """Return the exemption rules the actor may see. Source: FP 1.7."""
    rules = DiligenceRules.objects.select_related("institution")
    if sees_all(actor):
        return rules
    return rules.filter(institution=actor.institution_id) if actor.institution_id is not None else rules.none()


def trust_loans_of(actor: Member) -> QuerySet[Loan]:
    """Return the trust-mode loans the actor may see, of which credit-enhancement fees are collected. Source: FP 1.5.2(2); D35."""
    return loans_visible_to(actor).filter(mode=Mode.TRUST)


def visible_or_404(rows: QuerySet[Row], public_id: UUID | str, *, lock: bool = False) -> Row:
    """
    Return the row of a visible set by its public identifier, locked if asked.

    Raises:
        NotVisible: there is none for this actor.
    """
    wanted: Any = rows.filter(public_id=public_id)
    found: Row | None = one_or_none(wanted.select_for_update(of=("self",), no_key=True) if lock else wanted)
    if found is None:
        raise NotVisible
    return found
