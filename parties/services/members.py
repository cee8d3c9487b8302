"""Logins, memberships and roles: proposed here, and what takes effect once two persons agreed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from audit.services import record, snapshot
from common import texts
from common.dates import BEGINS, ENDS, require_day
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from common.fields import written_alike
from parties.access import SamePerson
from parties.enums import ADMINISTRATORS, HOUSE_ROLES, MemberKind, Role
from parties.models import Enterprise, Institution, Member, RightsChange, User
from parties.rights import RightsKind, register_kind, require_confirmed
from parties.selectors import members_visible_to
from parties.services.handovers import check_password_strength
from parties.services.new_logins import require_new_login
from parties.services.rights import propose_change, scope_of_house

_APPOINTED = ("kind", "name", "roles", "user_id", "from_on", "until_on")


class ServesElsewhere(DomainError):
    """A person serves one party at a time; which one is not told to who asks for the person."""

    code = "serves_elsewhere"
    sentence = "账号“{user}”在此期间另有任职。一人同一时期只为一个单位办理业务，请本人与原单位办理终止后再提出。"


class MembershipOver(DomainError):
    """The membership ended before, or would end before it began."""

    code = "membership_over"
    sentence = "“{member}”的任职已于{until_on}终止，或终止日早于起始日（{from_on}）。"


class RolesDoNotMix(DomainError):
    """The three administrators are exclusive of each other and of business, and only at the operator."""

    code = "roles_do_not_mix"
    sentence = "系统管理员、安全管理员、审计管理员只设在系统运行单位，一人只任其一，不得互相兼任或转任，也不得兼任业务岗位。"


def login_subject(username: str) -> str:
    """Return how a change of rights names a login: one name for all ways of typing it."""
    return f"login:{texts.code(username).lower()}"


def member_subject(member: Member) -> str:
    """Return how a change of rights names a membership."""
    return f"member:{member.public_id}"


@transaction.atomic
def propose_login(
    *,
    house: Institution | Enterprise,
    username: str,
    display_name: str,
    phone: str,
    roles: Iterable[Role],
    from_on: date,
    actor: Member,
    at: datetime,
    email: str = "",
    until_on: date | None = None,
    reason: str = "",
) -> RightsChange:
    """
    Propose to open a login for a person and to appoint the person; the person sets the password.

    Raises:
        InvalidInput, RolesDoNotMix, UsernameTaken, PhoneTaken; and as ``propose_change``.

    Source: issue, parties; D9.
    """
    wanted = _checked_roles(roles, house=house)
    username = texts.code(username)
    if not (username.strip() and display_name.strip() and phone.strip()):
        raise InvalidInput(errors=[FieldProblem("phone", "required", "请填写登录名、姓名和手机号码。")])
    phone = require_new_login(username, phone)
    _require_term(from_on, until_on, at=at)
    after: dict[str, Any] = {"username": username, "display_name": display_name, "phone": phone, "email": email}
    after |= {"roles": wanted, "from_on": from_on, "until_on": until_on}
    return propose_change(
        kind="login.open", house=house, subject=login_subject(username), label=f"{display_name}（{username}）", after=after, actor=actor,
        at=at, reason=reason,
    )  # fmt: skip


@transaction.atomic
def propose_appointment(
    *,
    house: Institution | Enterprise,
    username: str,
    roles: Iterable[Role],
    from_on: date,
    actor: Member,
    at: datetime,
    until_on: date | None = None,
    reason: str = "",
) -> RightsChange:
    """
    Propose to appoint a person who has a login.

    Raises:
        InvalidInput: no such login, or a day is out of bounds. RolesDoNotMix, ServesElsewhere; and as ``propose_change``.

    Source: issue, parties; D9.
    """
    wanted = _checked_roles(roles, house=house)
    _require_term(from_on, until_on, at=at)
    user = User.objects.named(username).filter(is_superuser=False).first()
    if user is None:
        raise InvalidInput(errors=[FieldProblem("username", "unknown", "没有此登录名，请核对，或先提出开设账号。")])
    _require_free(user, from_on=from_on, until_on=until_on)
    username = user.username
    after = {"username": username, "roles": wanted, "from_on": from_on, "until_on": until_on}
    return propose_change(
        kind="member.appoint", house=house, subject=login_subject(username), label=f"{user}（{username}）", after=after, actor=actor, at=at,
        reason=reason,
    )  # fmt: skip


@transaction.atomic
def propose_roles(*, member_id: UUID, roles: Iterable[Role], actor: Member, at: datetime, seen: str, reason: str = "") -> RightsChange:
    """
    Propose these roles and no others for a member.

    Raises:
        NotVisible: no such person for the actor. SamePerson: nobody proposes for themselves.
        InvalidInput: no role is left. RolesDoNotMix; and as ``propose_change``.
    """
    member = _person(member_id, actor=actor)
    wanted = _checked_roles(roles, house=member.party)
    if member.is_administrator or not set(ADMINISTRATORS).isdisjoint(wanted):
        raise RolesDoNotMix(field="roles")
    return _propose_for(member, "member.roles", {"roles": wanted}, actor=actor, at=at, seen=seen, reason=reason)


@transaction.atomic
def propose_end(*, member_id: UUID, until_on: date, actor: Member, at: datetime, seen: str, reason: str = "") -> RightsChange:
    """
    Propose to end a membership; from ``until_on`` the member no longer acts. What was done under it keeps its name.

    Raises:
        NotVisible, SamePerson: as for ``propose_roles``; and as ``propose_change``.
        MembershipOver: it ended by then already, or had not begun.
    """
    member = _person(member_id, actor=actor)
    require_day(until_on, ENDS, field="until_on", today=localdate(at))
    _require_running(member, until_on)
    return _propose_for(member, "member.end", {"until_on": until_on}, actor=actor, at=at, seen=seen, reason=reason)


@transaction.atomic
def propose_reset(*, member_id: UUID, actor: Member, at: datetime, seen: str, reason: str = "") -> RightsChange:
    """
    Propose that a person sets a new password; the old one ends with the confirmation.

    Raises:
        NotVisible, SamePerson: as for ``propose_roles``; and as ``propose_change``.
    """
    member = _person(member_id, actor=actor)
    return _propose_for(member, "password.reset", {"password": "reset"}, actor=actor, at=at, seen=seen, reason=reason)


def appoint(change: RightsChange, *, user: User | None, name: str, kind: MemberKind = MemberKind.PERSON) -> Member:
    """
    Let a person or a program act for the change's house as a confirmed change says.

    Raises:
        NotConfirmed. ServesElsewhere: the login serves a party in that period already.
    """
    actor, at = require_confirmed(change)
    after = change.after
    from_on, until_on = date.fromisoformat(after["from_on"]), _day(after.get("until_on"))
    if user is not None:
        _require_free(user, from_on=from_on, until_on=until_on)
    member = Member.objects.create(
        kind=kind, user=user, institution=change.institution, enterprise=change.enterprise, name=name, roles=after["roles"],
        from_on=from_on, until_on=until_on,
    )  # fmt: skip
    scope = scope_of_house(change.house)
    record(verb="member.appointed", obj=member, actor=actor, occurred_at=at, after=snapshot(member, _APPOINTED), scope=scope)
    return member


def open_login(change: RightsChange) -> User:
    """
    Open the login of a confirmed change, without a password: the person sets it.

    Raises:
        NotConfirmed, UsernameTaken, PhoneTaken.
    """
    actor, at = require_confirmed(change)
    after = change.after
    phone = require_new_login(after["username"], after["phone"])
    user = User(username=after["username"], display_name=after["display_name"], email=after["email"], phone=phone)
    user.set_unusable_password()
    user.save(force_insert=True)
    told = snapshot(user, ["username", "display_name", "email"])
    record(verb="login.opened", obj=user, actor=actor, occurred_at=at, after=told, scope=scope_of_house(change.house))
    return user


def set_password(change: RightsChange, password: str, at: datetime) -> list[tuple[str, str]]:
    """
    Let the person concerned set the password; nobody else knows it.

    Raises:
        InvalidInput: it is too weak.
    """
    member = change.member
    if member is None or member.user is None:
        raise NotVisible
    user = member.user
    check_password_strength(password, user=user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(verb="login.password_set", obj=user, actor=member, occurred_at=at, scope=scope_of_house(change.house))
    return [("登录名", user.username)]


def is_oneself(actor: Member, member: Member) -> bool:
    """Return whether a membership is the actor's own, under which login's rights nobody proposes for themselves."""
    return member.pk == actor.pk or (member.user_id is not None and member.user_id == actor.user_id)


def _propose_for(
    member: Member, kind: str, after: Mapping[str, Any], *, actor: Member, at: datetime, seen: str, reason: str
) -> RightsChange:
    if is_oneself(actor, member):
        raise SamePerson
    return propose_change(
        kind=kind, house=member.party, subject=member_subject(member), label=f"{member.name}（{member.party_name}）", member=member,
        after=after, actor=actor, at=at, seen=seen, reason=reason,
    )  # fmt: skip


def _person(member_id: UUID, *, actor: Member) -> Member:
    member = members_visible_to(actor).filter(kind=MemberKind.PERSON, public_id=member_id).first()
    if member is None:
        raise NotVisible
    return member


def _checked_roles(roles: Iterable[Role], *, house: Institution | Enterprise) -> list[str]:
    """Return the roles in order, if they may be held together in that house."""
    wanted = sorted({Role(role).value for role in roles})
    if not wanted:
        raise InvalidInput(errors=[FieldProblem("roles", "required", "请至少选择一个岗位。")])
    at_operator = isinstance(house, Institution) and house.is_operator
    allowed = len(wanted) == 1 and wanted[0] in ADMINISTRATORS if at_operator else set(wanted) <= set(HOUSE_ROLES)
    if not allowed:
        raise RolesDoNotMix(field="roles")
    return wanted


def _require_free(user: User, *, from_on: date, until_on: date | None) -> None:
    """Let pass only a login that serves nobody in the period; the row lock makes two appointments at once wait for each other."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    serving = Member.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on), user=user)
    if until_on is not None:
        serving = serving.filter(from_on__lt=until_on)
    if serving.exists():
        raise ServesElsewhere(field="user", user=user.username)


def _require_term(from_on: date, until_on: date | None, *, at: datetime) -> None:
    """Let pass a term within the bounds of such days."""
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    require_day(until_on, ENDS, field="until_on", today=localdate(at))


def _require_running(member: Member, until_on: date) -> None:
    if until_on < member.from_on or (member.until_on is not None and member.until_on <= until_on):
        raise MembershipOver(member=member.name, until_on=member.until_on or until_on, from_on=member.from_on)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _memberships(change: RightsChange) -> dict[str, Any]:
    """Return whether the login exists and what it is appointed to."""
    username = change.subject.removeprefix("login:")
    user = User.objects.select_for_update(of=("self",), no_key=True).filter(written_alike("username", username)).first()
    if user is None:
        return {}
    rows = user.memberships.order_by("pk").values("public_id", "roles", "from_on", "until_on")
    return {"memberships": list(rows)} if rows else {}


def _locked_member(change: RightsChange) -> Member:
    if change.member_id is None:
        raise NotVisible
    return Member.objects.select_for_update(of=("self",)).select_related("user", "institution", "enterprise").get(pk=change.member_id)


def open_and_appoint(change: RightsChange) -> Member:
    """
    Open a login and appoint its person as a confirmed change says.

    Raises:
        NotConfirmed, UsernameTaken, PhoneTaken.
    """
    return appoint(change, user=open_login(change), name=change.after["display_name"])


def _appoint(change: RightsChange) -> Member:
    user = User.objects.get(username=change.after["username"])
    return appoint(change, user=user, name=str(user))


def _change_roles(change: RightsChange) -> Member:
    actor, at = require_confirmed(change)
    member = _locked_member(change)
    before = snapshot(member, ["roles"])
    member.roles = change.after["roles"]
    member.save(update_fields=["roles"])
    after, scope = {"roles": member.roles}, scope_of_house(member.party)
    record(verb="member.roles_changed", obj=member, actor=actor, occurred_at=at, before=before, after=after, scope=scope)
    return member


def _end(change: RightsChange) -> Member:
    actor, at = require_confirmed(change)
    member = _locked_member(change)
    until_on = date.fromisoformat(change.after["until_on"])
    _require_running(member, until_on)
    before = snapshot(member, ["until_on"])
    member.until_on = until_on
    member.save(update_fields=["until_on"])
    after, scope = {"until_on": until_on}, scope_of_house(member.party)
    record(verb="member.ended", obj=member, actor=actor, occurred_at=at, before=before, after=after, remark=change.reason, scope=scope)
    return member


def _reset(change: RightsChange) -> Member:
    actor, at = require_confirmed(change)
    member = _locked_member(change)
    if member.user is None:
        raise NotVisible
    member.user.set_unusable_password()
    member.user.save(update_fields=["password"])
    record(verb="login.password_reset", obj=member.user, actor=actor, occurred_at=at, scope=scope_of_house(member.party))
    return member


def _roles_of(change: RightsChange) -> dict[str, Any]:
    return {"roles": sorted(_locked_member(change).roles)}


def _end_of(change: RightsChange) -> dict[str, Any]:
    return {"until_on": _locked_member(change).until_on}


register_kind(
    RightsKind(
        name="login.open",
        label="开设账号并登记任职",
        found=_memberships,
        apply=open_and_appoint,
        asks_password=True,
        hand_over=set_password,
    ),
    RightsKind(name="member.appoint", label="登记任职", found=_memberships, apply=_appoint),
    RightsKind(name="member.roles", label="变更岗位", found=_roles_of, apply=_change_roles),
    RightsKind(name="member.end", label="终止任职", found=_end_of, apply=_end, gives=False),
    RightsKind(name="password.reset", label="重置密码", found=_end_of, apply=_reset, asks_password=True, hand_over=set_password),
)
