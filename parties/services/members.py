"""Logins, memberships and roles."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from audit.services import Scope, record, snapshot
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from parties.access import RoleMissing, SamePerson
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Enterprise, Institution, Member, User
from parties.selectors import members_visible_to

_APPOINTED = ("kind", "name", "roles", "user_id", "from_on", "until_on")


class ServesElsewhere(DomainError):
    """A person serves one party at a time."""

    code = "serves_elsewhere"
    sentence = "账号“{user}”在此期间已为“{party}”办理业务，请先终止原有任职。"


class UsernameTaken(DomainError):
    """The login name is in use."""

    code = "username_taken"
    sentence = "登录名“{username}”已被使用，请换一个。"


class MembershipOver(DomainError):
    """The membership ended before, or would end before it began."""

    code = "membership_over"
    sentence = "“{member}”的任职已于{until_on}终止，或终止日早于起始日（{from_on}）。"


@transaction.atomic
def open_login(
    *, username: str, display_name: str, actor: Member, at: datetime, email: str = "", phone: str = "", password: str | None = None
) -> User:
    """
    Open a login; without a password it cannot log in until one is set.

    Raises:
        RoleMissing: the actor manages no members.
        InvalidInput: the password is too weak.
        UsernameTaken.
    """
    _require_manager(actor, party=actor.institution or actor.enterprise)
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(field="username", username=username)
    user = User(username=username, display_name=display_name, email=email, phone=phone)
    if password is not None:
        _check_password(password, user=user)
    user.set_password(password)
    user.save(force_insert=True)
    record(verb="login.opened", obj=user, actor=actor, occurred_at=at, after=snapshot(user, ["username", "display_name", "email"]))
    return user


@transaction.atomic
def appoint_member(
    *,
    party: Institution | Enterprise,
    name: str,
    roles: Iterable[Role],
    from_on: date,
    actor: Member,
    at: datetime,
    user: User | None = None,
    kind: MemberKind = MemberKind.PERSON,
    until_on: date | None = None,
) -> Member:
    """
    Let a person or a program act for a party from a day on, with roles.

    Raises:
        RoleMissing: members are managed by the party's own administrators, those of 市工信局, or the system.
        InvalidInput: no role, a person without a login, or a kind that is not appointed.
        ServesElsewhere: the login serves a party in that period already.

    Source: issue, parties; D9.
    """
    _require_manager(actor, party=party)
    wanted = sorted({Role(role).value for role in roles})
    if not wanted or kind == MemberKind.JOB or (kind == MemberKind.PERSON and user is None):
        raise InvalidInput(errors=[FieldProblem("roles", "incomplete", "请至少选择一个岗位；人员须对应登录账号。")])
    if user is not None:
        _require_free(user, from_on=from_on, until_on=until_on)
    institution, enterprise = (party, None) if isinstance(party, Institution) else (None, party)
    member = Member.objects.create(
        kind=kind, user=user, institution=institution, enterprise=enterprise, name=name, roles=wanted, from_on=from_on, until_on=until_on
    )
    record(verb="member.appointed", obj=member, actor=actor, occurred_at=at, after=snapshot(member, _APPOINTED), scope=_scope_of(member))
    return member


@transaction.atomic
def end_membership(*, member_id: UUID, until_on: date, actor: Member, at: datetime, remark: str = "") -> Member:
    """
    End a membership; from ``until_on`` the member no longer acts. What was done under it keeps its name.

    Raises:
        NotVisible: no such person or program for the actor. RoleMissing: as for ``appoint_member``.
        MembershipOver: it ended by then already, or had not begun.
    """
    member = _locked(member_id, actor=actor)
    _require_manager(actor, party=member.party)
    if until_on < member.from_on or (member.until_on is not None and member.until_on <= until_on):
        raise MembershipOver(member=member.name, until_on=member.until_on or until_on, from_on=member.from_on)
    before = snapshot(member, ["until_on"])
    member.until_on = until_on
    member.save(update_fields=["until_on"])
    after = snapshot(member, ["until_on"])
    record(verb="member.ended", obj=member, actor=actor, occurred_at=at, before=before, after=after, remark=remark, scope=_scope_of(member))
    return member


@transaction.atomic
def change_roles(*, member_id: UUID, roles: Iterable[Role], actor: Member, at: datetime) -> Member:
    """
    Give a member these roles and no others.

    Raises:
        NotVisible, RoleMissing: as for ``end_membership``.
        SamePerson: nobody changes their own roles.
        InvalidInput: no role is left.
    """
    member = _locked(member_id, actor=actor)
    _require_manager(actor, party=member.party)
    if member.pk == actor.pk or (member.user_id is not None and member.user_id == actor.user_id):
        raise SamePerson
    wanted = sorted({Role(role).value for role in roles})
    if not wanted:
        raise InvalidInput(errors=[FieldProblem("roles", "required", "请至少选择一个岗位。")])
    before = snapshot(member, ["roles"])
    if before["roles"] == wanted:
        return member
    member.roles = wanted
    member.save(update_fields=["roles"])
    record(
        verb="member.roles_changed",
        obj=member,
        actor=actor,
        occurred_at=at,
        before=before,
        after={"roles": wanted},
        scope=_scope_of(member),
    )
    return member


def _require_manager(actor: Member, *, party: Institution | Enterprise | None) -> None:
    """Let pass the system, an administrator of 市工信局, and an administrator of the party itself."""
    if actor.kind == MemberKind.JOB:
        return
    own = party is not None and actor.party == party
    city = actor.institution is not None and actor.institution.kind == InstitutionKind.CITY_INDUSTRY
    if Role.ADMIN not in actor.roles or not (own or city):
        raise RoleMissing(needed="本单位或市工信局的管理人员")


def _require_free(user: User, *, from_on: date, until_on: date | None) -> None:
    """Let pass only a login that serves nobody in the period; the row lock makes two appointments at once wait for each other."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    serving = Member.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on), user=user)
    if until_on is not None:
        serving = serving.filter(from_on__lt=until_on)
    other = serving.select_related("institution", "enterprise").first()
    if other is not None:
        raise ServesElsewhere(field="user", user=user.username, party=other.party_name)


def _locked(member_id: UUID, *, actor: Member) -> Member:
    visible = members_visible_to(actor).exclude(kind=MemberKind.JOB)
    member = visible.select_for_update(of=("self",)).filter(public_id=member_id).first()
    if member is None:
        raise NotVisible
    return member


def _scope_of(member: Member) -> Scope:
    institution = member.institution
    is_bank = institution is not None and institution.kind == InstitutionKind.BANK
    return Scope(
        bank_id=member.institution_id if is_bank else None,
        district_id=institution.district_id if institution is not None else None,
        enterprise_id=member.enterprise_id,
    )


def _check_password(password: str, *, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise InvalidInput(errors=[FieldProblem("password", "weak", text) for text in problem.messages]) from problem
