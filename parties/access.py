"""Who may: party and role of the actor, four eyes, and who sees everything."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from common.errors import DomainError, NotAllowed
from common.mobiles import kept
from parties.enums import InstitutionKind, MemberKind, RightsState, Role
from parties.models import Enterprise, Institution, Member, RightsChange
from parties.rights import KINDS

WORKING_ROLES = (Role.HANDLER, Role.CHECKER)
SEES_ALL = frozenset(
    {
        InstitutionKind.CITY_INDUSTRY,
        InstitutionKind.CITY_SCIENCE,
        InstitutionKind.CITY_TREASURY,
        InstitutionKind.CITY_FINANCE_OFFICE,
        InstitutionKind.REGULATOR,
        InstitutionKind.CENTRAL_BANK,
        InstitutionKind.FUND_OFFICE,
    }
)


class RoleMissing(NotAllowed):
    """The actor's institution or role does not open this operation; the sentence says whose does."""

    sentence = "此项操作须由{needed}办理，您所在单位或岗位无权办理。"


class SamePerson(DomainError):
    """Whoever made the record may not check it."""

    code = "same_person"
    sentence = "经办和复核不得为同一人，请由本单位其他复核人员办理。"
    status = 403


class JobIsNoChecker(DomainError):
    """A scheduled job never checks what a person has to."""

    code = "job_is_no_checker"
    sentence = "定时任务不能作为复核人，请由复核人员办理。"
    status = 403


class AppointerChecks(DomainError):
    """Whoever gave a person rights lately could have made a straw man."""

    code = "appointer_checks"
    sentence = "您在近{days}天内提出或确认过经办人的账号、任职或岗位，不能复核其经办的业务，请由本单位其他复核人员办理。"
    status = 403


class OpenerChecks(DomainError):
    """Whoever let a program in could have kept its secret."""

    code = "opener_checks"
    sentence = "您提出或确认过该接口程序的开通、密钥或权限，不能复核其登记的业务，请由本单位其他复核人员办理。"
    status = 403


class ProgramChecksOwnHouse(DomainError):
    """A program's check is another institution's, never that of the institution it serves."""

    code = "program_checks_own_house"
    sentence = "接口程序不能复核本单位经办的业务，请由本单位复核人员办理。"
    status = 403


REFUSES_CHECKER = (JobIsNoChecker, SamePerson, AppointerChecks, OpenerChecks, ProgramChecksOwnHouse)


def require(actor: Member, *kinds: InstitutionKind, roles: Iterable[Role] = WORKING_ROLES, allow_job: bool = False) -> None:
    """
    Let pass only a member of an institution of these kinds with one of the roles; a job only where it is allowed.

    Raises:
        RoleMissing: (a ``NotAllowed``) with whose task it is.

    Source: architecture, who may.
    """
    wanted = tuple(roles)
    if actor.kind == MemberKind.JOB:
        if allow_job:
            return
    elif actor.institution is not None and actor.institution.kind in kinds and _has_role(actor, wanted):
        return
    raise RoleMissing(needed=_needed("、".join(InstitutionKind(kind).label for kind in kinds), wanted))


def require_enterprise(actor: Member, enterprise: Enterprise, *, roles: Iterable[Role] = WORKING_ROLES) -> None:
    """
    Let pass only a member of that enterprise with one of the roles.

    Raises:
        RoleMissing: with whose task it is.
    """
    wanted = tuple(roles)
    if actor.enterprise_id != enterprise.pk or not _has_role(actor, wanted):
        raise RoleMissing(needed=_needed(f"企业“{enterprise.name}”", wanted))


def require_institution(actor: Member, institution: Institution, *, roles: Iterable[Role] = WORKING_ROLES) -> None:
    """
    Let pass only a member of exactly that institution with one of the roles.

    Raises:
        RoleMissing: with whose task it is.
    """
    wanted = tuple(roles)
    if actor.kind == MemberKind.JOB or actor.institution_id != institution.pk or not _has_role(actor, wanted):
        raise RoleMissing(needed=_needed(institution.name, wanted))


def checker_differs(*, maker: Member, checker: Member, at: datetime, passed: set[int] | None = None) -> None:
    """
    Let pass only a check by somebody else: another person of the house, or a program of another house; never a job.

    Two memberships of one login are one person, and so are two logins with one mobile number. Who gave the maker rights lately does not
    check what the maker made, nor ever the records of a program that they let in.
    Who checks a list hands over one set for it, in ``passed``: the makers by whom the checker was let pass already.

    Raises:
        JobIsNoChecker, SamePerson, ProgramChecksOwnHouse, AppointerChecks, OpenerChecks.

    Source: architecture, who may.
    """
    if passed is not None and maker.pk in passed:
        return
    if checker.kind == MemberKind.JOB:
        raise JobIsNoChecker
    if is_same_person(maker, checker):
        raise SamePerson
    if checker.kind == MemberKind.PROGRAM and _party_key(checker) == _party_key(maker):
        raise ProgramChecksOwnHouse
    _require_no_giver(maker=maker, checker=checker, at=at)
    if passed is not None:
        passed.add(maker.pk)


def may_check(*, maker: Member, checker: Member, at: datetime) -> bool:
    """Return whether ``checker_differs`` lets somebody pass."""
    try:
        checker_differs(maker=maker, checker=checker, at=at)
    except REFUSES_CHECKER:
        return False
    return True


def _require_no_giver(*, maker: Member, checker: Member, at: datetime) -> None:
    """Refuse a checker who proposed or confirmed the maker's rights: of a person for some days, of a program for good."""
    if checker.user_id is None or maker.kind == MemberKind.JOB:
        return
    taking = [kind.name for kind in KINDS.values() if not kind.gives]
    given = RightsChange.objects.filter(Q(made_by_user=checker.user_id) | Q(decided_by_user=checker.user_id), state=RightsState.CONFIRMED)
    if maker.kind == MemberKind.PROGRAM:
        if given.filter(member=maker.pk).exists():
            raise OpenerChecks
        return
    days = settings.APPOINTER_CHECKS_AFTER_DAYS
    if given.filter(member__user=maker.user_id, decided_at__gt=at - timedelta(days=days)).exclude(kind__in=taking).exists():
        raise AppointerChecks(days=days)


def is_same_person(one: Member, other: Member) -> bool:
    """Return whether two members are one human being: one login, or two logins with one mobile number."""
    if one.pk == other.pk:
        return True
    if one.user_id is None or other.user_id is None:
        return False
    if one.user_id == other.user_id:
        return True
    first, second = one.user, other.user
    return first is not None and second is not None and bool(first.phone) and kept(first.phone) == kept(second.phone)


def sees_all(actor: Member) -> bool:
    """Return whether the actor reads every case: city bureaus, regulator, central bank, the fund's jobs; never the three administrators."""
    return actor.institution is not None and actor.institution.kind in SEES_ALL and not actor.is_administrator


def _has_role(actor: Member, roles: tuple[Role, ...]) -> bool:
    return any(role in actor.roles for role in roles)


def _party_key(member: Member) -> tuple[int | None, int | None]:
    return member.institution_id, member.enterprise_id


def _needed(party: str, roles: tuple[Role, ...]) -> str:
    return f"{party}的{'或'.join(Role(role).label for role in roles)}人员"
