"""Who may take which step of a case: the guard table held against the acting member."""

from common.enums import Mode
from common.transitions import Transition, transitions_from
from loans.application_transitions import APPLICATION_STEP, APPLICATION_STEPS, Party
from loans.models import Application, Loan
from parties.access import WORKING_ROLES, RoleMissing
from parties.enums import InstitutionKind, MemberKind
from parties.models import Member


def is_lender(actor: Member, *, mode: str, bank_id: int) -> bool:
    """Return whether the actor serves whoever signs and draws: the bank, or in trust mode the fund manager. Source: FP 1.6.3; D35."""
    if actor.institution is None or actor.kind == MemberKind.JOB:
        return False
    if mode == Mode.TRUST:
        return actor.institution.kind == InstitutionKind.FUND_MANAGER
    return actor.institution_id == bank_id


def lender_name(case: Application | Loan) -> str:
    """Return who signs and draws, for a sentence."""
    return InstitutionKind.FUND_MANAGER.label if case.mode == Mode.TRUST else case.bank.name


def parties_of(actor: Member, application: Application) -> frozenset[Party]:
    """Return as whom the actor takes part in a case."""
    found = set()
    if actor.kind == MemberKind.JOB:
        return frozenset({Party.JOB})
    if actor.enterprise_id is not None and actor.enterprise_id == application.enterprise_id:
        found.add(Party.ENTERPRISE)
    if actor.institution_id is not None and actor.institution_id == application.bank_id:
        found.add(Party.BANK)
    if is_lender(actor, mode=application.mode, bank_id=application.bank_id):
        found.add(Party.LENDER)
    institution = actor.institution
    own_county = (InstitutionKind.COUNTY_INDUSTRY, application.entry.district_id)
    if institution is not None and (institution.kind, institution.district_id) == own_county:
        found.add(Party.COUNTY)
    return frozenset(found)


def require_may(actor: Member, application: Application, step: str) -> Party:
    """
    Return as whom the actor may take the step.

    Raises:
        RoleMissing: (a ``NotAllowed``) with whose step it is.

    Source: FP 1.6.2(1), FP 1.6.2(2), FP 1.6.3; D35.
    """
    allowed = [Party(who) for who in APPLICATION_STEP[step].who]
    taking_part = parties_of(actor, application)
    as_whom = next((who for who in allowed if who in taking_part), None)
    works = actor.kind == MemberKind.JOB or bool(set(WORKING_ROLES).intersection(actor.roles))
    if as_whom is None or not works:
        raise RoleMissing(needed="、".join(who.label for who in allowed) + "的经办或复核人员")
    return as_whom


def available_transitions(application: Application, actor: Member) -> list[Transition]:
    """Return the steps that are open in the application's state and to this member, for menus."""
    taking_part = parties_of(actor, application)
    if actor.kind != MemberKind.JOB and not set(WORKING_ROLES).intersection(actor.roles):
        return []
    return [row for row in transitions_from(APPLICATION_STEPS, application.state) if taking_part.intersection(row.who)]


def require_lender(actor: Member, loans: list[Loan]) -> None:
    """
    Let pass only a working member of whoever signs and draws each of the loans.

    Raises:
        RoleMissing: with whose task it is.

    Source: FP 1.6.3; D35.
    """
    works = bool(set(WORKING_ROLES).intersection(actor.roles))
    for loan in loans:
        if not works or not is_lender(actor, mode=loan.mode, bank_id=loan.bank_id):
            raise RoleMissing(needed=f"{lender_name(loan)}的经办或复核人员")
