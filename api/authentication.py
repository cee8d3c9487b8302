"""Who calls: the bearer token, the client behind it and the member as which it acts; one query."""

from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from django.db.models import F
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from api.models import ApiClient
from api.oauth import digest_of
from audit.context import source_address
from parties.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The program that calls, for the time of one request."""

    client: ApiClient
    member: Member
    scopes: frozenset[str]

    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def pk(self) -> int:
        """Return the client's key, as logs and throttles name the caller."""
        return self.client.pk

    @property
    def username(self) -> str:
        """Return the client's name, as logs name the caller."""
        return self.client.name


class TokenInvalid(AuthenticationFailed):
    """The token is unknown, has expired, or its client or institution no longer takes part."""

    default_detail = "访问令牌无效或已过期，请用客户端编号和密钥重新获取令牌。"
    default_code = "invalid_token"


class AddressNotAllowed(APIException):
    """The call comes from an address that the client did not register."""

    status_code = 403
    default_detail = "来源地址不在该接口程序登记的网段内，请从登记的服务器访问，或联系市工信局变更登记。"
    default_code = "address_not_allowed"


class ClientAuthentication(BaseAuthentication):
    """Bearer tokens of client programs. Only the checksum of a token is stored."""

    def authenticate(self, request: Request) -> tuple[Caller, Caller] | None:
        """
        Return the caller; ``None`` without a bearer token.

        Raises:
            TokenInvalid, AddressNotAllowed.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        caller = caller_of(token.strip(), now=timezone.now())
        if caller is None:
            raise TokenInvalid
        request._request.refused_account = caller.client.name  # type: ignore[attr-defined]  # should the next line refuse
        require_address(caller.client, source_address.get())
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge. Source: RFC 6750, 3."""
        error = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return f'Bearer realm="quanzhou-fund"{error}'


def caller_of(token: str, *, now: datetime) -> Caller | None:
    """
    Return the caller a valid token stands for, with member and institution, in one query; ``None`` for any other token.

    Asked anew at every call, so that what is revoked is refused at once.
    """
    client: Any = (
        ApiClient.objects.filter(application__accesstoken__token_checksum=digest_of(token), application__accesstoken__expires__gt=now)
        .select_related("member__institution")
        .annotate(granted=F("application__accesstoken__scope"))
        .first()
    )
    if client is None or not client.is_active or not _serves(client.member, on=timezone.localdate(now)):
        return None
    return Caller(client=client, member=client.member, scopes=frozenset(client.granted.split()) & frozenset(client.scopes))


def require_address(client: ApiClient, address: str | None) -> None:
    """
    Let pass only a call from one of the client's networks, if it registered any.

    Raises:
        AddressNotAllowed.
    """
    if not client.networks:
        return
    found = ip_address(address) if address is not None else None
    found = getattr(found, "ipv4_mapped", None) or found  # how a server that listens on IPv6 writes an IPv4 address
    if found is None or not any(found in ip_network(network) for network in client.networks):
        raise AddressNotAllowed


def _serves(member: Member, *, on: date) -> bool:
    begun = member.from_on <= on and (member.until_on is None or on < member.until_on)
    return begun and member.institution is not None and member.institution.is_active
