"""Who takes part in a claim, and who may take which step of it."""

from common.enums import Mode
from common.transitions import Transition, transitions_from
from parties.access import WORKING_ROLES, RoleMissing, require_institution
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Institution, Member
from parties.selectors import institution_of_kind
from risk.claims.transitions import CLAIM_STEP, CLAIM_STEPS, ClaimParty
from risk.enums import ClaimKind
from risk.models import BadDebt, Claim


def reviewer_of(bad_debt: BadDebt) -> Institution:
    """
    Return who examines an R&D claim: the guarantee company in special mode, 市工信局 in trust mode.

    Source: FP 1.5.2(1), FP 1.5.2(2); D37.
    """
    if bad_debt.loan.mode == Mode.SPECIAL:
        return bad_debt.loan.guarantee.guarantor
    return institution_of_kind(InstitutionKind.CITY_INDUSTRY)


def paying_institution(claim: Claim) -> Institution:
    """
    Return whose people let the compensation go: the guarantee company, or 市财政局 for the treasuries and the fee pool.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2).
    """
    if claim.kind == ClaimKind.RD and claim.loan.mode == Mode.SPECIAL:
        return claim.loan.guarantee.guarantor
    return institution_of_kind(InstitutionKind.CITY_TREASURY)


def parties_of(actor: Member, claim: Claim) -> frozenset[ClaimParty]:
    """Return as whom the actor takes part in a claim."""
    if actor.kind == MemberKind.JOB or actor.institution_id is None:
        return frozenset()
    found = set()
    if actor.institution_id == claim.bank_id:
        found.add(ClaimParty.BANK)
    if actor.institution_id == claim.reviewer_id:
        found.add(ClaimParty.REVIEWER)
    if actor.institution_id == paying_institution(claim).pk:
        found.add(ClaimParty.PAYER)
    return frozenset(found)


def require_may(actor: Member, claim: Claim, step: str) -> None:
    """
    Let pass only a working member of a party whose step it is; where a second person checks, only a checker.

    Raises:
        RoleMissing: (a ``NotAllowed``) with whose step it is.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D37.
    """
    row = CLAIM_STEP[step]
    roles = (Role.CHECKER,) if row.needs_checker else WORKING_ROLES
    if not parties_of(actor, claim).intersection(row.who) or not set(roles).intersection(actor.roles):
        people = "复核人员" if row.needs_checker else "经办或复核人员"
        raise RoleMissing(needed="、".join(ClaimParty(who).label for who in row.who) + f"的{people}")


def available_transitions(claim: Claim, actor: Member) -> list[Transition]:
    """Return the steps open in the claim's state and to this member's house, for menus; roles are judged when a step is taken."""
    taking_part = parties_of(actor, claim)
    return [row for row in transitions_from(CLAIM_STEPS, claim.state) if row.is_taken and taking_part.intersection(row.who)]


def require_bank(actor: Member, bank: Institution, *, roles: tuple[Role, ...] = WORKING_ROLES) -> None:
    """
    Let pass only a member of exactly that bank with one of the roles.

    Raises:
        RoleMissing: with whose task it is.
    """
    require_institution(actor, bank, roles=roles)
