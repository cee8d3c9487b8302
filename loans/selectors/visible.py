"""Who sees which case: a bank its own, a county its district's, an enterprise its own; another's does not exist."""

from uuid import UUID

from django.db.models import Q, QuerySet

from audit.services import Scope
from common.enums import Mode
from common.errors import NotVisible
from loans.models import Application, BankQuota, Intent, Loan, Movement, Proposal, UseOfFundsCheck
from loans.models.applications import ApplicationQuerySet
from loans.models.loans import LoanQuerySet
from parties.access import sees_all
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import Institution, Member

NONE = Q(pk__isnull=True)


def applications_visible_to(actor: Member) -> ApplicationQuerySet:
    """
    Return the applications the actor may see.

    Bureaus of the city, regulator and central bank: all; a bank: those addressed to it; a county: those of its district's entries; an
    enterprise: its own; the fund manager: those of the trust mode. A draft is seen by the enterprise and by whoever drafted it.

    Source: FP 1.6.2(1), FP 1.6.2(2); architecture, who may.
    """
    rows = Application.objects.all()
    if actor.enterprise_id is not None:
        return rows.filter(enterprise=actor.enterprise_id)
    if sees_all(actor):
        return rows
    handed_in = Q(submitted_on__isnull=False) | Q(drafted_by__institution=actor.institution_id)
    return rows.filter(_application_condition(actor), handed_in)


def _application_condition(actor: Member) -> Q:
    institution: Institution | None = actor.institution
    if institution is None:
        return NONE
    if institution.kind == InstitutionKind.BANK:
        return Q(bank=institution)
    if institution.kind in COUNTY_KINDS:
        return Q(entry__district=institution.district_id)
    if institution.kind == InstitutionKind.FUND_MANAGER:
        return Q(mode=Mode.TRUST)
    return NONE


def loans_visible_to(actor: Member) -> LoanQuerySet:
    """
    Return the loans the actor may see.

    As for applications; a county sees a loan whose interest it subsidises and, before the first drawdown, one of its own entry; a
    guarantee company the loans it guarantees.

    Source: FP 1.4.1, FP 1.5.2(1), FP 1.6.3; architecture, who may.
    """
    rows = Loan.objects.all()
    if actor.enterprise_id is not None:
        return rows.filter(enterprise=actor.enterprise_id)
    if sees_all(actor):
        return rows
    return rows.filter(_loan_condition(actor))


def _loan_condition(actor: Member, prefix: str = "") -> Q:
    institution: Institution | None = actor.institution
    if institution is None:
        return NONE
    if institution.kind == InstitutionKind.BANK:
        return Q(**{f"{prefix}bank": institution.pk})
    if institution.kind in COUNTY_KINDS:
        own = Q(**{f"{prefix}district": institution.district_id})
        not_yet_fixed = Q(**{f"{prefix}district__isnull": True, f"{prefix}application__entry__district": institution.district_id})
        return own | not_yet_fixed
    if institution.kind == InstitutionKind.FUND_MANAGER:
        return Q(**{f"{prefix}mode": Mode.TRUST})
    if institution.kind == InstitutionKind.GUARANTOR:
        return Q(**{f"{prefix}guarantee__guarantor": institution.pk})
    return NONE


def _of_visible_loans(actor: Member) -> Q:
    """Return the condition on rows that hang on a loan."""
    if actor.enterprise_id is not None:
        return Q(loan__enterprise=actor.enterprise_id)
    return Q() if sees_all(actor) else _loan_condition(actor, "loan__")


def movements_visible_to(actor: Member) -> QuerySet[Movement]:
    """Return the movements of the loans the actor may see."""
    return Movement.objects.filter(_of_visible_loans(actor))


def proposals_visible_to(actor: Member) -> QuerySet[Proposal]:
    """Return the movements waiting for a check, or checked, that the lender's own house proposed; city bureaus see all."""
    if sees_all(actor):
        return Proposal.objects.all()
    if actor.institution_id is None:
        return Proposal.objects.none()
    return Proposal.objects.filter(made_by__institution=actor.institution_id)


def use_checks_visible_to(actor: Member) -> QuerySet[UseOfFundsCheck]:
    """Return the checks of the use of funds of the loans the actor may see. Source: FP 1.6.3."""
    return UseOfFundsCheck.objects.filter(_of_visible_loans(actor))


def intents_visible_to(actor: Member) -> QuerySet[Intent]:
    """Return the recorded intents the actor may see: its own, of its district's entries, of its enterprise, or all. Source: FP 2.2.1."""
    rows = Intent.objects.all()
    if actor.enterprise_id is not None:
        return rows.filter(entry__enterprise=actor.enterprise_id)
    if sees_all(actor):
        return rows
    institution = actor.institution
    if institution is not None and institution.kind == InstitutionKind.BANK:
        return rows.filter(bank=institution)
    if institution is not None and institution.kind in COUNTY_KINDS:
        return rows.filter(entry__district=institution.district_id)
    return rows.none()


def quotas_visible_to(actor: Member) -> QuerySet[BankQuota]:
    """Return the quotas the actor may see: a bank its own, the fund manager those of the trust mode, the city all. Source: FP 1.3; D40."""
    rows = BankQuota.objects.all()
    if sees_all(actor):
        return rows
    institution = actor.institution
    if institution is not None and institution.kind == InstitutionKind.BANK:
        return rows.filter(bank=institution)
    if institution is not None and institution.kind == InstitutionKind.FUND_MANAGER:
        return rows.filter(mode=Mode.TRUST)
    return rows.none()


def loan_of(actor: Member, public_id: UUID) -> Loan:
    """
    Return one loan with what its page shows.

    Raises:
        NotVisible: no such loan for this actor.
    """
    related = ("application__entry__district", "enterprise", "project", "bank", "district", "policy_version", "return_rate")
    found = loans_visible_to(actor).select_related(*related).filter(public_id=public_id).first()
    if found is None:
        raise NotVisible
    return found


def application_of(actor: Member, public_id: UUID) -> Application:
    """
    Return one application with what its page shows.

    Raises:
        NotVisible: no such application for this actor.
    """
    related = ("entry__district", "enterprise", "project", "bank", "deadline", "policy_version", "loan")
    found = applications_visible_to(actor).select_related(*related).prefetch_related("supplements").filter(public_id=public_id).first()
    if found is None:
        raise NotVisible
    return found


def scope_of(case: Application | Loan) -> Scope:
    """Return whom an event about the case concerns, for the log."""
    if isinstance(case, Loan):
        district = case.district_id if case.district_id is not None else case.application.entry.district_id
        return Scope(bank_id=case.bank_id, district_id=district, enterprise_id=case.enterprise_id)
    return Scope(bank_id=case.bank_id, district_id=case.entry.district_id, enterprise_id=case.enterprise_id)
