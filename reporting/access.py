"""Who takes which step of a year's response rates, an objection and an assessment. Source: FP 1.6.5, FP 2.2.1; D43, D45."""

from common.transitions import Transition
from parties.access import WORKING_ROLES, RoleMissing, require, require_institution
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Institution, Member


def require_step(actor: Member, row: Transition, *, bank: Institution | None = None) -> None:
    """
    Let pass only a person of a party whose step it is: a checker where the step needs one; of a bank, the bank of the case.

    Raises:
        RoleMissing: (a ``NotAllowed``) with whose step it is.

    Source: FP 1.6.5; D43.
    """
    roles = (Role.CHECKER,) if row.needs_checker else WORKING_ROLES
    if actor.kind != MemberKind.PERSON:
        raise RoleMissing(needed="、".join(InstitutionKind(who).label for who in row.who) + "的人员")
    if bank is not None:
        require_institution(actor, bank, roles=roles)
    else:
        require(actor, *(InstitutionKind(who) for who in row.who), roles=roles)
