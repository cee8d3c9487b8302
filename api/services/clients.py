"""Opening a client, renewing its secret, changing it: by two persons; closing it: by one. Source: architecture, who may."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from oauth2_provider.models import AccessToken, Application

from api.enums import Scope
from api.models import ApiClient, ClientSecret
from api.models.clients import MOST_VALID_SECRETS
from api.oauth import digest_of
from audit.services import Scope as EventScope
from audit.services import record
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from parties.access import RoleMissing
from parties.enums import InstitutionKind, MemberKind, Role
from parties.models import Institution, Member, RightsChange
from parties.rights import RightsKind, register_kind, require_confirmed
from parties.selectors import keeps_rights
from parties.services.members import appoint
from parties.services.rights import propose_change

CALLING_KINDS = (InstitutionKind.BANK, InstitutionKind.FUND_MANAGER, InstitutionKind.GUARANTOR)
KEEPERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.FUND_OFFICE)
SECRET_BYTES = 32
USUAL_RATE = 600  # requests a minute


class NoProgramsHere(DomainError):
    """Only banks, fund manager and guarantors have programs that call."""

    code = "no_programs_here"
    sentence = "只有合作银行、基金管理人和担保公司可以开通接口程序，“{institution}”不能开通。"


class RateReserved(DomainError):
    """More requests than usual, asked for by the institution itself."""

    code = "rate_reserved"
    sentence = "每分钟请求上限超过 {usual} 次的，由系统运行单位提出。"
    status = 403


class TooManySecrets(DomainError):
    """Two secrets are valid already."""

    code = "too_many_secrets"
    sentence = "“{client}”已有两个有效密钥，请先停用旧密钥再签发新的。"


def client_subject(client_id: str) -> str:
    """Return how a change of rights names a program, by its number at the OAuth server."""
    return f"client:{client_id}"


@transaction.atomic
def propose_client(
    *,
    institution: Institution,
    name: str,
    scopes: Iterable[Scope],
    actor: Member,
    at: datetime,
    networks: Sequence[str] = (),
    requests_per_minute: int = USUAL_RATE,
    client_id: str = "",
    reason: str = "",
) -> RightsChange:
    """
    Propose to let a program of an institution call the interface, as a member of its own.

    ``client_id`` is made up unless given. ``networks`` are the networks it calls from, e.g. ``10.1.2.0/24``; none: from anywhere.

    Raises:
        NoProgramsHere: the institution is no bank, fund manager or guarantor.
        RateReserved: more than the usual rate is the operator's to give.
        InvalidInput: no scope, a network that is none, a rate of nothing; and as ``propose_change``.
    """
    if requests_per_minute > USUAL_RATE:
        _require_rate_giver(actor)
    if institution.kind not in CALLING_KINDS:
        raise NoProgramsHere(institution=institution)
    wanted = _checked(scopes, networks, requests_per_minute)
    number = client_id or secrets.token_hex(12)
    after = {"name": name, "client_id": number, "scopes": wanted, "networks": list(networks), "requests_per_minute": requests_per_minute}
    after |= {"roles": [Role.HANDLER.value], "from_on": localdate(at)}
    return propose_change(
        kind="client.open", house=institution, subject=client_subject(number), label=f"{name}（{institution.short_name}）", after=after,
        actor=actor, at=at, reason=reason,
    )  # fmt: skip


@transaction.atomic
def propose_renewal(
    *, client_id: UUID, actor: Member, at: datetime, seen: str, old_ends_after: timedelta = timedelta(days=7), reason: str = ""
) -> RightsChange:
    """
    Propose a second secret; once it is handed over the old one ends after a while, so that the bank changes over without a stop.

    Raises:
        NotVisible. TooManySecrets: the renewal before is not over; and as ``propose_change``.
    """
    client = _open_client(client_id, actor=actor)
    _require_room(client, at=at)
    return _propose_for(client, "client.renew", {"days": old_ends_after.days}, actor=actor, at=at, seen=seen, reason=reason)


@transaction.atomic
def propose_access(
    *,
    client_id: UUID,
    scopes: Iterable[Scope],
    networks: Sequence[str],
    requests_per_minute: int,
    actor: Member,
    at: datetime,
    seen: str,
    reason: str = "",
) -> RightsChange:
    """
    Propose what a client may do, from where and how often; tokens under way lose a scope that is taken away with the confirmation.

    Raises:
        NotVisible, RateReserved, InvalidInput; and as ``propose_change``.
    """
    client = _open_client(client_id, actor=actor)
    if requests_per_minute > max(USUAL_RATE, client.requests_per_minute):
        _require_rate_giver(actor)
    after = {
        "scopes": _checked(scopes, networks, requests_per_minute), "networks": list(networks), "requests_per_minute": requests_per_minute
    }  # fmt: skip
    return _propose_for(client, "client.change", after, actor=actor, at=at, seen=seen, reason=reason)


@transaction.atomic
def end_old_secrets(*, client_id: UUID, actor: Member, at: datetime) -> int:
    """
    End every secret but the newest at once, with every token of the client, and return how many secrets ended.

    Raises:
        NotVisible, RoleMissing.
    """
    client = _locked(client_id, actor=actor)
    newest = client.secrets.order_by("-issued_at", "-pk").values("pk")[:1]
    ended = client.secrets.exclude(pk__in=newest).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).update(ends_at=at)
    AccessToken.objects.filter(application=client.application_id).delete()
    _log("client.old_secrets_ended", client, actor=actor, at=at, after={"ended": ended})
    return ended


@transaction.atomic
def close_client(*, client_id: UUID, actor: Member, at: datetime, remark: str = "") -> ApiClient:
    """
    Shut a client out at once; what it did keeps its name.

    Raises:
        NotVisible, RoleMissing.
    """
    client = _locked(client_id, actor=actor)
    client.is_active = False
    client.save(update_fields=["is_active"])
    AccessToken.objects.filter(application=client.application_id).delete()
    _log("client.closed", client, actor=actor, at=at, remark=remark)
    return client


def clients_visible_to(actor: Member) -> QuerySet[ApiClient]:
    """Return the clients the actor may know of: its own institution's, all for 市工信局, jobs and the operator's administrators."""
    rows = ApiClient.objects.select_related("application", "member__institution")
    if keeps_rights(actor) or (actor.institution is not None and actor.institution.kind in KEEPERS and not actor.is_administrator):
        return rows
    return rows.filter(member__institution=actor.institution_id)


@cache
def _nobodys_secret() -> str:
    """Return the hash of a random secret that nobody was told; hashing is slow on purpose, so once for all rows."""
    return make_password(secrets.token_urlsafe(SECRET_BYTES))


def _application(client_id: str, *, name: str) -> Application:
    """Return the OAuth server's row; its own secret is random, thrown away and never asked for."""
    return Application.objects.create(
        client_id=client_id,
        client_secret=_nobodys_secret(),
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        name=name,
    )


def _propose_for(
    client: ApiClient, kind: str, after: Mapping[str, Any], *, actor: Member, at: datetime, seen: str, reason: str
) -> RightsChange:
    institution = client.member.institution
    if institution is None:
        raise NotVisible
    return propose_change(
        kind=kind, house=institution, subject=client_subject(client.application.client_id),
        label=f"{client.name}（{institution.short_name}）", member=client.member, after=after, actor=actor, at=at, seen=seen, reason=reason,
    )  # fmt: skip


def _open_client(client_id: UUID, *, actor: Member) -> ApiClient:
    client = clients_visible_to(actor).filter(public_id=client_id, is_active=True).first()
    if client is None:
        raise NotVisible
    return client


def _client_of(change: RightsChange) -> ApiClient:
    rows = ApiClient.objects.select_related("application", "member__institution").select_for_update(of=("self",))
    client = rows.filter(application__client_id=change.subject.removeprefix("client:"), is_active=True).first()
    if client is None:
        raise NotVisible
    return client


def _require_room(client: ApiClient, *, at: datetime) -> None:
    valid = client.secrets.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).count()
    if valid >= MOST_VALID_SECRETS:
        raise TooManySecrets(client=client)


def _no_client_yet(change: RightsChange) -> dict[str, Any]:
    return {"taken": True} if Application.objects.filter(client_id=change.after["client_id"]).exists() else {}


def _access_of(change: RightsChange) -> dict[str, Any]:
    client = _client_of(change)
    return {"scopes": client.scopes, "networks": client.networks, "requests_per_minute": client.requests_per_minute}


def _secrets_of(change: RightsChange) -> dict[str, Any]:
    return {"secrets": list(_client_of(change).secrets.order_by("pk").values_list("pk", flat=True))}


def _open(change: RightsChange) -> Member:
    actor, at = require_confirmed(change)
    after = change.after
    if _no_client_yet(change):
        raise NotVisible
    member = appoint(change, user=None, name=after["name"], kind=MemberKind.PROGRAM)
    told = {name: after[name] for name in ("scopes", "networks", "requests_per_minute")}
    client = ApiClient.objects.create(
        application=_application(after["client_id"], name=after["name"]), member=member, name=after["name"], opened_at=at, opened_by=actor,
        **told,
    )  # fmt: skip
    _log("client.opened", client, actor=actor, at=at, after=told)
    return member


def _change(change: RightsChange) -> Member:
    actor, at = require_confirmed(change)
    client = _client_of(change)
    for name in ("scopes", "networks", "requests_per_minute"):
        setattr(client, name, change.after[name])
    client.save(update_fields=["scopes", "networks", "requests_per_minute"])
    _log("client.changed", client, actor=actor, at=at, before=change.before, after=change.after)
    return client.member


def _renew(change: RightsChange) -> Member:
    _, at = require_confirmed(change)
    client = _client_of(change)
    _require_room(client, at=at)
    return client.member


def _give_secret(change: RightsChange, _: str, at: datetime) -> list[tuple[str, str]]:
    """Make a secret at the moment it is taken, so that nobody has seen it before; the older ones end after the days agreed."""
    client = _client_of(change)
    _require_room(client, at=at)
    older = client.secrets.filter(ends_at__isnull=True)
    if older.exists():
        ends_at = at + timedelta(days=change.after.get("days", 0))
        older.update(ends_at=ends_at)
        if ends_at <= at:  # what was got with them ends with them
            AccessToken.objects.filter(application=client.application_id).delete()
        _log("client.secret_renewed", client, actor=change.decided_by or client.member, at=at, after={"old_ends_at": ends_at})
    secret = secrets.token_urlsafe(SECRET_BYTES)
    ClientSecret.objects.create(client=client, sha256=digest_of(secret), issued_at=at)
    return [("接口程序", client.name), ("客户端编号", client.application.client_id), ("密钥", secret)]


def _checked(scopes: Iterable[Scope], networks: Sequence[str], requests_per_minute: int) -> list[str]:
    """Return the scopes in the order of the list once everything is as it should be."""
    asked = {Scope(scope).value for scope in scopes}
    problems = [] if asked else [FieldProblem("scopes", "required", "请至少选择一个权限范围。")]
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            problems.append(FieldProblem("networks", "invalid", f"“{network}”不是有效的网段，应如 10.1.2.0/24。"))
    if requests_per_minute < 1:
        problems.append(FieldProblem("requests_per_minute", "too_small", "每分钟请求上限须大于零。"))
    if problems:
        raise InvalidInput(errors=problems)
    return [scope for scope in Scope.values if scope in asked]


def _is_keeper(actor: Member) -> bool:
    """Return whether the actor keeps every institution's clients: commands on the server, the operator's administrators."""
    return keeps_rights(actor)


def _require_keeper(actor: Member, *, institution: Institution | None) -> None:
    """Let pass who keeps rights, and the institution's own user administrators, to shut a program out; a program keeps no programs."""
    is_own = institution is not None and actor.institution_id == institution.pk
    if not _is_keeper(actor) and not (is_own and actor.kind == MemberKind.PERSON and Role.ADMIN in actor.roles):
        raise RoleMissing(needed="本单位管理人员或系统管理员")


def _require_rate_giver(actor: Member) -> None:
    if not _is_keeper(actor):
        raise RateReserved(usual=USUAL_RATE, field="requests_per_minute")


def _locked(client_id: UUID, *, actor: Member) -> ApiClient:
    rows = clients_visible_to(actor).select_for_update(of=("self",))
    client = rows.filter(public_id=client_id).first()
    if client is None:
        raise NotVisible
    _require_keeper(actor, institution=client.member.institution)
    return client


def _log(
    verb: str,
    client: ApiClient,
    *,
    actor: Member,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    remark: str = "",
) -> None:
    institution = client.member.institution
    is_bank = institution is not None and institution.kind == InstitutionKind.BANK
    scope = EventScope(bank_id=client.member.institution_id if is_bank else None)
    record(verb=verb, obj=client, actor=actor, occurred_at=at, before=before, after=after, remark=remark, scope=scope)


register_kind(
    RightsKind(name="client.open", label="开通接口程序", found=_no_client_yet, apply=_open, hand_over=_give_secret),
    RightsKind(name="client.renew", label="更换接口密钥", found=_secrets_of, apply=_renew, hand_over=_give_secret),
    RightsKind(name="client.change", label="修改接口权限和来源", found=_access_of, apply=_change),
)
