"""What two persons decide about second factors: a house's exemption, and the reset of a person's who lost theirs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from audit.services import record
from common.errors import InvalidInput
from logins.models import Exempted
from logins.selectors import device_of
from logins.services.second_factor import remove_device
from parties.models import Institution, Member, RightsChange, User
from parties.rights import RightsKind, register_kind, require_confirmed
from parties.services.rights import propose_change

EXEMPTION, RESET = "second_factor.exemption", "second_factor.reset"


def exemption_subject(institution: Institution) -> str:
    """Return what a house's exemption is called among the rights that change."""
    return f"second-factor:{institution.public_id}"


def factor_subject(member: Member) -> str:
    """Return what a person's second factor is called among the rights that change."""
    return f"second-factor:{member.public_id}"


def propose_exemption(*, institution: Institution, exempt: bool, actor: Member, at: datetime, seen: str, reason: str) -> RightsChange:
    """
    Propose that a house's staff need no second factor, or need it again; the operator's security administrator decides.

    Raises:
        RoleMissing: proposed by the operator's system administrator.
        RightsOutdated, NothingChanges, WaitsAlready.
    """
    subject = exemption_subject(institution)
    return propose_change(
        kind=EXEMPTION, house=institution, subject=subject, label=f"{institution.name} 二次验证", after={"exempt": exempt}, actor=actor,
        at=at, seen=seen, reason=reason,
    )  # fmt: skip


def propose_reset(*, member: Member, actor: Member, at: datetime, seen: str, reason: str) -> RightsChange:
    """
    Propose that a person who lost telephone and recovery codes enrols anew; the operator's security administrator decides.

    Raises:
        InvalidInput: a program has none.
        RoleMissing: proposed by the house's own user administrator or the operator's system administrator.
        NothingChanges: the person has enrolled none. RightsOutdated, WaitsAlready.
    """
    if member.user is None:
        raise InvalidInput
    subject = factor_subject(member)
    return propose_change(
        kind=RESET, house=member.party, subject=subject, label=member.name, after={"enrolled": False}, actor=actor, at=at,
        seen=seen, member=member, reason=reason,
    )  # fmt: skip


def _is_exempt(change: RightsChange) -> Mapping[str, Any]:
    house = Institution.objects.select_for_update().get(pk=_house_of(change).pk)
    return {"exempt": Exempted.objects.filter(institution=house).exists()}


def _exempt(change: RightsChange) -> None:
    actor, at = require_confirmed(change)
    house = _house_of(change)
    if change.after["exempt"]:
        Exempted.objects.create(institution=house, change=change, since=at)
    else:
        Exempted.objects.filter(institution=house).delete()
    record(verb="second_factor.exemption_changed", obj=house, actor=actor, occurred_at=at, before=change.before, after=change.after)


def _is_enrolled(change: RightsChange) -> Mapping[str, Any]:
    user = User.objects.select_for_update().get(pk=_user_of(change).pk)
    return {"enrolled": device_of(user) is not None}


def _reset(change: RightsChange) -> Member | None:
    actor, at = require_confirmed(change)
    user = _user_of(change)
    remove_device(user)
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    record(verb="second_factor.reset", obj=user, actor=actor, occurred_at=at, before=change.before, after=change.after)
    return change.member


def _house_of(change: RightsChange) -> Institution:
    assert change.institution is not None  # only institutions are exempted
    return change.institution


def _user_of(change: RightsChange) -> User:
    assert change.member is not None
    assert change.member.user is not None  # programs are refused when it is proposed
    return change.member.user


register_kind(
    RightsKind(name=EXEMPTION, label="二次验证豁免", found=_is_exempt, apply=_exempt, gives=False, operator_only=True),
    RightsKind(name=RESET, label="重置二次验证", found=_is_enrolled, apply=_reset),
)
