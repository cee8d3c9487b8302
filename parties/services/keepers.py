"""The operator's three administrators: the first ones, and one in an emergency; both from the server, logged, and by nobody's leave."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common import texts
from common.errors import DomainError, FieldProblem, InvalidInput
from parties.enums import ADMINISTRATORS, RightsState, Role
from parties.models import Institution, Member, RightsChange
from parties.rights import RightsKind, register_kind
from parties.selectors import in_force_on, operator, system_member
from parties.services.handovers import begin_handover, link_token
from parties.services.members import login_subject, open_and_appoint, set_password
from parties.services.new_logins import require_new_login
from parties.services.rights import scope_of_house

EMERGENCY_DAYS = 7
_VERB = {"administrators.first": "administrator.appointed_first", "administrators.emergency": "administrator.appointed_in_emergency"}


class AdministratorsThere(DomainError):
    """The first administrators are appointed once."""

    code = "administrators_there"
    sentence = "系统管理员、安全管理员或审计管理员已经设立，本命令只能执行一次。增补和更换请在系统内由系统管理员提出、安全管理员确认。"


class SecurityAdministratorThere(DomainError):
    """No emergency: somebody can confirm."""

    code = "security_administrator_there"
    sentence = "安全管理员“{name}”在任，不属于紧急情况。确已不能履职的，请用 --in-place-of {username} 指明由谁接替，其任职随即终止。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who gets a login."""

    username: str
    name: str
    phone: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """An administrator with the two halves that let the person set a password: told to nobody else, kept nowhere."""

    member: Member
    token: str
    code: str


@transaction.atomic
def appoint_first_administrators(
    *, system: Person, security: Person, audit: Person, at: datetime, operator_code: str = ""
) -> list[Appointed]:
    """
    Appoint the first system, security and log administrator, once; ``operator_code`` names another institution as the operator before.

    Raises:
        AdministratorsThere. InvalidInput: no such institution, or a name, login or number is missing.
        UsernameTaken, PhoneTaken: also of each other; three persons are three.

    Source: architecture, who may.
    """
    Institution.objects.select_for_update(of=("self",)).filter(is_operator=True).first()
    if Member.objects.filter(roles__overlap=ADMINISTRATORS).exists():
        raise AdministratorsThere
    if operator_code:
        _name_operator(operator_code, at=at)
    wanted = ((Role.SYSTEM, system), (Role.SECURITY, security), (Role.AUDIT, audit))
    return [_appoint("administrators.first", person, role, at=at, days=None, reason="首次设立") for role, person in wanted]


@transaction.atomic
def appoint_in_emergency(*, person: Person, reason: str, at: datetime, in_place_of: str = "") -> Appointed:
    """
    Appoint a security administrator for a week, when nobody is left who could confirm; who is replaced ends at once.

    Raises:
        InvalidInput: no reason. SecurityAdministratorThere. UsernameTaken, PhoneTaken.

    Source: architecture, who may.
    """
    if not reason.strip():
        raise InvalidInput(errors=[FieldProblem("reason", "required", "请写明启用应急安全管理员的理由。")])
    Institution.objects.select_for_update(of=("self",)).get(pk=operator().pk)
    today = localdate(at)
    serving = Member.objects.filter(in_force_on(today), roles__contains=[Role.SECURITY], user__is_active=True).select_related("user")
    for member in serving:
        username = member.user.username if member.user else ""
        if username.lower() != texts.code(in_place_of).lower():
            raise SecurityAdministratorThere(name=member.name, username=username)
        _end_at_once(member, at=at, reason=reason)
    return _appoint("administrators.emergency", person, Role.SECURITY, at=at, days=EMERGENCY_DAYS, reason=reason)


def _appoint(kind: str, person: Person, role: Role, *, at: datetime, days: int | None, reason: str) -> Appointed:
    person = replace(person, username=texts.code(person.username))
    if not (person.username and person.name and person.phone):
        raise InvalidInput(errors=[FieldProblem("phone", "required", "请写明登录名、姓名和手机号码。")])
    phone = require_new_login(person.username, person.phone)
    job, today = system_member(), localdate(at)
    until_on = today + timedelta(days=days) if days is not None else None
    after: dict[str, Any] = {"username": person.username, "display_name": person.name, "phone": phone, "email": person.email}
    after |= {"roles": [role.value], "from_on": today.isoformat(), "until_on": until_on.isoformat() if until_on else None}
    change = RightsChange(
        kind=kind, institution=operator(), subject=login_subject(person.username), subject_label=f"{person.name}（{role.label}）",
        after=after,
        reason=reason.strip()[:300], made_by=job, made_at=at, ends_at=at + timedelta(days=1), state=RightsState.PROPOSED,
    )  # fmt: skip
    change.confirm(by=job, at=at)
    change.save(force_insert=True)
    change.member = open_and_appoint(change)
    change.save(update_fields=["member"])
    record(verb=_VERB[kind], obj=change, actor=job, occurred_at=at, after=after, remark=change.reason, scope=scope_of_house(change.house))
    return Appointed(member=change.member, token=link_token(change), code=begin_handover(change, at=at))


def _end_at_once(member: Member, *, at: datetime, reason: str) -> None:
    """End a membership today, and close its login: the person is said to be out of reach, or not to be trusted."""
    today = localdate(at)
    before = {"until_on": member.until_on}
    member.until_on = max(today, member.from_on)
    member.save(update_fields=["until_on"])
    record(
        verb="member.ended", obj=member, actor=system_member(), occurred_at=at, before=before, after={"until_on": member.until_on},
        remark=reason.strip(), scope=scope_of_house(member.party),
    )  # fmt: skip


def _name_operator(code: str, *, at: datetime) -> None:
    chosen = Institution.objects.filter(code=code, is_active=True).first()
    if chosen is None:
        raise InvalidInput(errors=[FieldProblem("operator", "unknown", f"没有代号为“{code}”的机构。")])
    Institution.objects.filter(is_operator=True).exclude(pk=chosen.pk).update(is_operator=False)
    Institution.objects.filter(pk=chosen.pk).update(is_operator=True)
    record(verb="institution.named_operator", obj=chosen, actor=system_member(), occurred_at=at, after={"is_operator": True})


register_kind(
    *(
        RightsKind(
            name=name, label=label, found=lambda change: {}, apply=open_and_appoint, server_only=True, asks_password=True,
            hand_over=set_password,
        )
        for name, label in (("administrators.first", "首次设立管理员"), ("administrators.emergency", "启用应急安全管理员"))
    )
)  # fmt: skip
