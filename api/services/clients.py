"""Opening a client, renewing its secret, changing and closing it. Source: architecture, who may."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_network
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
from parties.models import Institution, Member
from parties.services import appoint_member

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
    sentence = "每分钟请求上限超过 {usual} 次的，请联系市工信局调整。"
    status = 403


class TooManySecrets(DomainError):
    """Two secrets are valid already."""

    code = "too_many_secrets"
    sentence = "“{client}”已有两个有效密钥，请先停用旧密钥再签发新的。"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSecret:
    """A client with a secret that nobody can read again."""

    client: ApiClient
    client_id: str
    secret: str


@transaction.atomic
def open_client(
    *,
    institution: Institution,
    name: str,
    scopes: Iterable[Scope],
    actor: Member,
    at: datetime,
    networks: Sequence[str] = (),
    requests_per_minute: int = USUAL_RATE,
    client_id: str = "",
) -> IssuedSecret:
    """
    Let a program of an institution call the interface, as a member of its own, and return its first secret.

    ``client_id`` is made up unless given. ``networks`` are the networks it calls from, e.g. ``10.1.2.0/24``; none: from anywhere.

    Raises:
        RoleMissing: clients are opened by the institution's own administrators, those of 市工信局, and the system.
        NoProgramsHere: the institution is no bank, fund manager or guarantor.
        RateReserved: more than the usual rate is 市工信局's to give.
        InvalidInput: no scope, a network that is none, a rate of nothing.
    """
    _require_keeper(actor, institution=institution)
    if requests_per_minute > USUAL_RATE:
        _require_rate_giver(actor)
    if institution.kind not in CALLING_KINDS:
        raise NoProgramsHere(institution=institution)
    wanted = _checked(scopes, networks, requests_per_minute)
    member = appoint_member(
        party=institution, name=name, roles=[Role.HANDLER], from_on=localdate(at), actor=actor, at=at, kind=MemberKind.PROGRAM
    )
    client = ApiClient.objects.create(
        application=_application(client_id or secrets.token_hex(12), name=name),
        member=member,
        name=name,
        scopes=wanted,
        networks=list(networks),
        requests_per_minute=requests_per_minute,
        opened_at=at,
        opened_by=actor,
    )
    after = {"scopes": wanted, "networks": list(networks), "requests_per_minute": requests_per_minute}
    _log("client.opened", client, actor=actor, at=at, after=after)
    return _issue(client, at=at)


@transaction.atomic
def renew_secret(*, client_id: UUID, actor: Member, at: datetime, old_ends_after: timedelta = timedelta(days=7)) -> IssuedSecret:
    """
    Give a client a second secret; the old one ends after a while, so that the bank changes over without a stop.

    Raises:
        NotVisible, RoleMissing.
        TooManySecrets: the renewal before is not over.
    """
    client = _locked(client_id, actor=actor)
    valid = list(client.secrets.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)))
    if len(valid) >= MOST_VALID_SECRETS:
        raise TooManySecrets(client=client)
    ends_at = at + old_ends_after
    client.secrets.filter(ends_at__isnull=True).update(ends_at=ends_at)
    _log("client.secret_renewed", client, actor=actor, at=at, after={"old_ends_at": ends_at})
    return _issue(client, at=at)


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
def change_client(
    *,
    client_id: UUID,
    scopes: Iterable[Scope],
    networks: Sequence[str],
    requests_per_minute: int,
    actor: Member,
    at: datetime,
) -> ApiClient:
    """
    Change what a client may do, from where and how often; tokens under way lose a scope that is taken away at once.

    Raises:
        NotVisible, RoleMissing, RateReserved, InvalidInput.
    """
    client = _locked(client_id, actor=actor)
    if requests_per_minute > max(USUAL_RATE, client.requests_per_minute):
        _require_rate_giver(actor)
    before = {"scopes": client.scopes, "networks": client.networks, "requests_per_minute": client.requests_per_minute}
    client.scopes = _checked(scopes, networks, requests_per_minute)
    client.networks, client.requests_per_minute = list(networks), requests_per_minute
    client.save(update_fields=["scopes", "networks", "requests_per_minute"])
    after = {"scopes": client.scopes, "networks": client.networks, "requests_per_minute": requests_per_minute}
    _log("client.changed", client, actor=actor, at=at, before=before, after=after)
    return client


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
    """Return the clients the actor may know of: its own institution's, all for 市工信局 and the system."""
    rows = ApiClient.objects.select_related("application", "member__institution")
    if actor.kind == MemberKind.JOB or (actor.institution is not None and actor.institution.kind in KEEPERS):
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


def _issue(client: ApiClient, *, at: datetime) -> IssuedSecret:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    ClientSecret.objects.create(client=client, sha256=digest_of(secret), issued_at=at)
    return IssuedSecret(client=client, client_id=client.application.client_id, secret=secret)


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
    """Return whether the actor keeps every institution's clients."""
    if actor.kind == MemberKind.JOB:
        return True
    return actor.institution is not None and actor.institution.kind in KEEPERS and Role.ADMIN in actor.roles


def _require_keeper(actor: Member, *, institution: Institution | None) -> None:
    """Let pass the system, the administrators of 市工信局, and the institution's own; a program keeps no programs."""
    is_own = institution is not None and actor.institution_id == institution.pk
    if not _is_keeper(actor) and not (is_own and actor.kind == MemberKind.PERSON and Role.ADMIN in actor.roles):
        raise RoleMissing(needed="本单位或市工信局的管理人员")


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
