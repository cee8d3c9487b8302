"""What the OAuth server asks of us: who a client is by its secret, and which scopes it may be given."""

import binascii
import hashlib
from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from api.enums import Scope
from api.models import ClientSecret


def digest_of(secret: str) -> str:
    """Return the SHA-256 under which a secret or token is known."""
    return hashlib.sha256(secret.encode()).hexdigest()


class FundValidator(OAuth2Validator):
    """
    Knows a client by any of its valid secrets.

    Two secrets may be valid at once, so that a bank changes over while its program goes on. Only active clients are known.
    """

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Return whether id and secret, from the header or the body, are a known client's; notes the client on the request."""
        client_id, secret = _credentials_of(self._extract_basic_auth(request), request)
        if not client_id or not secret or "\x00" in client_id:
            return False
        now = timezone.now()
        valid = Q(issued_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
        found = (
            ClientSecret.objects.filter(valid, sha256=digest_of(secret), client__is_active=True, client__application__client_id=client_id)
            .select_related("client__application")
            .first()
        )
        if found is None:
            return False
        request.client = found.client.application
        request.client_id = client_id
        return True


class ClientScopes(BaseScopes):
    """The scopes granted to each client; what is not asked for by name is all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        """Return every scope with what it opens."""
        return {scope.value: str(scope.label) for scope in Scope}

    def get_available_scopes(self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        """Return the scopes granted to the client."""
        if application is None:
            return list(Scope.values)
        client = getattr(application, "api_client", None)
        return list(client.scopes) if client is not None else []

    def get_default_scopes(self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        """Return what a token gets that names no scope."""
        return self.get_available_scopes(application, request)


def client_id_of(authorization: str, *, sent: str) -> str:
    """Return the client id of a call for a token, from the header or the body; empty where it cannot be read."""
    kind, _, basic = authorization.partition(" ")
    if kind.lower() != "basic":
        return sent
    try:
        return unquote_plus(b64decode(basic, validate=True).decode().partition(":")[0])
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _credentials_of(basic: str | None, request: Any) -> tuple[str, str]:
    """Return client id and secret as sent, each empty where it was not. Source: RFC 6749, 2.3.1."""
    if not basic:
        return str(request.client_id or ""), str(getattr(request, "client_secret", "") or "")
    try:
        client_id, _, secret = b64decode(basic, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
